// SPDX-License-Identifier: Apache-2.0
// Scopes and places of ops.
#pragma once

#include <aeq/quantize/model_view.hpp>

#include <utility>

#include <aeq/op/code.hpp>
#include <aeq/recipe/scope.hpp>

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE recipe::operation_facts recipe_view::operation(std::size_t graph, std::size_t index) const {
  const model::operation& o = model_.subgraphs[graph].operations[index];
  const op::code code = model_.builtin(o);
  std::string label = place(graph) + std::string(op::builtin_name(code)) + " " + std::to_string(index);
  std::string scope_of_it = scope(names(graph, o.outputs), names(graph, o.inputs), label);
  return {code, std::move(scope_of_it), std::move(label)};
}

AEQ_INLINE std::string recipe_view::input_scope(std::size_t graph) const {
  return scope(names(graph, model_.subgraphs[graph].inputs), {}, place(graph) + "INPUT");
}

AEQ_INLINE std::string recipe_view::output_scope(std::size_t graph) const {
  return scope({}, names(graph, model_.subgraphs[graph].outputs), place(graph) + "OUTPUT");
}

AEQ_INLINE std::string recipe_view::scope(const tensor_names& outputs, const tensor_names& inputs,
                                          const std::string& whose) const {
  bool cut = false;
  std::string text = recipe::scope_of(outputs, inputs, &cut);
  if (cut && doubts_ != nullptr) {
    std::exchange(doubts_, nullptr)
        ->add(whose, "its scope is cut after " + std::to_string(recipe::scope_characters) +
                         " characters: a regex can't find what is behind them (other operations are not checked)");
  }
  return text;
}

AEQ_INLINE std::string recipe_view::place(std::size_t graph) const {
  const std::string subgraph = model_.subgraphs.size() > 1 ? "subgraph " + std::to_string(graph) + ": " : "";
  return model_.file_name() + ": " + subgraph;
}

AEQ_INLINE recipe_view::tensor_names recipe_view::names(std::size_t graph,
                                                        std::span<const std::int32_t> tensors) const {
  tensor_names result;
  for (const std::int32_t t : tensors) {
    if (t < 0) continue;
    const auto& name = model_.subgraphs[graph].tensors[static_cast<std::size_t>(t)].name;
    if (name && !name->empty()) result.push_back(*name);
  }
  return result;
}

}  // namespace aeq::inline AEQ_ABI::quantize
