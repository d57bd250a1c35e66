// SPDX-License-Identifier: Apache-2.0
// A model as recipe::resolve sees it: kinds of ops and the names around them, nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/model/model.hpp>
#include <aeq/recipe/resolve.hpp>
#include <aeq/recipe/scope.hpp>

namespace aeq::inline AEQ_ABI::quantize {

class recipe_view {
 public:
  explicit recipe_view(const model::model& m) : model_(m) {}

  [[nodiscard]] std::size_t subgraph_count() const { return model_.subgraphs.size(); }
  [[nodiscard]] std::size_t operation_count(std::size_t graph) const {
    return model_.subgraphs[graph].operations.size();
  }

  [[nodiscard]] recipe::operation_facts operation(std::size_t graph, std::size_t index) const {
    const model::operation& o = model_.subgraphs[graph].operations[index];
    const op::code code = model_.builtin(o);
    return {code, recipe::scope_of(names(graph, o.outputs), names(graph, o.inputs)),
            place(graph) + std::string(op::builtin_name(code)) + " " + std::to_string(index)};
  }
  [[nodiscard]] std::string input_scope(std::size_t graph) const {
    return recipe::scope_of(names(graph, model_.subgraphs[graph].inputs), std::vector<std::string_view>{});
  }
  [[nodiscard]] std::string output_scope(std::size_t graph) const {
    return recipe::scope_of(std::vector<std::string_view>{}, names(graph, model_.subgraphs[graph].outputs));
  }

 private:
  [[nodiscard]] std::string place(std::size_t graph) const {
    const std::string subgraph = model_.subgraphs.size() > 1 ? "subgraph " + std::to_string(graph) + ": " : "";
    return model_.file_name() + ": " + subgraph;
  }

  /// Names of tensors that are there and have one.
  [[nodiscard]] std::vector<std::string_view> names(std::size_t graph, std::span<const std::int32_t> tensors) const {
    std::vector<std::string_view> result;
    for (const std::int32_t t : tensors) {
      if (t < 0) continue;
      const auto& name = model_.subgraphs[graph].tensors[static_cast<std::size_t>(t)].name;
      if (name && !name->empty()) result.push_back(*name);
    }
    return result;
  }

  const model::model& model_;
};

}  // namespace aeq::inline AEQ_ABI::quantize
