// SPDX-License-Identifier: Apache-2.0
// Ops with a weight, or with two matrices.
//
// Inside: operation.ipp includes it, other headers do not.
#pragma once

#include <array>

#include <aeq/execute/fast/fully_connected.hpp>
#include <aeq/execute/operation.hpp>
#include <aeq/kernel/batch_matmul.hpp>
#include <aeq/kernel/embedding_lookup.hpp>
#include <aeq/kernel/fully_connected.hpp>

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

inline status shape_of_fully_connected(std::span<const operand> inputs, const operation_options& options,
                                       std::span<shape> outputs) {
  if (inputs.size() < 2 || outputs.size() != 1) return status::wrong_operands;
  const auto x = inputs[0].shape;
  const auto w = inputs[1].shape;
  if (w.size() != 2 || w[1] == 0) return status::wrong_shape;
  if (options.keep_num_dims) {
    if (x.empty() || x.back() != w[1]) return status::wrong_shape;
    outputs[0].assign(x.begin(), x.end());
    outputs[0].back() = w[0];
    return status::ready;
  }
  const std::size_t elements = inputs[0].elements();
  const auto depth = static_cast<std::size_t>(w[1]);
  std::int32_t rows = 0;
  if (elements % depth != 0 || !to_extent(static_cast<std::int64_t>(elements / depth), rows))
    return status::wrong_shape;
  outputs[0] = {rows, w[0]};
  return status::ready;
}

inline status shape_of_batch_matmul(std::span<const operand> inputs, const operation_options& options,
                                    std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.size() != 1) return status::wrong_operands;
  const auto a = inputs[0].shape;
  const auto b = inputs[1].shape;
  kernel::batch_matmul_geometry g;
  shape batches;
  if (!kernel::batch_matmul_geometry_of(a, b, options, g) ||
      !broadcast(a.first(a.size() - 2), b.first(b.size() - 2), batches)) {
    return status::wrong_shape;
  }
  batches.push_back(static_cast<std::int32_t>(g.rows));
  batches.push_back(static_cast<std::int32_t>(g.columns));
  outputs[0] = std::move(batches);
  return status::ready;
}

inline status shape_of_embedding_lookup(std::span<const operand> inputs, const operation_options&,
                                        std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.size() != 1) return status::wrong_operands;
  if (inputs[0].shape.size() != 1 || inputs[1].shape.empty()) return status::wrong_shape;
  outputs[0].assign(inputs[1].shape.begin(), inputs[1].shape.end());
  outputs[0][0] = inputs[0].shape[0];
  return status::ready;
}

}  // namespace detail

namespace family {

inline constexpr std::array matrix{
    operation{op::code::fully_connected, functions_of<fast::fully_connected_float>(),
              &detail::shape_of_fully_connected},
    operation{op::code::batch_matmul, functions_of<fast::batch_matmul_float>(), &detail::shape_of_batch_matmul},
    operation{op::code::embedding_lookup, functions_of<kernel::embedding_lookup>(), &detail::shape_of_embedding_lookup},
};

}  // namespace family

}  // namespace aeq::inline AEQ_ABI::execute
