// SPDX-License-Identifier: Apache-2.0
// A program with two models in it, quantized when it was built: as firmware has them, in read-only memory.
#include <cstddef>
#include <cstdio>
#include <span>
#include <string_view>

// A file as bytes between two symbols; MODELS is the folder that the build wrote the models to.
#define INCLUDE_FILE(name, file)                                                                               \
  asm(".section .rodata\n.balign 16\n" #name "_begin:\n.incbin \"" file "\"\n" #name "_end:\n.byte 0\n.text"); \
  extern "C" const std::byte name##_begin[];                                                                   \
  extern "C" const std::byte name##_end[]

INCLUDE_FILE(digits_int8, MODELS "/digits_int8.tflite");
INCLUDE_FILE(digits_int4, MODELS "/digits_int4.tflite");

namespace {

/// Prints the size of a model, and returns whether it is one: bytes 4 to 7 of a .tflite file say so.
bool tell(const char* name, std::span<const std::byte> model) {
  const std::string_view mark(reinterpret_cast<const char*>(model.data()) + 4, 4);
  std::printf("%s: %zu bytes\n", name, model.size());
  return mark == "TFL3";
}

}  // namespace

int main() {
  const bool int8 = tell("digits_int8", {digits_int8_begin, digits_int8_end});
  const bool int4 = tell("digits_int4", {digits_int4_begin, digits_int4_end});
  return int8 && int4 ? 0 : 1;
}
