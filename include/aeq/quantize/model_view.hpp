// SPDX-License-Identifier: Apache-2.0
// A model as recipe::resolve sees it: kinds of ops and the names around them, nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>
#include <aeq/recipe/resolve.hpp>
#include <aeq/recipe/scope.hpp>

namespace aeq::inline AEQ_ABI::quantize {

class recipe_view {
 public:
  /// `doubts` hears of the first scope that is cut. (recipe::scope_characters)
  explicit recipe_view(const model::model& m, warnings* doubts = nullptr) : model_(m), doubts_(doubts) {}

  [[nodiscard]] std::size_t subgraph_count() const { return model_.subgraphs.size(); }
  [[nodiscard]] std::size_t operation_count(std::size_t graph) const {
    return model_.subgraphs[graph].operations.size();
  }

  [[nodiscard]] recipe::operation_facts operation(std::size_t graph, std::size_t index) const;
  [[nodiscard]] std::string input_scope(std::size_t graph) const;
  [[nodiscard]] std::string output_scope(std::size_t graph) const;

 private:
  using tensor_names = std::vector<std::string_view>;

  [[nodiscard]] std::string place(std::size_t graph) const;
  [[nodiscard]] std::string scope(const tensor_names& outputs, const tensor_names& inputs,
                                  const std::string& whose) const;

  /// Names of tensors that are there and have one.
  [[nodiscard]] tensor_names names(std::size_t graph, std::span<const std::int32_t> tensors) const;

  const model::model& model_;
  mutable warnings* doubts_;  ///< null also where it has heard
};

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/model_view.ipp>
#endif
