// SPDX-License-Identifier: Apache-2.0
// From a recipe to a plan: which rule each op of a model gets, and what is doubtful about the recipe.
// (spec: quantization, section 2.4)
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

#include <aeq/io/error.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/op/code.hpp>
#include <aeq/recipe/plan.hpp>
#include <aeq/recipe/policy.hpp>
#include <aeq/recipe/recipe.hpp>
#include <aeq/recipe/scope.hpp>
#include <aeq/table/kernel_table.hpp>

namespace aeq::inline AEQ_ABI::recipe {

/// What a recipe needs to know of an operator.
struct operation_facts {
  op::code code = op::code::custom;
  std::string scope;  ///< scope_of(names of outputs, names of inputs)
  std::string label;  ///< for messages: "model.tflite: subgraph 0: CONV_2D 3"
};

/// A model as a recipe sees it. The scopes of a subgraph's edges are its joined input (output) names.
template <class View>
concept model_view = requires(const View& model, std::size_t graph, std::size_t index) {
  { model.subgraph_count() } -> std::convertible_to<std::size_t>;
  { model.operation_count(graph) } -> std::convertible_to<std::size_t>;
  { model.operation(graph, index) } -> std::convertible_to<operation_facts>;
  { model.input_scope(graph) } -> std::convertible_to<std::string>;
  { model.output_scope(graph) } -> std::convertible_to<std::string>;
};

namespace detail {

/// A model_view without its type, so that resolving it is compiled once.
class any_model_view {
 public:
  any_model_view() = default;
  any_model_view(const any_model_view&) = delete;
  any_model_view& operator=(const any_model_view&) = delete;
  virtual ~any_model_view() = default;

  [[nodiscard]] virtual std::size_t subgraph_count() const = 0;
  [[nodiscard]] virtual std::size_t operation_count(std::size_t graph) const = 0;
  [[nodiscard]] virtual operation_facts operation(std::size_t graph, std::size_t index) const = 0;
  [[nodiscard]] virtual std::string input_scope(std::size_t graph) const = 0;
  [[nodiscard]] virtual std::string output_scope(std::size_t graph) const = 0;
};

template <model_view View>
class model_view_of final : public any_model_view {
 public:
  explicit model_view_of(const View& model) : model_(model) {}

  [[nodiscard]] std::size_t subgraph_count() const override { return model_.subgraph_count(); }
  [[nodiscard]] std::size_t operation_count(std::size_t graph) const override { return model_.operation_count(graph); }
  [[nodiscard]] operation_facts operation(std::size_t graph, std::size_t index) const override {
    return model_.operation(graph, index);
  }
  [[nodiscard]] std::string input_scope(std::size_t graph) const override { return model_.input_scope(graph); }
  [[nodiscard]] std::string output_scope(std::size_t graph) const override { return model_.output_scope(graph); }

 private:
  const View& model_;
};

/// `steps`: for all searches of the recipe's expressions.
[[nodiscard]] plan resolve_any(const recipe& r, const policy& checks, kernel_table_view table,
                               const any_model_view& model, warnings& doubts, std::uint64_t steps = most_search_steps);

}  // namespace detail

/// Decides for every op of a model, and for the inputs and outputs of its subgraphs. Rules that do nothing become
/// warnings. Throws error: not_quantizable where a rule wins that can't be done, bad_input for a regular expression
/// that takes too many steps, or for all of them together (most_search_steps).
template <model_view View>
[[nodiscard]] plan resolve(const recipe& r, const policy& checks, kernel_table_view table, const View& model,
                           warnings& doubts) {
  return detail::resolve_any(r, checks, table, detail::model_view_of<View>(model), doubts);
}

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/resolve.ipp>
#endif
