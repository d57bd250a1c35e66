// SPDX-License-Identifier: Apache-2.0
// Op by op: which inputs take which parameters; constants that are wanted alike share them.
#pragma once

#include <aeq/quantize/materialize.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/quantize/algorithm/float_casting.hpp>
#include <aeq/quantize/algorithm/min_max_uniform_quantize.hpp>
#include <aeq/quantize/composite.hpp>
#include <aeq/quantize/selection.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

class materializer {
 public:
  materializer(const model::model& m, const recipe::plan& plan, scale_time when)
      : model_(m), plan_(plan), ranges_(when) {
    for (const model::subgraph& g : m.subgraphs) rules_.emplace_back(g.tensors.size());
    skipped_ = skipped_subgraphs(m, plan);
  }

  model_rules run(unsigned threads, aeq::progress* tell) {
    for (graph_ = 0; graph_ < model_.subgraphs.size(); ++graph_) {
      const recipe::subgraph_plan& decisions = skipped_[graph_] ? untouched() : plan_.subgraphs[graph_];
      for (std::size_t i = 0; i < graph().operations.size(); ++i) {
        materialize(graph().operations[i], static_cast<std::int32_t>(i), decisions.operations[i]);
      }
      materialize_edges(decisions);
    }
    ranges_.compute(threads, tell);
    return std::move(rules_);
  }

 private:
  [[nodiscard]] const model::subgraph& graph() const { return model_.subgraphs[graph_]; }
  [[nodiscard]] const model::tensor& tensor(std::int32_t index) const {
    return graph().tensors[static_cast<std::size_t>(index)];
  }

  void consume(std::int32_t index, std::int32_t operation, transformation t, parameters p = nullptr) {
    rules_[graph_][static_cast<std::size_t>(index)].consumers.push_back({operation, {t}, std::move(p)});
  }
  void produce(std::int32_t index, std::int32_t operation, transformation t, parameters p = nullptr) {
    rules_[graph_][static_cast<std::size_t>(index)].producer = tensor_rule{operation, {t}, std::move(p)};
  }

  /// Decisions that leave every op of the subgraph as it is.
  [[nodiscard]] const recipe::subgraph_plan& untouched() {
    untouched_.operations.assign(graph().operations.size(), {});
    return untouched_;
  }

  void materialize_edges(const recipe::subgraph_plan& decisions) {
    refuse_static(decisions.inputs);
    refuse_static(decisions.outputs);
    for (const std::int32_t t : graph().inputs) produce(t, graph_edge, transformation::no_quantize);
    for (const std::int32_t t : graph().outputs) consume(t, graph_edge, transformation::no_quantize);
  }

  void refuse_static(const recipe::decision& d) const {
    if (!d.quantize || d.scheme.execution_mode != execution::static_range) return;
    throw error(error_code::not_quantizable,
                model_.file_name() + ": the recipe's scheme " + d.scheme_name +
                    " needs the ranges of activations, which this version can't take; dynamic range and weight only "
                    "recipes need none");
  }

  void materialize(const model::operation& o, std::int32_t position, const recipe::decision& d) {
    refuse_static(d);
    for (std::size_t i = 0; i < o.inputs.size(); ++i) {
      if (o.inputs[i] < 0) continue;
      parameters p = d.quantize ? input_parameters(o, position, d, i) : nullptr;
      const bool dequantized = d.scheme.execution_mode == execution::weight_only;
      const transformation t = !p            ? transformation::no_quantize
                               : dequantized ? transformation::add_dequantize
                                             : transformation::quantize_tensor;
      consume(o.inputs[i], position, t, std::move(p));
    }
    for (const std::int32_t t : o.outputs) {
      if (t >= 0) produce(t, position, transformation::no_quantize);
    }
  }

  /// The parameters of an input that is to be quantized; null for one that stays as it is.
  parameters input_parameters(const model::operation& o, std::int32_t position, const recipe::decision& d,
                              std::size_t slot) {
    if (!takes_weight_format(model_, tensor(o.inputs[slot]), d, slot)) return nullptr;
    if (d.algorithm != recipe::algorithm::float_casting) return constant_parameters(o, position, d, o.inputs[slot]);
    const bool is_float16 = tensor(o.inputs[slot]).type == model::tensor_type::float16;
    return is_float16 ? keep_float16() : float16_parameters(o.inputs[slot]);
  }

  [[nodiscard]] std::string name(std::int32_t index) const {
    return model_.file_name() + ": " + model::label(graph(), static_cast<std::size_t>(index));
  }

  parameters float16_parameters(std::int32_t index) {
    const model::tensor& t = tensor(index);
    parameters& known = constants_[{t.buffer, {float16::descriptor, nullptr}, whole_tensor, t.shape}];
    if (!known) known = cast_to_float16(weight(model_, t, name(index), layout_of(t.shape)), t.shape);
    return known;
  }

  /// Parameters of a constant; ops that want the same of one buffer share them.
  parameters constant_parameters(const model::operation& o, std::int32_t position, const recipe::decision& d,
                                 std::int32_t index) {
    const model::tensor& t = tensor(index);
    const format_descriptor& format = d.scheme.weight;
    const std::int32_t axis = scale_axis(o, position, d, index);
    parameters& known = constants_[{t.buffer, {format, d.fits.narrow}, axis, t.shape}];
    if (known) return known;
    auto p = std::make_shared<tensor_parameters>();
    p->format = format;
    p->scale_shape.assign(t.shape.size(), 1);
    weight_layout layout = layout_of(t.shape);
    if (axis != whole_tensor) {
      const auto place = static_cast<std::size_t>(axis);
      p->axis = static_cast<std::uint32_t>(axis);
      p->scale_shape[place] = t.shape[place];
      layout = layout_of(t.shape, *p->axis);
    }
    if (p->is_blockwise()) {
      layout = block_layout(t.shape, format.granularity.block_elements);
      p->scale_shape = {t.shape[0], t.shape[1] / format.granularity.block_elements};
    }
    p->source = std::make_shared<const weight>(model_, t, name(index), layout);
    ranges_.add(p, d.fits);
    known = std::move(p);
    return known;
  }

  static constexpr std::int32_t whole_tensor = -1;

  /// The axis whose indices have a scale each; `whole_tensor` if there is one scale. (spec: numerics, section 2.1)
  [[nodiscard]] std::int32_t scale_axis(const model::operation& o, std::int32_t position, const recipe::decision& d,
                                        std::int32_t index) const {
    const std::vector<std::int32_t>& shape = tensor(index).shape;
    const granularity_descriptor& granularity = d.scheme.weight.granularity;
    const auto rank = static_cast<std::int32_t>(shape.size());
    const auto fail = [&](const std::string& why) {
      throw error(error_code::not_quantizable, name(index) + ": can't be quantized " + why + " for " +
                                                   std::string(d.operation->name) + " " + std::to_string(position) +
                                                   "; choose another granularity, or leave the op out with a "
                                                   "no_quantize rule");
    };
    if (granularity.kind == granularity_kind::tensorwise || rank == 0) return whole_tensor;
    if (granularity.kind == granularity_kind::blockwise) {
      if (rank != 2) fail("in blocks: its rank is " + std::to_string(rank) + ", 2 is wanted,");
      if (shape[1] % granularity.block_elements != 0) {
        fail("in blocks of " + std::to_string(granularity.block_elements) + ": its last dimension " +
             std::to_string(shape[1]) + " is no multiple,");
      }
      return 1;
    }
    std::int32_t axis = whole_tensor;
    switch (d.operation->channels) {
      case op::channel_axis::none: return whole_tensor;
      case op::channel_axis::first: axis = 0; break;
      case op::channel_axis::fourth: axis = 3; break;
      case op::channel_axis::matrix_columns: axis = adjoint_right(o) ? rank - 2 : rank - 1; break;
    }
    if (axis < 0 || axis >= rank) fail("channelwise: it has no axis " + std::to_string(axis) + ",");
    return axis;
  }

  /// BATCH_MATMUL's adj_y. One answer serves both operands, as in the peer.
  [[nodiscard]] static bool adjoint_right(const model::operation& o) {
    constexpr std::uint8_t batch_matmul_options = 101;
    constexpr std::size_t adj_y =
        model::detail::field_id(model::schema::builtin_options_members[batch_matmul_options], "adj_y");
    return o.options.type == batch_matmul_options && o.options.table != nullptr &&
           o.options.table->GetField<std::uint8_t>(model::detail::slot(adj_y), 0) != 0;
  }

  /// What makes two parameters of constants the same. The peer's cache looks at less: it hands one op's scales to
  /// another with a different channel axis.
  struct format_key {
    format_descriptor format;
    fit_float fit;
    friend bool operator<(const format_key& a, const format_key& b) { return a.tie() < b.tie(); }

   private:
    [[nodiscard]] std::tuple<number_kind, std::uint8_t, symmetry, granularity_kind, std::uint16_t, std::uintptr_t> tie()
        const {
      return {format.kind,
              format.bits,
              format.zero,
              format.granularity.kind,
              format.granularity.block_elements,
              reinterpret_cast<std::uintptr_t>(fit)};
    }
  };
  using constant_key = std::tuple<std::uint32_t, format_key, std::int32_t, std::vector<std::int32_t>>;

  const model::model& model_;
  const recipe::plan& plan_;
  model_rules rules_;
  std::size_t graph_ = 0;
  std::vector<bool> skipped_;
  recipe::subgraph_plan untouched_;
  std::map<constant_key, parameters> constants_;
  min_max_ranges ranges_;
};

}  // namespace detail

AEQ_INLINE model_rules materialize(const model::model& m, const recipe::plan& plan, scale_time when, unsigned threads,
                                   aeq::progress* tell) {
  return detail::materializer(m, plan, when).run(threads, tell);
}

}  // namespace aeq::inline AEQ_ABI::quantize
