// SPDX-License-Identifier: Apache-2.0
// Quantizes MODEL into OUTPUT. Needs aeq::aeq or aeq::compiled.
#include <cstdint>
#include <iostream>

#include <aeq/aeq.hpp>

int main(int count, char** words) try {
  if (count != 3) throw aeq::error(aeq::error_code::wrong_usage, "consumer MODEL OUTPUT");
  aeq::quantizer quantizer(words[1]);
  quantizer.load_recipe("dynamic_wi8_afp32");
  const std::uint64_t bytes = quantizer.save(words[2], {.file = {.overwrite = true}});
  std::cout << "quantized to " << bytes << " bytes by aeq " AEQ_VERSION_STRING "\n";
} catch (const aeq::error& problem) {
  std::cerr << problem.what() << '\n';
  return static_cast<int>(problem.code());
}
