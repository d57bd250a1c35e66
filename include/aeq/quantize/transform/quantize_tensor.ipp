// SPDX-License-Identifier: Apache-2.0
// Type, scales and producer of a tensor.
#pragma once

#include <aeq/quantize/transform/quantize_tensor.hpp>

#include <cstddef>
#include <utility>
#include <vector>

#include <aeq/core/byte_order.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// The scales of a blockwise tensor lie in a constant float16 tensor of their own.
AEQ_INLINE model::quantization blockwise_quantization(const transform_context& c, const tensor_parameters& p) {
  std::vector<std::uint8_t> bytes(p.block_scale.size() * sizeof(std::uint16_t));
  for (std::size_t i = 0; i < p.block_scale.size(); ++i) {
    store_little(p.block_scale[i], bytes.data() + i * sizeof(std::uint16_t));
  }
  model::tensor scales;
  scales.name = c.name() + "_scales";
  scales.type = model::tensor_type::float16;
  scales.shape = p.scale_shape;
  scales.buffer = c.edit.add_constant(std::move(bytes));
  const std::int32_t index = c.edit.add_tensor(c.graph, std::move(scales));

  constexpr const model::schema::table_descriptor& table = model::schema::blockwise_quantization;
  model::quantization q;
  q.details.type = model::schema::blockwise_details;
  q.details.table =
      c.edit.add_table({{model::detail::field_id(table, "scales"), index},
                        {model::detail::field_id(table, "zero_points"), -1},
                        {model::detail::field_id(table, "block_size"), p.format.granularity.block_elements}});
  return q;
}

AEQ_INLINE void quantize_in_place(const transform_context& c, std::int32_t index) {
  const parameters& p = c.what.params;
  if (!p) return;
  if (p->format.is_integer()) {
    model::quantization q;
    if (p->is_blockwise()) {
      q = blockwise_quantization(c, *p);
    } else {
      for (const double s : p->scale) q.scale.push_back(static_cast<float>(s));
      q.zero_point.assign(p->zero_point.begin(), p->zero_point.end());
      q.quantized_dimension = static_cast<std::int32_t>(p->axis.value_or(0));
    }
    if (p->late) {  // room for what the encoder will find
      q.scale.resize(p->source->layout().channels);
      q.zero_point.resize(p->source->layout().channels);
    }
    c.tensor_at(index).quantization = std::move(q);
  }
  model::tensor& t = c.tensor_at(index);
  t.type = storage_type(p->format);
  // Parameters of a constant are handed on to results that take the same (RESHAPE of a weight); those have no data.
  if (!p->source || !c.edit.edited().is_constant(t)) return;
  c.data.want(c.graph, index, p);
}

}  // namespace detail

AEQ_INLINE transformed quantize_tensor(const transform_context& c) {
  detail::quantize_in_place(c, c.tensor);
  return {};
}

}  // namespace aeq::inline AEQ_ABI::quantize
