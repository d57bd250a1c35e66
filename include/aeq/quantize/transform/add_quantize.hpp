// SPDX-License-Identifier: Apache-2.0
// ADD_QUANTIZE: a QUANTIZE op behind a tensor; the listed consumers read its output.
#pragma once

#include <aeq/quantize/transform/context.hpp>
#include <aeq/quantize/transform/quantize_tensor.hpp>

namespace aeq::inline AEQ_ABI::quantize {

inline transformed add_quantize(const transform_context& c) {
  const std::int32_t result = c.edit.add_tensor(c.graph, detail::like(c.tensor_at(c.tensor), c.name() + "_quantized"));
  detail::quantize_in_place(c, result);
  const std::int32_t operation = detail::insert(c, op::code::quantize, c.tensor, result);
  detail::rewire(c, result);
  return {result, operation};
}

}  // namespace aeq::inline AEQ_ABI::quantize
