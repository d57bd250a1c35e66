// SPDX-License-Identifier: Apache-2.0
// The new tensor and operator, and who reads it.
#pragma once

#include <aeq/quantize/transform/add_dequantize.hpp>

#include <cstdint>

#include <aeq/quantize/transform/quantize_tensor.hpp>

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE transformed add_dequantize(const transform_context& c) {
  const std::int32_t result = c.edit.add_tensor(c.graph, detail::like(c.tensor_at(c.tensor), c.name() + "_dequant"));
  detail::quantize_in_place(c, c.tensor);
  const std::int32_t operation = detail::insert(c, op::code::dequantize, c.tensor, result);
  detail::rewire(c, result);
  return {result, operation};
}

}  // namespace aeq::inline AEQ_ABI::quantize
