// SPDX-License-Identifier: Apache-2.0
// A part of a program under test. Its name and the way it has aeq are compile definitions.
#include <cstdint>
#include <fstream>
#include <iterator>

#include <aeq/aeq.hpp>

#include "part.hpp"

namespace linking {

report AEQ_TEST_PART(const std::string& input, const std::string& output) {
  aeq::quantizer quantizer(input);
  quantizer.load_recipe("dynamic_wi8_afp32");
  quantizer.save(output, {.file = {.overwrite = true}});
  std::ifstream file(output, std::ios::binary);
  std::uint64_t (*const writer)(const aeq::model::model&, const std::string&, const aeq::model::save_options&) =
      &aeq::model::write;
  return {AEQ_VERSION_STRING, reinterpret_cast<const void*>(writer), std::string(std::istreambuf_iterator(file), {})};
}

}  // namespace linking
