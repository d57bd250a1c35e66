// SPDX-License-Identifier: Apache-2.0
// A comparison as JSON for programs; docs/validate.md says what its members mean.
#pragma once

#include <span>
#include <string>

#include <aeq/config.hpp>
#include <aeq/io/json_forward.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/validate/result.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// Everything, in the format "validation/1". What is no finite number is null. `failed` are sentences of thresholds.
[[nodiscard]] boost::json::object to_json(const comparison_result& result, std::span<const std::string> failed,
                                          const warnings& notes);

/// The same as text, without line breaks.
[[nodiscard]] std::string report_json(const comparison_result& result, std::span<const std::string> failed = {},
                                      const warnings& notes = {});

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/report/json.ipp>
#endif
