// SPDX-License-Identifier: Apache-2.0
// What a comparison has to reach.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/validate/metrics.hpp>
#include <aeq/validate/result.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// A limit for the outputs of all signatures: the least of a likeness, the most of an error.
struct threshold {
  metric what = metric::mse;  ///< must be among the metrics of the comparison
  double limit = 0;
};

/// A sentence for each output beyond a limit, and for labels of which the target gets fewer right than the reference
/// by more than `max_top_1_loss`, in percent of the samples. What is no number is beyond every limit.
[[nodiscard]] std::vector<std::string> failures(const comparison_result& result, std::span<const threshold> limits,
                                                std::optional<double> max_top_1_loss = std::nullopt);

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/thresholds.ipp>
#endif
