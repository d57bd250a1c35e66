// SPDX-License-Identifier: Apache-2.0
// Integers only, the definitions.
#pragma once

#include <aeq/quantize/integers_only.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/op/catalogue.hpp>
#include <aeq/op/code.hpp>
#include <aeq/quantize/composite.hpp>
#include <aeq/quantize/selection.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

[[nodiscard]] AEQ_INLINE bool holds_floats(model::tensor_type type) {
  using t = model::tensor_type;
  return type == t::float32 || type == t::float16 || type == t::float64 || type == t::bfloat16;
}

/// Finds what stays float, and says why.
class integer_check {
 public:
  integer_check(const model::model& m, const recipe::plan& plan, const model_rules& rules)
      : model_(m), plan_(plan), skipped_(skipped_subgraphs(m, plan)), bodies_(control_flow_bodies(m)) {
    graphs_.resize(m.subgraphs.size());
    for (std::size_t g = 0; g < m.subgraphs.size(); ++g) look_at(g, rules[g]);
  }

  void run() {
    for (std::size_t g = 0; g < graphs_.size(); ++g) {
      for (const std::int32_t t : graphs_[g].float_inputs) add_edge(g, t, "input", plan_.subgraphs[g].inputs);
      for (std::size_t i = 0; i < graphs_[g].float_tensor.size(); ++i) {
        if (graphs_[g].float_tensor[i] >= 0) add_operation(g, i);
      }
      for (const std::int32_t t : graphs_[g].float_outputs) add_edge(g, t, "output", plan_.subgraphs[g].outputs);
    }
    if (found_ == 0) return;
    std::string text = model_.file_name() + ": integers only is asked for, but " + std::to_string(found_) +
                       (found_ == 1 ? " operator or edge" : " operators and edges") + " would stay float:" + list_;
    if (found_ > most_listed) text += "\n  ... and " + std::to_string(found_ - most_listed) + " more";
    throw error(error_code::not_quantizable,
                text + "\n  without --strict-int they stay float between QUANTIZE and DEQUANTIZE");
  }

 private:
  static constexpr std::size_t most_listed = 20;
  static constexpr std::size_t most_neighbours = 8;
  static constexpr std::int32_t none = -1;

  struct graph_state {
    std::vector<std::int32_t> float_tensor;  ///< by operator: one of its float operands; -1: none
    std::vector<std::int32_t> float_inputs;
    std::vector<std::int32_t> float_outputs;
    std::vector<std::int32_t> producer;                ///< by tensor: its operator; -1: none
    std::vector<std::vector<std::int32_t>> consumers;  ///< by tensor: operators
  };

  [[nodiscard]] static bool is_integer(const tensor_rule& r) {
    const transformation t = r.transformations.back();
    return r.params && r.params->format.is_integer() && t != transformation::no_quantize;
  }

  void look_at(std::size_t g, const std::vector<tensor_rules>& rules) {
    const model::subgraph& graph = model_.subgraphs[g];
    graph_state& s = graphs_[g];
    s.float_tensor.assign(graph.operations.size(), none);
    s.producer.assign(graph.tensors.size(), none);
    s.consumers.resize(graph.tensors.size());
    for (std::size_t t = 0; t < graph.tensors.size(); ++t) {
      const auto tensor = static_cast<std::int32_t>(t);
      const bool was_float = holds_floats(graph.tensors[t].type);
      if (rules[t].producer && rules[t].producer->operation == graph_edge) {
        if (was_float && !is_integer(*rules[t].producer)) s.float_inputs.push_back(tensor);
      } else if (rules[t].producer) {
        s.producer[t] = rules[t].producer->operation;
        if (was_float && !is_integer(*rules[t].producer)) note(g, rules[t].producer->operation, tensor);
      }
      for (const tensor_rule& r : rules[t].consumers) {
        // Weight only: the consumer gets floats, from a DEQUANTIZE.
        // A tensor that no operator writes stays what it is, and gets a QUANTIZE.
        const bool is_written =
            rules[t].producer.has_value() || r.transformations.back() != transformation::add_quantize;
        const bool integer = is_integer(r) && is_written && r.transformations.back() != transformation::add_dequantize;
        if (r.operation == graph_edge) {
          if (was_float && !integer) s.float_outputs.push_back(tensor);
          continue;
        }
        if (s.consumers[t].empty() || s.consumers[t].back() != r.operation) s.consumers[t].push_back(r.operation);
        if (was_float && !integer) note(g, r.operation, tensor);
      }
    }
  }

  /// An activation says more than a weight that stays as it is.
  void note(std::size_t g, std::int32_t operation, std::int32_t tensor) {
    std::int32_t& known = graphs_[g].float_tensor[static_cast<std::size_t>(operation)];
    const auto constant = [&](std::int32_t t) {
      return model_.is_constant(model_.subgraphs[g].tensors[static_cast<std::size_t>(t)]);
    };
    if (known == none || (constant(known) && !constant(tensor))) known = tensor;
  }

  void add(const std::string& line) {
    if (++found_ <= most_listed) list_ += "\n  " + line;
  }

  [[nodiscard]] std::string name(std::size_t g, std::int32_t t) const {
    return model::label(model_.subgraphs[g], static_cast<std::size_t>(t));
  }
  [[nodiscard]] std::string name_of_operation(std::size_t g, std::int32_t position) const {
    const model::operation& o = model_.subgraphs[g].operations[static_cast<std::size_t>(position)];
    return std::string(op::builtin_name(model_.builtin(o))) + " " + std::to_string(position);
  }
  [[nodiscard]] std::string place(std::size_t g) const {
    return model_.subgraphs.size() > 1 ? "subgraph " + std::to_string(g) + ": " : "";
  }

  void add_edge(std::size_t g, std::int32_t t, const std::string& what, const recipe::decision& d) {
    std::string why = reason(g, d);
    if (why.empty()) why = "no integer format suits it";
    add(place(g) + what + " " + name(g, t) + ": " + why + neighbours(g, {t}, none));
  }

  void add_operation(std::size_t g, std::size_t i) {
    const model::operation& o = model_.subgraphs[g].operations[i];
    const recipe::decision& d = plan_.subgraphs[g].operations[i];
    std::string why = reason(g, d);
    if (why.empty()) why = reason_of_weight(g, o, d);
    if (why.empty()) why = "no operator writes " + name(g, graphs_[g].float_tensor[i]) + ", so it stays as it is";
    std::vector<std::int32_t> operands = o.inputs;
    operands.insert(operands.end(), o.outputs.begin(), o.outputs.end());
    add(place(g) + name_of_operation(g, static_cast<std::int32_t>(i)) + " (float " +
        name(g, graphs_[g].float_tensor[i]) + "): " + why + neighbours(g, operands, static_cast<std::int32_t>(i)));
  }

  /// Why a decision does not make integers; empty if it would.
  [[nodiscard]] std::string reason(std::size_t g, const recipe::decision& d) const {
    if (d.operation == nullptr) return "aeq knows no integer form of this operator";
    if (skipped_[g]) return "it is part of a composite that stays as it is";
    if (!d.quantize) return d.reason.empty() ? "no rule of the recipe matches it" : d.reason;
    if (d.scheme.execution_mode != execution::static_range) {
      return "the recipe gives it " + d.scheme_name + ", whose activations are floats; a static scheme is wanted";
    }
    if (!bodies_[g]) return {};
    return d.operation->is_virtual() ? "WHILE, IF and their like hand floats to their bodies"
                                     : "the statistics have no ranges of tensors of this body of a WHILE or IF";
  }

  [[nodiscard]] std::string reason_of_weight(std::size_t g, const model::operation& o,
                                             const recipe::decision& d) const {
    if (is_composite(o) && !is_quantizable_composite(o)) return "composites of this name stay as they are";
    for (std::size_t slot = 0; slot < o.inputs.size(); ++slot) {
      if (o.inputs[slot] < 0 || d.operation->input_role(slot) != op::role::weight) continue;
      const model::tensor& t = model_.subgraphs[g].tensors[static_cast<std::size_t>(o.inputs[slot])];
      if (!model_.is_constant(t) || takes_weight_format(model_, t, d, slot)) continue;
      const std::string weight = "its weight, " + name(g, o.inputs[slot]) + ", ";
      if (t.sparsity != nullptr) return weight + "is sparse";
      if (t.type != model::tensor_type::float32) return weight + "is not float32";
      const std::uint64_t elements = model::element_count(t.shape);
      if (elements < d.min_weight_elements) {
        return weight + "has " + std::to_string(elements) + " elements, fewer than the recipe's min_weight_elements";
      }
      return weight + "can't be quantized";
    }
    return {};
  }

  [[nodiscard]] bool is_composite(const model::operation& o) const {
    return model_.builtin(o) == op::code::stablehlo_composite;
  }

  /// Operators at some tensors that would be integers, but for one.
  [[nodiscard]] std::string neighbours(std::size_t g, const std::vector<std::int32_t>& tensors,
                                       std::int32_t except) const {
    const graph_state& s = graphs_[g];
    std::vector<std::int32_t> found;
    const auto add_one = [&](std::int32_t position) {
      if (position < 0 || position == except || s.float_tensor[static_cast<std::size_t>(position)] >= 0) return;
      if (std::find(found.begin(), found.end(), position) == found.end()) found.push_back(position);
    };
    for (const std::int32_t t : tensors) {
      if (t < 0) continue;
      add_one(s.producer[static_cast<std::size_t>(t)]);
      for (const std::int32_t c : s.consumers[static_cast<std::size_t>(t)]) {
        if (found.size() > most_neighbours) break;
        add_one(c);
      }
    }
    if (found.empty()) return {};
    std::string text;
    for (std::size_t i = 0; i < std::min(found.size(), most_neighbours); ++i) {
      text += (i == 0 ? "" : ", ") + name_of_operation(g, found[i]);
    }
    if (found.size() > most_neighbours) text += " and more";
    return "; connected to " + text + ", which would be integers";
  }

  const model::model& model_;
  const recipe::plan& plan_;
  std::vector<bool> skipped_;
  std::vector<bool> bodies_;
  std::vector<graph_state> graphs_;
  std::size_t found_ = 0;
  std::string list_;
};

}  // namespace detail

AEQ_INLINE void require_integers(const model::model& m, const recipe::plan& plan, const model_rules& rules) {
  detail::integer_check(m, plan, rules).run();
}

}  // namespace aeq::inline AEQ_ABI::quantize
