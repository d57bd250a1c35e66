// SPDX-License-Identifier: Apache-2.0
// Any bytes as statistics: either a clear error, or ranges that survive being written and read again.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aeq/calibrate/statistics_json.hpp>

#include "findings.hpp"

namespace {

/// The same bits, so that NaN is NaN and zeros have signs.
bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (a != a && b != b);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using aeq_fuzz::finding;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  aeq::calibrate::statistics first;
  const bool accepted = aeq_fuzz::attempt({aeq::error_code::bad_input},
                                          [&] { first = aeq::calibrate::parse_statistics(text, "fuzz.json"); });
  if (!accepted) return 0;
  const std::string saved = aeq::calibrate::to_text(first);
  aeq::calibrate::statistics second;
  if (!aeq_fuzz::attempt({aeq::error_code::bad_input},
                         [&] { second = aeq::calibrate::parse_statistics(saved, "fuzz.json"); })) {
    finding("what was written can't be read");
  }
  if (first.size() != second.size()) finding("ranges came or went on their way through text");
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto& [name, range] = first.entries()[i];
    const auto& [name_again, again] = second.entries()[i];
    if (name != name_again) finding("a tensor has another name");
    if (!same(range.lowest, again.lowest) || !same(range.highest, again.highest) || range.wide != again.wide ||
        range.shape != again.shape) {
      finding("a range changed on its way through text");
    }
    if (first.find(name) == nullptr) finding("a tensor that can't be found");
  }
  return 0;
}
