// SPDX-License-Identifier: Apache-2.0
// The new tensor and operator, and who reads it.
#pragma once

#include <aeq/quantize/transform/add_quantize.hpp>

#include <cstdint>
#include <memory>
#include <utility>

#include <aeq/quantize/transform/quantize_tensor.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// No kernel goes from int16 to uint8: an int8 of the same values comes between. Its tensor and operator.
AEQ_INLINE transformed add_step_between(const transform_context& c) {
  auto p = std::make_shared<tensor_parameters>(*c.what.params);
  p->format.kind = number_kind::signed_integer;
  for (std::int32_t& zero : p->zero_point) zero -= 128;
  const instruction between{c.what.kind, c.what.consumers, std::move(p)};
  const transform_context step{c.edit, c.inserted, c.operands, c.data, c.graph, c.tensor, c.producer, between};
  const std::int32_t made = c.edit.add_tensor(c.graph, like(c.tensor_at(c.tensor), c.name() + "_int8"));
  quantize_in_place(step, made);
  return {made, insert(step, op::code::quantize, c.tensor, made)};
}

}  // namespace detail

AEQ_INLINE transformed add_quantize(const transform_context& c) {
  const bool from_int16 = c.tensor_at(c.tensor).type == model::tensor_type::int16;
  if (from_int16 && c.what.params && storage_type(c.what.params->format) == model::tensor_type::uint8) {
    const transformed between = detail::add_step_between(c);
    const std::int32_t result =
        c.edit.add_tensor(c.graph, detail::like(c.tensor_at(c.tensor), c.name() + "_quantized"));
    detail::quantize_in_place(c, result);
    const transform_context last{c.edit, c.inserted, c.operands, c.data, c.graph, c.tensor, *between.operation, c.what};
    const std::int32_t operation = detail::insert(last, op::code::quantize, *between.tensor, result);
    detail::rewire(c, result);
    return {result, operation};
  }
  const std::int32_t result = c.edit.add_tensor(c.graph, detail::like(c.tensor_at(c.tensor), c.name() + "_quantized"));
  detail::quantize_in_place(c, result);
  const std::int32_t operation = detail::insert(c, op::code::quantize, c.tensor, result);
  detail::rewire(c, result);
  return {result, operation};
}

}  // namespace aeq::inline AEQ_ABI::quantize
