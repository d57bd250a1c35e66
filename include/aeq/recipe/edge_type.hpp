// SPDX-License-Identifier: Apache-2.0
// The types of a model's inputs and outputs, chosen apart from a recipe: as its last rule for INPUT or OUTPUT.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include <aeq/op/code.hpp>
#include <aeq/recipe/policy.hpp>
#include <aeq/recipe/recipe.hpp>
#include <aeq/table/kernel_table.hpp>

namespace aeq::inline AEQ_ABI::recipe {

/// What float inputs (outputs) become. Those that are no floats stay what they are.
enum class edge_type : std::uint8_t { float32, int8, uint8, int16 };

inline constexpr std::array<std::string_view, 4> edge_type_names{"float32", "int8", "uint8", "int16"};
[[nodiscard]] constexpr std::string_view name_of(edge_type value) {
  return edge_type_names[static_cast<std::size_t>(value)];
}

/// The type of a name; nothing if there is none.
[[nodiscard]] constexpr std::optional<edge_type> edge_type_of(std::string_view name) {
  for (std::size_t i = 0; i < edge_type_names.size(); ++i) {
    if (edge_type_names[i] == name) return static_cast<edge_type>(i);
  }
  return std::nullopt;
}

/// The recipe with one more rule, behind all others, for the inputs (op::code::graph_input) or outputs (graph_output)
/// of every subgraph: float32 is no_quantize; another type is the configuration of the last static rule that has it,
/// else that of static_wi8_ai8, static_wi8_au8 or static_wi8_ai16. Throws error: wrong_usage if the recipe has no
/// static rule, not_quantizable if the policy does not let inputs (outputs) have the type.
[[nodiscard]] recipe with_edge_type(recipe r, op::code edge, edge_type type, const policy& checks,
                                    kernel_table_view table);

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/edge_type.ipp>
#endif
