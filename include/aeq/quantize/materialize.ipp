// SPDX-License-Identifier: Apache-2.0
// Op by op: which inputs take which parameters; constants that are wanted alike share them.
#pragma once

#include <aeq/quantize/materialize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/quantize/activations.hpp>
#include <aeq/quantize/algorithm/float_casting.hpp>
#include <aeq/quantize/composite.hpp>
#include <aeq/quantize/constants.hpp>
#include <aeq/quantize/selection.hpp>
#include <aeq/quantize/static_range.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

class materializer {
 public:
  materializer(const model::model& m, const recipe::plan& plan, const pipeline_options& options,
               const trained_parameters& trained)
      : model_(m),
        plan_(plan),
        skipped_(skipped_subgraphs(m, plan)),
        // A bias wants the scales of its weight before anything is written.
        constants_(m, has_static(plan) ? scale_time::at_once : options.when),
        activations_(m, options.statistics),
        static_range_(m, constants_, activations_),
        bodies_(control_flow_bodies(m)),
        options_(options) {
    for (const model::subgraph& g : m.subgraphs) rules_.emplace_back(g.tensors.size());
    for (const trained_parameters::trained_range& t : trained.ranges) {
      activations_.set_range(t.graph, t.tensor, t.range);
      knows_ranges_ = true;
    }
    for (const trained_parameters::trained_grid& t : trained.grids) constants_.set_grid(t.graph, t.tensor, t.grid);
    if (has_static(plan)) take_noted_ranges();
  }

  model_rules run() {
    if (!knows_ranges_ && (options_.statistics == nullptr || options_.statistics->empty())) refuse_static();
    for (graph_ = 0; graph_ < model_.subgraphs.size(); ++graph_) {
      const recipe::subgraph_plan& decisions = decisions_here();
      const rule_writer rules(rules_[graph_]);
      for (std::size_t i = 0; i < graph().operations.size(); ++i) {
        const auto position = static_cast<std::int32_t>(i);
        const decided_operation at{graph_, position, graph().operations[i], decisions.operations[i]};
        if (is_static(at.decision)) {
          static_range_.materialize(at, rules);
          if (options_.notes != nullptr) warn_of_channels(at, *options_.notes);
        } else {
          materialize(at, rules);
        }
      }
      materialize_edges(decisions, rules);
    }
    constants_.compute(options_.threads, options_.progress);
    static_range_.finish_biases(options_.notes);
    return std::move(rules_);
  }

 private:
  [[nodiscard]] const model::subgraph& graph() const { return model_.subgraphs[graph_]; }
  [[nodiscard]] const model::tensor& tensor(std::int32_t index) const {
    return graph().tensors[static_cast<std::size_t>(index)];
  }

  [[nodiscard]] static bool is_static(const recipe::decision& d) {
    return d.quantize && d.scheme.execution_mode == execution::static_range;
  }
  [[nodiscard]] static bool has_static(const recipe::plan& plan) {
    return std::any_of(plan.subgraphs.begin(), plan.subgraphs.end(), [](const recipe::subgraph_plan& g) {
      return std::any_of(g.operations.begin(), g.operations.end(), is_static);
    });
  }

  /// LiteRT's kernel of integers takes one scale for the constant of a BATCH_MATMUL, and of several none.
  void warn_of_channels(const decided_operation& at, warnings& notes) const {
    if (at.decision.operation->channels != op::channel_axis::matrix_columns) return;
    if (at.decision.scheme.weight.granularity.kind != granularity_kind::channelwise) return;
    for (const std::int32_t index : at.operation.inputs) {
      if (index < 0 || !model_.is_constant(tensor(index)) || tensor(index).type != model::tensor_type::float32)
        continue;
      notes.add(place_of(model_, at), "its constant " + model::label(graph(), static_cast<std::size_t>(index)) +
                                          " gets a scale for each channel, with which LiteRT (2.3.0) computes zeros; "
                                          "give the op a rule with the granularity TENSORWISE");
    }
  }

  void take_noted_ranges() {
    for (std::size_t g = 0; g < model_.subgraphs.size(); ++g) {
      for (std::size_t t = 0; t < model_.subgraphs[g].tensors.size(); ++t) {
        const auto noted = calibrate::noted_range(model_, model_.subgraphs[g].tensors[t]);
        const auto index = static_cast<std::int32_t>(t);
        if (!noted || activations_.range(g, index) != nullptr) continue;
        activations_.set_range(g, index, *noted);
        knows_ranges_ = true;
      }
    }
  }

  /// Throws error (not_quantizable) if some decision needs statistics.
  void refuse_static() const {
    const auto refuse = [&](const recipe::decision& d) {
      if (!is_static(d)) return;
      throw error(error_code::not_quantizable,
                  model_.file_name() + ": the recipe's scheme " + d.scheme_name +
                      " needs the ranges of activations; give data to calibrate with (--data FILE) or statistics that "
                      "a calibration saved (--stats FILE), or "
                      "choose a dynamic range or weight only recipe, which needs none");
    };
    for (std::size_t g = 0; g < plan_.subgraphs.size(); ++g) {
      if (skipped_[g] || bodies_[g]) continue;
      for (const recipe::decision& d : plan_.subgraphs[g].operations) refuse(d);
      refuse(plan_.subgraphs[g].inputs);
      refuse(plan_.subgraphs[g].outputs);
    }
  }

  /// The plan's decisions for the subgraph, without those that can't be carried out.
  [[nodiscard]] const recipe::subgraph_plan& decisions_here() {
    const recipe::subgraph_plan& planned = plan_.subgraphs[graph_];
    if (!skipped_[graph_] && !bodies_[graph_]) return planned;
    changed_ = skipped_[graph_] ? recipe::subgraph_plan{} : planned;
    changed_.operations.resize(graph().operations.size());
    changed_.inputs = {};
    changed_.outputs = {};
    if (skipped_[graph_] || activations_.knows_some_of(graph_)) return changed_;
    bool left = false;
    for (recipe::decision& d : changed_.operations) {
      if (!is_static(d)) continue;
      d = {};
      left = true;
    }
    if (left && options_.notes != nullptr) {
      options_.notes->add(model_.file_name() + ": subgraph " + std::to_string(graph_),
                          "stays float, for the statistics have no ranges of its tensors: calibration does not visit "
                          "the bodies of WHILE, IF and their like");
    }
    return changed_;
  }

  void materialize_edges(const recipe::subgraph_plan& decisions, const rule_writer& rules) {
    for (const std::int32_t t : graph().inputs) {
      if (model_.is_constant(tensor(t))) continue;  // keeps its data, whatever is given for it
      if (is_static(decisions.inputs)) {
        static_range_.materialize_input(graph_, t, decisions.inputs, rules);
      } else {
        rules.produce(t, graph_edge, transformation::no_quantize);
      }
    }
    for (const std::int32_t t : graph().outputs) {
      if (is_static(decisions.outputs)) {
        static_range_.materialize_output(graph_, t, decisions.outputs, rules);
      } else {
        rules.consume(t, graph_edge, transformation::no_quantize);
      }
    }
  }

  /// Dynamic range and weight only: constants alone change.
  void materialize(const decided_operation& at, const rule_writer& rules) {
    const recipe::decision& d = at.decision;
    const std::vector<std::int32_t>& inputs = at.operation.inputs;
    for (std::size_t slot = 0; slot < inputs.size(); ++slot) {
      if (inputs[slot] < 0) continue;
      parameters p = d.quantize ? input_parameters(at, slot) : nullptr;
      const bool dequantized = d.scheme.execution_mode == execution::weight_only;
      const transformation t = !p            ? transformation::no_quantize
                               : dequantized ? transformation::add_dequantize
                                             : transformation::quantize_tensor;
      rules.consume(inputs[slot], at.position, t, std::move(p));
    }
    for (const std::int32_t t : at.operation.outputs) {
      if (t >= 0) rules.produce(t, at.position, transformation::no_quantize);
    }
  }

  /// The parameters of an input that is to be quantized; null for one that stays as it is.
  parameters input_parameters(const decided_operation& at, std::size_t slot) {
    const std::int32_t index = at.operation.inputs[slot];
    if (!takes_weight_format(model_, tensor(index), at.decision, slot)) return nullptr;
    if (at.decision.algorithm != recipe::algorithm::float_casting) return constants_.in_weight_format(at, index);
    const bool is_float16 = tensor(index).type == model::tensor_type::float16;
    return is_float16 ? keep_float16() : constants_.as_float16(at.graph, index);
  }

  const model::model& model_;
  const recipe::plan& plan_;
  model_rules rules_;
  std::size_t graph_ = 0;
  std::vector<bool> skipped_;
  recipe::subgraph_plan changed_;
  constants constants_;
  activations activations_;
  static_range static_range_;
  std::vector<bool> bodies_;
  bool knows_ranges_ = false;  ///< from the model itself
  const pipeline_options& options_;
};

}  // namespace detail

AEQ_INLINE model_rules materialize(const model::model& m, const recipe::plan& plan, const pipeline_options& options,
                                   const trained_parameters& trained) {
  return detail::materializer(m, plan, options, trained).run();
}

}  // namespace aeq::inline AEQ_ABI::quantize
