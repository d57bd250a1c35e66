// SPDX-License-Identifier: Apache-2.0
// A comparison for people to read: what `aeq validate` prints.
#pragma once

#include <cstddef>
#include <string>

#include <aeq/config.hpp>
#include <aeq/validate/result.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// Outputs with all metrics; then, at most `rows` each, the layers with the most noise of their own, and the tensors
/// that are clipped most.
[[nodiscard]] std::string report_text(const comparison_result& result, std::size_t rows = 20);

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/report/text.ipp>
#endif
