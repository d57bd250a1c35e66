// SPDX-License-Identifier: Apache-2.0
// Ops that move elements and compute next to nothing.
//
// Inside: operation.ipp includes it, other headers do not.
#pragma once

#include <algorithm>
#include <array>

#include <aeq/execute/operation.hpp>
#include <aeq/kernel/broadcast.hpp>
#include <aeq/kernel/concatenation.hpp>
#include <aeq/kernel/copy.hpp>
#include <aeq/kernel/gather.hpp>
#include <aeq/kernel/order.hpp>
#include <aeq/kernel/pad.hpp>
#include <aeq/kernel/scatter.hpp>
#include <aeq/kernel/slice.hpp>
#include <aeq/kernel/space.hpp>
#include <aeq/kernel/transpose.hpp>

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// The second input has the shape, else the options; one extent may be -1. (spec: kernels, section 6)
inline status shape_of_reshape(std::span<const operand> inputs, const operation_options& options,
                               std::span<shape> outputs) {
  if (inputs.empty() || inputs.size() > 2 || outputs.size() != 1) return status::wrong_operands;
  shape wanted;
  if (inputs.size() == 2 && inputs[1].present()) {
    if (!is_index(inputs[1].type)) return status::wrong_type;
    if (inputs[1].shape.size() != 1) return status::wrong_shape;
    for (std::size_t i = 0; i < inputs[1].elements(); ++i) {
      const std::int64_t extent = integer_at(inputs[1], i);
      std::int32_t fits = -1;
      if (extent != -1 && !to_extent(extent, fits)) return status::wrong_data;
      wanted.push_back(fits);
    }
  } else {
    wanted.assign(options.new_shape.begin(), options.new_shape.end());
  }
  const std::size_t elements = inputs[0].elements();
  std::uint64_t known = 1;
  std::int32_t* open = nullptr;
  for (std::int32_t& extent : wanted) {
    if (extent < -1 || (extent == -1 && open != nullptr)) return status::wrong_shape;
    if (extent == -1) {
      open = &extent;
    } else {
      constexpr std::uint64_t most = std::uint64_t(1) << 40u;
      if (known != 0 && static_cast<std::uint64_t>(extent) > most / known) return status::wrong_shape;
      known *= static_cast<std::uint64_t>(extent);
    }
  }
  if (open != nullptr) {
    if (known == 0 || elements % known != 0) return status::wrong_shape;
    if (!to_extent(static_cast<std::int64_t>(elements / known), *open)) return status::wrong_shape;
  } else if (known != elements) {
    return status::wrong_shape;
  }
  outputs[0] = std::move(wanted);
  return status::ready;
}

/// The listed axes of extent 1 go; all of them, if none is listed.
inline status shape_of_squeeze(std::span<const operand> inputs, const operation_options& options,
                               std::span<shape> outputs) {
  if (inputs.size() != 1 || outputs.size() != 1) return status::wrong_operands;
  const auto x = inputs[0].shape;
  std::vector<bool> goes(x.size(), false);
  for (std::size_t k = 0; k < x.size() && options.squeeze_dims.empty(); ++k) goes[k] = x[k] == 1;
  for (const std::int32_t number : options.squeeze_dims) {
    std::size_t axis = 0;
    if (!to_axis(number, x.size(), axis)) return status::wrong_options;
    if (x[axis] != 1) return status::wrong_shape;
    goes[axis] = true;
  }
  outputs[0].clear();
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (!goes[k]) outputs[0].push_back(x[k]);
  }
  return status::ready;
}

/// A new axis of extent 1 at the place that the second input names.
inline status shape_of_expand_dims(std::span<const operand> inputs, const operation_options&,
                                   std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.size() != 1) return status::wrong_operands;
  if (!is_index(inputs[1].type) || inputs[1].elements() != 1) return status::wrong_type;
  std::size_t axis = 0;
  if (!to_axis(integer_at(inputs[1], 0), inputs[0].shape.size() + 1, axis)) return status::wrong_data;
  outputs[0].assign(inputs[0].shape.begin(), inputs[0].shape.end());
  outputs[0].insert(outputs[0].begin() + static_cast<std::ptrdiff_t>(axis), 1);
  return status::ready;
}

/// Inputs: axis, x. As many equal parts as there are outputs.
inline status shape_of_split(std::span<const operand> inputs, const operation_options&, std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.empty()) return status::wrong_operands;
  if (!is_index(inputs[0].type) || inputs[0].elements() != 1) return status::wrong_type;
  const auto x = inputs[1].shape;
  std::size_t axis = 0;
  if (!to_axis(integer_at(inputs[0], 0), x.size(), axis)) return status::wrong_data;
  const auto parts = static_cast<std::int64_t>(outputs.size());
  if (x[axis] % parts != 0) return status::wrong_shape;
  for (shape& output : outputs) {
    output.assign(x.begin(), x.end());
    output[axis] = static_cast<std::int32_t>(x[axis] / parts);
  }
  return status::ready;
}

/// Inputs: x, sizes, axis. One size may be -1: what is left.
inline status shape_of_split_v(std::span<const operand> inputs, const operation_options&, std::span<shape> outputs) {
  if (inputs.size() != 3 || outputs.empty()) return status::wrong_operands;
  if (!is_index(inputs[1].type) || !is_index(inputs[2].type) || inputs[2].elements() != 1) return status::wrong_type;
  const auto x = inputs[0].shape;
  std::size_t axis = 0;
  if (!to_axis(integer_at(inputs[2], 0), x.size(), axis)) return status::wrong_data;
  if (inputs[1].elements() != outputs.size()) return status::wrong_shape;
  std::int64_t left = x[axis];
  std::size_t open = outputs.size();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::int64_t size = integer_at(inputs[1], i);
    if (size < -1 || size > left || (size == -1 && open != outputs.size())) return status::wrong_data;
    outputs[i].assign(x.begin(), x.end());
    outputs[i][axis] = static_cast<std::int32_t>(size);
    if (size == -1) {
      open = i;
    } else {
      left -= size;
    }
  }
  if (open != outputs.size()) {
    outputs[open][axis] = static_cast<std::int32_t>(left);
  } else if (left != 0) {
    return status::wrong_data;
  }
  return status::ready;
}

inline status shape_of_unpack(std::span<const operand> inputs, const operation_options& options,
                              std::span<shape> outputs) {
  if (inputs.size() != 1) return status::wrong_operands;
  const auto x = inputs[0].shape;
  std::size_t axis = 0;
  if (!to_axis(options.axis, x.size(), axis)) return status::wrong_options;
  if (outputs.size() != static_cast<std::size_t>(x[axis])) return status::wrong_operands;
  for (shape& output : outputs) {
    output.assign(x.begin(), x.end());
    output.erase(output.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  return status::ready;
}

/// Inputs: x, k. Two outputs whose last axis has extent k.
inline status shape_of_top_k(std::span<const operand> inputs, const operation_options&, std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.size() != 2) return status::wrong_operands;
  if (!is_index(inputs[1].type) || inputs[1].elements() != 1) return status::wrong_type;
  const auto x = inputs[0].shape;
  if (x.empty()) return status::wrong_shape;
  const std::int64_t k = integer_at(inputs[1], 0);
  if (k < 0 || k > x.back()) return status::wrong_data;
  for (shape& output : outputs) {
    output.assign(x.begin(), x.end());
    output.back() = static_cast<std::int32_t>(k);
  }
  return status::ready;
}

template <kernel::joining How>
[[nodiscard]] constexpr operation segment_row(op::code code) {
  return row_of<kernel::segment<How, false>>(code);
}

}  // namespace detail

namespace family {

inline constexpr std::array movement{
    operation{op::code::bitcast, functions_of<kernel::copy_as_bits>(), &detail::shape_of_first, 0, storage::same_bytes},
    detail::row_of<kernel::broadcast_args>(op::code::broadcast_args),
    detail::row_of<kernel::broadcast_to>(op::code::broadcast_to),
    detail::row_of<kernel::concatenation>(op::code::concatenation),
    detail::row_of<kernel::depth_to_space>(op::code::depth_to_space),
    operation{op::code::cumsum, functions_of<kernel::cumulative_sum>(), &detail::shape_of_first},
    detail::row_of<kernel::dilate>(op::code::dilate),
    operation{op::code::dynamic_update_slice, functions_of<kernel::dynamic_update_slice>(), &detail::shape_of_first, 0,
              storage::in_place},
    operation{op::code::expand_dims, functions_of<kernel::copy>(), &detail::shape_of_expand_dims, data_of_inputs(1),
              storage::same_bytes},
    detail::row_of<kernel::fill>(op::code::fill),
    detail::row_of<kernel::gather>(op::code::gather),
    detail::row_of<kernel::gather_nd>(op::code::gather_nd),
    detail::row_of<kernel::matrix_diagonal<false>>(op::code::matrix_diag),
    detail::row_of<kernel::matrix_diagonal<true>>(op::code::matrix_set_diag),
    detail::row_of<kernel::mirror_pad>(op::code::mirror_pad),
    detail::row_of<kernel::one_hot>(op::code::one_hot),
    detail::row_of<kernel::pack_axis>(op::code::pack),
    detail::row_of<kernel::pad>(op::code::pad),
    detail::row_of<kernel::pad_v2>(op::code::padv2),
    detail::row_of<kernel::range_of>(op::code::range),
    detail::row_of<kernel::shape_of<true>>(op::code::rank),
    operation{op::code::reshape, functions_of<kernel::copy>(), &detail::shape_of_reshape, data_of_inputs(1),
              storage::same_bytes},
    operation{op::code::reverse_sequence, functions_of<kernel::reverse_sequence>(), &detail::shape_of_first},
    operation{op::code::reverse_v2, functions_of<kernel::reverse>(), &detail::shape_of_first},
    detail::row_of<kernel::scatter_nd>(op::code::scatter_nd),
    detail::row_of<kernel::segment<kernel::joining::sum, true>>(op::code::segment_sum),
    detail::row_of<kernel::shape_of<false>>(op::code::shape),
    detail::row_of<kernel::slice>(op::code::slice),
    detail::row_of<kernel::space_to_batch_nd>(op::code::space_to_batch_nd),
    detail::row_of<kernel::batch_to_space_nd>(op::code::batch_to_space_nd),
    detail::row_of<kernel::space_to_depth>(op::code::space_to_depth),
    operation{op::code::split, functions_of<kernel::split>(), &detail::shape_of_split, data_of_inputs(0)},
    operation{op::code::split_v, functions_of<kernel::split_v>(), &detail::shape_of_split_v, data_of_inputs(1, 2)},
    operation{op::code::squeeze, functions_of<kernel::copy>(), &detail::shape_of_squeeze, 0, storage::same_bytes},
    detail::row_of<kernel::strided_slice>(op::code::strided_slice),
    detail::row_of<kernel::tile>(op::code::tile),
    operation{op::code::topk_v2, functions_of<kernel::top_k>(), &detail::shape_of_top_k, data_of_inputs(1)},
    detail::row_of<kernel::transpose>(op::code::transpose),
    operation{op::code::unpack, functions_of<kernel::unpack_axis>(), &detail::shape_of_unpack},
    detail::segment_row<kernel::joining::larger>(op::code::unsorted_segment_max),
    detail::segment_row<kernel::joining::smaller>(op::code::unsorted_segment_min),
    detail::segment_row<kernel::joining::product>(op::code::unsorted_segment_prod),
    detail::segment_row<kernel::joining::sum>(op::code::unsorted_segment_sum),
    detail::row_of<kernel::where_true>(op::code::where),
    operation{op::code::zeros_like, functions_of<kernel::zeros_like>(), &detail::shape_of_first},
};

}  // namespace family

}  // namespace aeq::inline AEQ_ABI::execute
