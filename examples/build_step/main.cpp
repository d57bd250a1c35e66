// SPDX-License-Identifier: Apache-2.0
// A program with two models in it, quantized when it was built: as firmware has them, in read-only memory.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string_view>

#include "digits_int4.h"
#include "digits_int8.h"

namespace {

/// Prints the size of a model, and returns whether it is one that a runtime can read where it is: bytes 4 to 7 of a
/// .tflite file say what it is, and its numbers want addresses that are multiples of 16.
bool tell(const char* name, std::span<const unsigned char> model) {
  const std::string_view mark(reinterpret_cast<const char*>(model.data()) + 4, 4);
  std::printf("%s: %zu bytes\n", name, model.size());
  return mark == "TFL3" && reinterpret_cast<std::uintptr_t>(model.data()) % 16 == 0;
}

}  // namespace

int main() {
  const bool int8 = tell("digits_int8", digits_int8);
  const bool int4 = tell("digits_int4", digits_int4);
  return int8 && int4 ? 0 : 1;
}
