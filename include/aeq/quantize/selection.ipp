// SPDX-License-Identifier: Apache-2.0
// Roles, types and sizes of operands, asked in turn.
#pragma once

#include <aeq/quantize/selection.hpp>

#include <cstdint>

#include <aeq/op/catalogue.hpp>
#include <aeq/quantize/composite.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// Ops whose weight may be left alone for being small.
[[nodiscard]] constexpr bool has_size_limit(op::code c) {
  return c == op::code::fully_connected || c == op::code::conv_2d || c == op::code::depthwise_conv_2d ||
         c == op::code::transpose_conv;
}

}  // namespace detail

AEQ_INLINE bool takes_weight_format(const model::model& m, const model::tensor& t, const recipe::decision& d,
                                    std::size_t slot) {
  const op::operation_descriptor& operation = *d.operation;
  const bool is_weight = operation.input_role(slot) == op::role::weight;
  const bool is_activation = operation.input_role(slot) == op::role::activation && operation.has_weight();
  if (!(is_weight || is_activation) || !m.is_constant(t)) return false;
  const bool casts = d.algorithm == recipe::algorithm::float_casting;
  if (casts && !is_weight) return false;
  if (casts && t.type == model::tensor_type::float16) return true;  // lacks its DEQUANTIZE
  if (t.type != model::tensor_type::float32 || t.sparsity != nullptr) return false;
  if (t.quantization && t.quantization->has_scale()) return false;
  const std::uint64_t elements = model::element_count(t.shape);
  const bool too_small =
      is_weight && !casts && detail::has_size_limit(operation.builtin) && elements < d.min_weight_elements;
  return elements != 0 && !too_small;
}

AEQ_INLINE bool has_numeric_scales(const model::tensor& t) {
  return t.type != model::tensor_type::float32 && t.quantization && !t.quantization->scale.empty();
}

AEQ_INLINE bool stays_float(const model::model& m, const model::subgraph& g, const model::operation& o,
                            const recipe::decision& d) {
  if (d.operation->builtin == op::code::stablehlo_composite) return !is_quantizable_composite(o);
  for (std::size_t slot = 0; slot < o.inputs.size(); ++slot) {
    const std::int32_t index = o.inputs[slot];
    if (index < 0 || d.operation->input_role(slot) != op::role::weight) continue;
    const model::tensor& t = g.tensors[static_cast<std::size_t>(index)];
    if (!m.is_constant(t) || has_numeric_scales(t)) continue;
    if (!takes_weight_format(m, t, d, slot)) return true;
  }
  return false;
}

AEQ_INLINE bool changes(const model::model& m, const model::subgraph& g, const model::operation& o,
                        const recipe::decision& d) {
  if (!d.quantize) return false;
  if (d.scheme.execution_mode == execution::static_range) return !stays_float(m, g, o, d);
  for (std::size_t slot = 0; slot < o.inputs.size(); ++slot) {
    if (o.inputs[slot] < 0) continue;
    if (takes_weight_format(m, g.tensors[static_cast<std::size_t>(o.inputs[slot])], d, slot)) return true;
  }
  return false;
}

}  // namespace aeq::inline AEQ_ABI::quantize
