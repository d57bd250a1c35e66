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

  [[nodiscard]] recipe::operation_facts operation(std::size_t graph, std::size_t index) const;
  [[nodiscard]] std::string input_scope(std::size_t graph) const;
  [[nodiscard]] std::string output_scope(std::size_t graph) const;

 private:
  [[nodiscard]] std::string place(std::size_t graph) const;

  /// Names of tensors that are there and have one.
  [[nodiscard]] std::vector<std::string_view> names(std::size_t graph, std::span<const std::int32_t> tensors) const;

  const model::model& model_;
};

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/model_view.ipp>
#endif
