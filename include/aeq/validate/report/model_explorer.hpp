// SPDX-License-Identifier: Apache-2.0
// A comparison in the files that the Python tool writes: for Model Explorer, which colours a graph by them, and all
// metrics in one. (spec: numerics, section 8.3)
#pragma once

#include <string>

#include <aeq/config.hpp>
#include <aeq/validate/metrics.hpp>
#include <aeq/validate/result.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// One metric of all tensors, and the colours. `m` must be among the metrics of the comparison. Values that are not
/// finite are left out: Model Explorer can't read them.
[[nodiscard]] std::string model_explorer_json(const comparison_result& result, metric m);

/// The Python tool's comparison result: sizes, and for each signature the metrics of its inputs, outputs, constants and
/// the rest.
[[nodiscard]] std::string python_tool_json(const comparison_result& result);

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/report/model_explorer.ipp>
#endif
