// SPDX-License-Identifier: Apache-2.0
// Scopes and places of ops.
#pragma once

#include <aeq/quantize/model_view.hpp>

#include <aeq/op/code.hpp>
#include <aeq/recipe/scope.hpp>

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE recipe::operation_facts recipe_view::operation(std::size_t graph, std::size_t index) const {
  const model::operation& o = model_.subgraphs[graph].operations[index];
  const op::code code = model_.builtin(o);
  return {code, recipe::scope_of(names(graph, o.outputs), names(graph, o.inputs)),
          place(graph) + std::string(op::builtin_name(code)) + " " + std::to_string(index)};
}

AEQ_INLINE std::string recipe_view::input_scope(std::size_t graph) const {
  return recipe::scope_of(names(graph, model_.subgraphs[graph].inputs), std::vector<std::string_view>{});
}

AEQ_INLINE std::string recipe_view::output_scope(std::size_t graph) const {
  return recipe::scope_of(std::vector<std::string_view>{}, names(graph, model_.subgraphs[graph].outputs));
}

AEQ_INLINE std::string recipe_view::place(std::size_t graph) const {
  const std::string subgraph = model_.subgraphs.size() > 1 ? "subgraph " + std::to_string(graph) + ": " : "";
  return model_.file_name() + ": " + subgraph;
}

AEQ_INLINE std::vector<std::string_view> recipe_view::names(std::size_t graph,
                                                            std::span<const std::int32_t> tensors) const {
  std::vector<std::string_view> result;
  for (const std::int32_t t : tensors) {
    if (t < 0) continue;
    const auto& name = model_.subgraphs[graph].tensors[static_cast<std::size_t>(t)].name;
    if (name && !name->empty()) result.push_back(*name);
  }
  return result;
}

}  // namespace aeq::inline AEQ_ABI::quantize
