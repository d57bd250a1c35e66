// SPDX-License-Identifier: Apache-2.0
// Static range, the definitions.
#pragma once

#include <aeq/quantize/static_range.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <aeq/io/error.hpp>
#include <aeq/op/catalogue.hpp>
#include <aeq/quantize/selection.hpp>
#include <aeq/quantize/weight.hpp>

namespace aeq::inline AEQ_ABI::quantize::detail {

[[nodiscard]] AEQ_INLINE std::string place_of(const model::model& m, const decided_operation& at) {
  return m.file_name() + ": subgraph " + std::to_string(at.graph) + ": " + std::string(at.decision.operation->name) +
         ' ' + std::to_string(at.position);
}

AEQ_INLINE std::vector<static_range::operand> static_range::inputs_of(const decided_operation& at) const {
  std::vector<operand> result;
  for (std::size_t slot = 0; slot < at.operation.inputs.size(); ++slot) {
    const std::int32_t index = at.operation.inputs[slot];
    const op::role role = at.decision.operation->input_role(slot);
    const bool carries_values = role == op::role::activation || role == op::role::weight;
    result.push_back(
        {index, index >= 0 && carries_values && tensor(at.graph, index).type == model::tensor_type::float32});
  }
  return result;
}

AEQ_INLINE std::vector<static_range::operand> static_range::outputs_of(const decided_operation& at) const {
  std::vector<operand> result;
  for (const std::int32_t index : at.operation.outputs) {
    result.push_back({index, index >= 0 && tensor(at.graph, index).type == model::tensor_type::float32});
  }
  return result;
}

AEQ_INLINE std::int32_t static_range::only_one(const decided_operation& at, const std::vector<operand>& operands,
                                               const char* what) {
  std::int32_t found = -1;
  int count = 0;
  for (const operand& o : operands) {
    if (!o.takes_part) continue;
    found = o.tensor;
    ++count;
  }
  if (count == 1) return found;
  throw error(error_code::not_quantizable, std::string(at.decision.operation->name) + ' ' +
                                               std::to_string(at.position) + " has " + std::to_string(count) +
                                               " float " + what + ", where 1 is wanted");
}

AEQ_INLINE parameters static_range::of_activation(const decided_operation& at, std::int32_t index) const {
  return activations_.fitted(at.graph, index, at.decision.scheme.activation, at.decision.fits);
}

AEQ_INLINE parameters static_range::of_input(const decided_operation& at, std::int32_t index) {
  if (!model_.is_constant(tensor(at.graph, index))) return of_activation(at, index);
  return at.decision.operation->has_weight() ? constants_.in_weight_format(at, index)
                                             : constants_.in_activation_format(at.graph, index, at.decision);
}

AEQ_INLINE parameters static_range::fixed_output(const decided_operation& at) const {
  const op::fixed_parameters& fixed = at.decision.operation->fixed;
  const std::uint8_t bits = at.decision.scheme.activation.bits;
  if (bits != 8 && bits != 16) {
    throw error(error_code::not_quantizable, place_of(model_, at) + ": its output has no fixed scale at " +
                                                 std::to_string(bits) + " bits; 8 and 16 are wanted");
  }
  auto p = std::make_shared<tensor_parameters>();
  p->format = {number_kind::signed_integer, bits, bits == 8 ? asymmetric : symmetric, tensorwise::descriptor};
  p->wide = true;
  p->scale = {bits == 8 ? 1.0 / static_cast<double>(1u << fixed.scale_shift) : 1.0 / 32768};
  p->zero_point = {bits == 8 ? fixed.zero_point : 0};
  return p;
}

/// Parameters of a constant for an activation that takes them over.
[[nodiscard]] AEQ_INLINE parameters without_source(const parameters& p) {
  if (!p->source) return p;
  auto copy = std::make_shared<tensor_parameters>(*p);
  copy->source = nullptr;
  copy->fit = nullptr;
  return copy;
}

/// Outputs carry the input's parameters, and whoever reads them computes the same.
AEQ_INLINE void static_range::hand_on(const decided_operation& at, const std::vector<operand>& inputs,
                                      const std::vector<operand>& outputs, const parameters& p) {
  const std::int32_t from = only_one(at, inputs, "inputs");
  const calibrate::tensor_range* range = activations_.range(at.graph, from);
  for (const operand& o : outputs) {
    if (!o.takes_part) continue;
    if (range != nullptr && !model_.is_constant(tensor(at.graph, from))) {
      activations_.set_range(at.graph, o.tensor, *range);
    } else {
      constants_.compute(1, nullptr);  // a constant input: its scale is wanted now
      activations_.set_range(at.graph, o.tensor, *p);
    }
  }
}

/// The parameters that a tensor of integers has in the model.
AEQ_INLINE parameters static_range::stored(const decided_operation& at, std::int32_t index) const {
  const model::tensor& t = tensor(at.graph, index);
  if (!has_numeric_scales(t)) return nullptr;
  auto p = std::make_shared<tensor_parameters>();
  p->format = {number_kind::signed_integer, static_cast<std::uint8_t>(model::bits_of(t.type)), symmetric,
               tensorwise::descriptor};
  for (const float s : t.quantization->scale) p->scale.push_back(static_cast<double>(s));
  return p;
}

AEQ_INLINE void static_range::add_bias(const decided_operation& at, const std::vector<parameters>& of_inputs,
                                       std::size_t slot, const rule_writer& rules) {
  const std::int32_t index = at.operation.inputs[slot];
  const model::tensor& t = tensor(at.graph, index);
  const int weight_slot = at.decision.operation->position(op::role::weight);
  const int input_slot = at.decision.operation->position(op::role::activation);
  const auto of_slot = [&](int s) -> parameters {
    const auto place = static_cast<std::size_t>(s);
    if (s < 0 || place >= of_inputs.size() || at.operation.inputs[place] < 0) return nullptr;
    return of_inputs[place] ? of_inputs[place] : stored(at, at.operation.inputs[place]);
  };
  const parameters input = of_slot(input_slot);
  const parameters weight_parameters = of_slot(weight_slot);
  if (!input || !weight_parameters || t.type != model::tensor_type::float32) {
    rules.consume(index, at.position, transformation::no_quantize);
    return;
  }
  if (!model_.is_constant(t)) {
    throw error(error_code::not_quantizable,
                place_of(model_, at) + ": its bias, " +
                    model::label(model_.subgraphs[at.graph], static_cast<std::size_t>(index)) +
                    ", is computed while the model runs; a constant is wanted. Leave the op out with a no_quantize "
                    "rule");
  }
  auto p = std::make_shared<tensor_parameters>();
  const bool wide_input = storage_bits(input->format) > 8;
  p->format = {number_kind::signed_integer, static_cast<std::uint8_t>(wide_input ? 64 : 32), symmetric,
               tensorwise::descriptor};
  p->source = std::make_shared<const weight>(model_, t, constants_.name(at.graph, index), layout_of(t.shape));
  biases_.push_back({p, input, weight_parameters, t.shape});
  rules.consume(index, at.position, transformation::quantize_tensor, std::move(p));
}

/// A bias beyond 2^31 steps of its scale is cut off: the layer then computes something else.
AEQ_INLINE void warn_of_saturation(const tensor_parameters& p, warnings& notes) {
  std::vector<float> scratch;
  const auto elements = static_cast<std::size_t>(p.source->layout().elements());
  const float* values = p.source->values(0, elements, scratch);
  std::uint64_t cut = 0;
  for (std::size_t i = 0; i < elements; ++i) {
    const double scale = p.scale[p.source->layout().channel_of(i)];
    if (std::abs(static_cast<double>(values[i])) >= 2147483647.5 * scale) ++cut;
  }
  if (cut == 0) return;
  notes.add(p.source->name(), std::to_string(cut) + " of " + std::to_string(elements) +
                                  " values of this bias are too large for its scale (that of the input times that of "
                                  "the weight) and are cut off; are the ranges of its input right?");
}

AEQ_INLINE void static_range::finish_biases(warnings* notes) {
  for (const pending_bias& b : biases_) {
    tensor_parameters& p = *b.target;
    p.wide = b.input->wide || b.weight->wide;
    const std::vector<double>& x = b.input->scale;
    const std::vector<double>& w = b.weight->scale;
    const std::size_t count = std::max(x.size(), w.size());
    if ((x.size() != 1 && x.size() != count) || (w.size() != 1 && w.size() != count)) {
      throw error(error_code::not_quantizable, p.source->name() +
                                                   ": a bias goes with as many scales of its input as of " +
                                                   "its weight, or with one of either; here they have " +
                                                   std::to_string(x.size()) + " and " + std::to_string(w.size()));
    }
    for (std::size_t i = 0; i < count; ++i) {
      const double a = x[x.size() == 1 ? 0 : i];
      const double c = w[w.size() == 1 ? 0 : i];
      p.scale.push_back(p.wide ? a * c : static_cast<double>(static_cast<float>(a) * static_cast<float>(c)));
      p.zero_point.push_back(0);
    }
    p.scale_shape = {static_cast<std::int32_t>(count)};
    const std::uint64_t elements = p.source->layout().elements();
    // Nearly always of one axis; of [1, channels] it is the one that has the channels.
    const auto channels = std::find(b.shape.begin(), b.shape.end(), static_cast<std::int32_t>(count));
    if (count > 1 && (elements != count || channels == b.shape.end())) {
      throw error(error_code::not_quantizable, p.source->name() + ": a bias of " + std::to_string(elements) +
                                                   " elements does not go with a weight of " + std::to_string(count) +
                                                   " channels");
    }
    if (count > 1) {
      p.axis = static_cast<std::uint32_t>(channels - b.shape.begin());
      p.scale_shape.assign(b.shape.size(), 1);
      p.scale_shape[*p.axis] = *channels;
      const weight_layout per_channel{1, count, 1};
      p.source = std::make_shared<const weight>(p.source->with_layout(per_channel));
    }
    if (notes != nullptr) warn_of_saturation(p, *notes);
  }
  biases_.clear();
}

AEQ_INLINE void static_range::materialize(const decided_operation& at, const rule_writer& rules) {
  const bool leave = stays_float(model_, model_.subgraphs[at.graph], at.operation, at.decision);
  std::vector<operand> inputs = inputs_of(at);
  std::vector<operand> outputs = outputs_of(at);
  if (leave) {
    for (operand& o : inputs) o.takes_part = false;
    for (operand& o : outputs) o.takes_part = false;
  }
  const auto any = [](const std::vector<operand>& all) {
    return std::any_of(all.begin(), all.end(), [](const operand& o) { return o.takes_part; });
  };
  const bool takes_part = any(inputs) || any(outputs);
  const op::constraint constraint = takes_part ? at.decision.operation->output : op::constraint::free;

  parameters common;  // of all operands that take part, but for fixed_output: of the outputs
  switch (constraint) {
    case op::constraint::free: break;
    case op::constraint::same_as_input:
      common = of_input(at, only_one(at, inputs, "inputs"));
      hand_on(at, inputs, outputs, common);
      break;
    case op::constraint::same_as_output: common = of_activation(at, only_one(at, outputs, "outputs")); break;
    case op::constraint::fixed_output: common = fixed_output(at); break;
  }

  std::vector<parameters> of_inputs(inputs.size());
  for (std::size_t slot = 0; slot < inputs.size(); ++slot) {
    const operand& o = inputs[slot];
    if (o.tensor < 0) continue;
    const bool is_bias = at.decision.operation->input_role(slot) == op::role::bias;
    if (!o.takes_part && (leave || !is_bias)) {
      rules.consume(o.tensor, at.position, transformation::no_quantize);
    } else if (is_bias) {
      add_bias(at, of_inputs, slot, rules);
    } else {
      const bool constant = model_.is_constant(tensor(at.graph, o.tensor));
      if (constraint == op::constraint::same_as_output) {
        of_inputs[slot] = constant ? constants_.like_activation(at.graph, o.tensor, common) : common;
      } else {
        of_inputs[slot] = constraint == op::constraint::same_as_input ? common : of_input(at, o.tensor);
      }
      rules.consume(o.tensor, at.position, constant ? transformation::quantize_tensor : transformation::add_quantize,
                    of_inputs[slot]);
    }
  }
  for (const operand& o : outputs) {
    if (o.tensor < 0) continue;
    if (!o.takes_part) {
      rules.produce(o.tensor, at.position, transformation::no_quantize);
      continue;
    }
    rules.produce(o.tensor, at.position, transformation::add_dequantize,
                  constraint == op::constraint::free ? of_activation(at, o.tensor) : without_source(common));
    if (constraint == op::constraint::fixed_output) activations_.set_range(at.graph, o.tensor, *common);
  }
}

AEQ_INLINE void static_range::materialize_input(std::size_t graph, std::int32_t index, const recipe::decision& d,
                                                const rule_writer& rules) {
  if (tensor(graph, index).type != model::tensor_type::float32) {
    rules.produce(index, graph_edge, transformation::no_quantize);
  } else {
    rules.produce(index, graph_edge, transformation::add_dequantize,
                  activations_.fitted(graph, index, d.scheme.activation, d.fits));
  }
}

AEQ_INLINE void static_range::materialize_output(std::size_t graph, std::int32_t index, const recipe::decision& d,
                                                 const rule_writer& rules) {
  if (tensor(graph, index).type != model::tensor_type::float32) {
    rules.consume(index, graph_edge, transformation::no_quantize);
  } else if (model_.is_constant(tensor(graph, index))) {
    rules.consume(index, graph_edge, transformation::quantize_tensor, constants_.in_activation_format(graph, index, d));
  } else {
    rules.consume(index, graph_edge, transformation::add_quantize,
                  activations_.fitted(graph, index, d.scheme.activation, d.fits));
  }
}

}  // namespace aeq::inline AEQ_ABI::quantize::detail
