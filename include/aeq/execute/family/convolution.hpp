// SPDX-License-Identifier: Apache-2.0
// Ops with windows: convolutions and pools.
//
// Inside: operation.ipp includes it, other headers do not.
#pragma once

#include <array>

#include <aeq/execute/fast/conv_2d.hpp>
#include <aeq/execute/operation.hpp>
#include <aeq/kernel/conv_2d.hpp>
#include <aeq/kernel/conv_3d.hpp>
#include <aeq/kernel/pool_2d.hpp>
#include <aeq/kernel/transpose_conv.hpp>

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

inline status store_shape(const kernel::conv_2d_geometry& g, shape& y) {
  const std::int64_t extents[] = {static_cast<std::int64_t>(g.batches), g.windows.rows.outputs,
                                  g.windows.columns.outputs, static_cast<std::int64_t>(g.output_channels)};
  y.resize(4);
  for (std::size_t i = 0; i < 4; ++i) {
    if (!to_extent(extents[i], y[i])) return status::wrong_shape;
  }
  return status::ready;
}

template <auto Geometry>
status shape_of_conv_2d(std::span<const operand> inputs, const operation_options& options, std::span<shape> outputs) {
  if (inputs.size() < 2 || outputs.size() != 1) return status::wrong_operands;
  kernel::conv_2d_geometry g;
  const status placed = Geometry(inputs[0].shape, inputs[1].shape, options, g);
  return placed == status::ready ? store_shape(g, outputs[0]) : placed;
}

inline status shape_of_conv_3d(std::span<const operand> inputs, const operation_options& options,
                               std::span<shape> outputs) {
  if (inputs.size() < 2 || outputs.size() != 1) return status::wrong_operands;
  kernel::conv_3d_geometry g;
  const status placed = kernel::conv_3d_geometry_of(inputs[0].shape, inputs[1].shape, options, g);
  if (placed != status::ready) return placed;
  outputs[0] = {inputs[0].shape[0], 0, 0, 0, inputs[1].shape[4]};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!to_extent(g.axes[i].outputs, outputs[0][i + 1])) return status::wrong_shape;
  }
  return status::ready;
}

inline status shape_of_pool_2d(std::span<const operand> inputs, const operation_options& options,
                               std::span<shape> outputs) {
  if (inputs.size() != 1 || outputs.size() != 1) return status::wrong_operands;
  kernel::conv_2d_geometry g;
  const status placed = kernel::pool_2d_geometry_of(inputs[0].shape, options, g);
  return placed == status::ready ? store_shape(g, outputs[0]) : placed;
}

/// The first input holds the shape.
inline status shape_of_transpose_conv(std::span<const operand> inputs, const operation_options& options,
                                      std::span<shape> outputs) {
  if (inputs.size() < 3 || outputs.size() != 1) return status::wrong_operands;
  if (inputs[0].type != element_type::int32) return status::wrong_type;
  if (inputs[0].shape.size() != 1 || inputs[0].shape[0] != 4) return status::wrong_shape;
  shape y(4);
  for (std::size_t i = 0; i < 4; ++i) {
    if (!to_extent(integer_at(inputs[0], i), y[i])) return status::wrong_data;
  }
  kernel::conv_2d_geometry g;
  const status placed = kernel::transpose_conv_geometry_of(inputs[2].shape, inputs[1].shape, y, options, g);
  if (placed == status::ready) outputs[0] = std::move(y);
  return placed;
}

}  // namespace detail

namespace family {

inline constexpr std::array convolution{
    operation{op::code::conv_2d, functions_of<fast::conv_2d_float>(),
              &detail::shape_of_conv_2d<&kernel::conv_2d_geometry_of>},
    operation{op::code::depthwise_conv_2d, functions_of<fast::depthwise_conv_2d_float>(),
              &detail::shape_of_conv_2d<&kernel::depthwise_geometry_of>},
    operation{op::code::conv_3d, functions_of<kernel::conv_3d_float>(), &detail::shape_of_conv_3d},
    operation{op::code::transpose_conv, functions_of<kernel::transpose_conv_float>(), &detail::shape_of_transpose_conv,
              data_of_inputs(0)},
    operation{op::code::average_pool_2d, functions_of<kernel::pool_2d_float<kernel::average_pool>>(),
              &detail::shape_of_pool_2d},
    operation{op::code::max_pool_2d, functions_of<kernel::pool_2d_float<kernel::max_pool>>(),
              &detail::shape_of_pool_2d},
    operation{op::code::l2_pool_2d, functions_of<kernel::pool_2d_float<kernel::l2_pool>>(), &detail::shape_of_pool_2d},
};

}  // namespace family

}  // namespace aeq::inline AEQ_ABI::execute
