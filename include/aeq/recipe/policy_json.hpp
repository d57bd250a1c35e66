// SPDX-License-Identifier: Apache-2.0
// Policies as JSON: {"configs": {name: config}, "ops_per_config": {name: [op, ...]}}. (spec: quantization, section 4.1)
#pragma once

#include <string>
#include <string_view>

#include <aeq/io/error.hpp>
#include <aeq/recipe/policy.hpp>

namespace aeq::inline AEQ_ABI::recipe {

/// The policy that a JSON text says; `file` is its name in messages. Configurations that no op lists are left out.
/// Throws error (bad_input).
[[nodiscard]] policy parse_policy(std::string_view text, const std::string& file);

/// The policy of a JSON file. Throws error (io, bad_input).
[[nodiscard]] policy load_policy(const std::string& path);

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/policy_json.ipp>
#endif
