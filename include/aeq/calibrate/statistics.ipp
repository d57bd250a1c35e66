// SPDX-License-Identifier: Apache-2.0
// Ranges in words.
#pragma once

#include <aeq/calibrate/statistics.hpp>

#include <array>
#include <charconv>

namespace aeq::inline AEQ_ABI::calibrate {

AEQ_INLINE std::string describe(const tensor_range& range) {
  const auto text = [&](double value) {
    std::array<char, 32> digits{};
    char* const last = digits.data() + digits.size();
    const std::to_chars_result end = range.wide ? std::to_chars(digits.data(), last, value)
                                                : std::to_chars(digits.data(), last, static_cast<float>(value));
    return std::string(digits.data(), end.ptr);
  };
  return text(range.lowest) + " to " + text(range.highest);
}

}  // namespace aeq::inline AEQ_ABI::calibrate
