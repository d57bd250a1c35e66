// SPDX-License-Identifier: Apache-2.0
// TRANSPOSE and the reversals. Any element of whole bytes. Freestanding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/extents.hpp>
#include <aeq/kernel/strided_copy.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[i_0, i_1, …] = x[…], where axis k of y is axis permutation[k] of x. x: rank 8 at most; permutation: a list.
struct transpose {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index_list(inputs[1])) return status::wrong_type;
    const auto x = inputs[0].shape;
    if (x.size() > max_rank || inputs[1].elements() != x.size()) return status::wrong_shape;
    std::uint32_t seen = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      std::size_t axis = 0;
      if (!to_axis(index_at(inputs[1], k), x.size(), axis) || (seen >> axis & 1u) != 0) return status::wrong_data;
      seen |= 1u << axis;
      if (!result.push(x[axis])) return status::wrong_shape;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const element_type type = call.inputs[0].type;
    if (type != call.outputs[0].type || bytes_of(type) == 0 || !is_index_list(call.inputs[1])) {
      return status::wrong_type;
    }
    if (call.inputs[1].elements() != call.inputs[0].shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<transpose>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<transpose>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    strided_copy move;
    for (std::size_t k = 0; k < y.shape.size(); ++k) {
      std::size_t axis = 0;
      (void)to_axis(index_at(call.inputs[1], k), x.shape.size(), axis);
      move.axis(extent_of(y.shape, k), from[axis], to[k]);
    }
    move.run(bytes_of(x.type), x.data.data(), y.data.data(), call.share);
  }
};

/// REVERSE_V2: the listed axes run backwards.
struct reverse {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index_list(call.inputs[1])) {
      return status::wrong_type;
    }
    if (!same_shape(x.shape, call.outputs[0].shape)) return status::wrong_shape;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    for (std::size_t k = 0; k < call.inputs[1].elements(); ++k) {
      std::size_t axis = 0;
      if (!to_axis(index_at(call.inputs[1], k), call.inputs[0].shape.size(), axis)) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const stride_list strides = strides_of(x.shape);
    std::array<bool, max_rank> is_turned{};
    for (std::size_t k = 0; k < call.inputs[1].elements(); ++k) {
      std::size_t axis = 0;
      (void)to_axis(index_at(call.inputs[1], k), x.shape.size(), axis);
      is_turned[axis] = true;
    }
    strided_copy move;
    for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
      if (is_turned[axis]) move.from_offset += strides[axis] * (x.shape[axis] - 1);
      move.axis(extent_of(x.shape, axis), is_turned[axis] ? -strides[axis] : strides[axis], strides[axis]);
    }
    move.run(bytes_of(x.type), x.data.data(), call.outputs[0].data.data(), call.share);
  }
};

/// REVERSE_SEQUENCE: of each index b of `batch_dim`, the first lengths[b] elements along `seq_dim` run backwards.
struct reverse_sequence {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const operand& lengths = call.inputs[1];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index_list(lengths)) return status::wrong_type;
    std::size_t along = 0, batch = 0;
    if (!to_axis(call.options.seq_dim, x.shape.size(), along) ||
        !to_axis(call.options.batch_dim, x.shape.size(), batch) || along == batch) {
      return status::wrong_options;
    }
    if (!same_shape(x.shape, call.outputs[0].shape)) return status::wrong_shape;
    if (lengths.elements() != extent_of(x.shape, batch)) return status::wrong_shape;
    return lengths.is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    std::size_t along = 0;
    (void)to_axis(call.options.seq_dim, call.inputs[0].shape.size(), along);
    for (std::size_t b = 0; b < call.inputs[1].elements(); ++b) {
      const std::int64_t length = index_at(call.inputs[1], b);
      if (length < 0 || length > call.inputs[0].shape[along]) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const stride_list strides = strides_of(x.shape);
    std::size_t along = 0, batch = 0;
    (void)to_axis(call.options.seq_dim, x.shape.size(), along);
    (void)to_axis(call.options.batch_dim, x.shape.size(), batch);
    call.share.for_each(extent_of(x.shape, batch), [&](std::size_t b) {
      const std::int64_t length = index_at(call.inputs[1], b);
      for (const bool is_turned : {true, false}) {  // the part that is turned, and what stays behind it
        const std::int64_t begin = is_turned ? 0 : length;
        const std::int64_t count = is_turned ? length : x.shape[along] - length;
        strided_copy move;
        move.from_offset = strides[batch] * static_cast<std::ptrdiff_t>(b);
        move.to_offset = move.from_offset + strides[along] * static_cast<std::ptrdiff_t>(begin);
        move.from_offset += strides[along] * static_cast<std::ptrdiff_t>(is_turned ? length - 1 : begin);
        for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
          if (axis == batch) continue;
          const std::ptrdiff_t step = strides[axis];
          if (axis == along) {
            move.axis(static_cast<std::size_t>(count), is_turned ? -step : step, step);
          } else {
            move.axis(extent_of(x.shape, axis), step, step);
          }
        }
        move.run(bytes_of(x.type), x.data.data(), call.outputs[0].data.data(), {});
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
