// SPDX-License-Identifier: Apache-2.0
// Any bytes as statistics: either a clear error, or ranges that survive being written and read again.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aeq/calibrate/observations_json.hpp>
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
  // The same bytes as what calibration goes on with: what is accepted survives text, and merges with itself.
  aeq_fuzz::attempt({aeq::error_code::bad_input}, [&] {
    aeq::calibrate::saved_observations seen = aeq::calibrate::parse_observations(text, "fuzz.json");
    if (!accepted) finding("observations without ranges");
    const std::string once = to_text(seen.seen);
    aeq::calibrate::saved_observations again = aeq::calibrate::parse_observations(once, "again.json");
    if (to_text(again.seen) != once) finding("observations changed on their way through text");
    again.seen.merge(seen.seen, "again.json", "fuzz.json");
    (void)to_text(again.seen);
  });
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
