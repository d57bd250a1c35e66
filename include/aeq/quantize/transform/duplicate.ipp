// SPDX-License-Identifier: Apache-2.0
// Copies of buffers and tensors.
#pragma once

#include <aeq/quantize/transform/duplicate.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// A new buffer with the bytes that a buffer of the source model has.
AEQ_INLINE std::uint32_t copy_buffer(const transform_context& c, std::uint32_t index) {
  const model::buffer& from = c.edit.edited().buffers[index];
  model::buffer copy;
  copy.present = from.present;
  copy.data = from.data;
  copy.size = from.data.size();
  return c.edit.add_buffer(std::move(copy));
}

}  // namespace detail

AEQ_INLINE transformed duplicate_buffer(const transform_context& c) {
  const std::uint32_t copy = detail::copy_buffer(c, c.tensor_at(c.tensor).buffer);
  c.tensor_at(c.tensor).buffer = copy;
  return {};
}

AEQ_INLINE transformed duplicate_tensor(const transform_context& c) {
  model::tensor copy = detail::like(c.tensor_at(c.tensor), "");
  const std::size_t number = c.subgraph().tensors.size();
  copy.name = c.name() + "_duplicated_" + std::to_string(number);
  copy.type = c.tensor_at(c.tensor).type;
  copy.buffer = detail::copy_buffer(c, c.tensor_at(c.tensor).buffer);
  const std::int32_t result = c.edit.add_tensor(c.graph, std::move(copy));
  // A consumer is listed once per slot that it reads the tensor in.
  bool outputs_done = false;
  for (const std::int32_t consumer : c.what.consumers) {
    if (consumer != graph_edge) {
      c.operands.replace_first(c.graph, consumer, c.tensor, result);
    } else if (!std::exchange(outputs_done, true)) {
      c.operands.replace(c.graph, graph_edge, c.tensor, result);
    }
  }
  return {result, std::nullopt};
}

}  // namespace aeq::inline AEQ_ABI::quantize
