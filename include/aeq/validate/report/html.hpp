// SPDX-License-Identifier: Apache-2.0
// A comparison as one HTML file for a browser: it needs nothing beside it and no network.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/validate/result.hpp>
#include <aeq/validate/sizes.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// What a page says beside the comparison.
struct html_details {
  std::vector<op_size> reference_sizes;
  std::vector<op_size> target_sizes;
  std::string recipe;               ///< its text, or empty
  std::vector<std::string> failed;  ///< sentences of thresholds
  const warnings* notes = nullptr;
};

/// Sizes by op, the error of each layer, a table of tensors to sort, and where they were counted histograms of values
/// with the range that the target can hold. Names from the models are text in it, whatever they are.
[[nodiscard]] std::string report_html(const comparison_result& result, const html_details& details = {});

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/report/html.ipp>
#endif
