// SPDX-License-Identifier: Apache-2.0
// What a comparison has to reach: the definitions.
#pragma once

#include <aeq/validate/thresholds.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::validate {

namespace detail {

/// A number as a person reads it.
[[nodiscard]] AEQ_INLINE std::string said(metric m, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), m == metric::sqnr ? "%.1f dB" : "%.6g", value);
  return text.data();
}

}  // namespace detail

AEQ_INLINE std::vector<std::string> failures(const comparison_result& result, std::span<const threshold> limits,
                                             std::optional<double> max_top_1_loss) {
  std::vector<std::string> all;
  for (const threshold& t : limits) {
    const auto found = std::find(result.metrics.begin(), result.metrics.end(), t.what);
    if (found == result.metrics.end()) continue;
    const auto place = static_cast<std::size_t>(found - result.metrics.begin());
    for (const signature_result& s : result.signatures) {
      for (const tensor_result& output : s.tensors) {
        if (output.group != tensor_group::output) continue;
        const double value = output.values[place];
        const bool holds = is_likeness(t.what) ? value >= t.limit : value <= t.limit;
        if (holds) continue;
        all.push_back("output '" + io::escaped_utf8(output.name) + "': " + std::string(name_of(t.what)) + " is " +
                      detail::said(t.what, value) + ", " + (is_likeness(t.what) ? "at least " : "at most ") +
                      detail::said(t.what, t.limit) + " is asked for");
      }
    }
  }
  if (max_top_1_loss && result.labels && result.labels->samples > 0) {
    const top_1& l = *result.labels;
    const double loss = 100.0 * (static_cast<double>(l.reference_right) - static_cast<double>(l.target_right)) /
                        static_cast<double>(l.samples);
    if (loss > *max_top_1_loss) {
      all.push_back("top-1 of '" + io::escaped_utf8(l.output) + "': " + detail::said(metric::mse, loss) +
                    " percent of the samples are lost, at most " + detail::said(metric::mse, *max_top_1_loss) +
                    " is asked for");
    }
  }
  return all;
}

}  // namespace aeq::inline AEQ_ABI::validate
