// SPDX-License-Identifier: Apache-2.0
// Recipes written as JSON, the way the Python tool exports them. (spec: quantization, section 2.6)
#pragma once

#include <string>

#include <aeq/io/json_forward.hpp>
#include <aeq/recipe/recipe.hpp>

namespace aeq::inline AEQ_ABI::recipe {

/// The rules in order, defaults written out. A rule of a scheme that is not built in names it: "scheme".
[[nodiscard]] boost::json::array to_json(const recipe& saved);

/// The text of a recipe file. What `parse` makes of it equals the recipe.
[[nodiscard]] std::string to_text(const recipe& saved);

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/save.ipp>
#endif
