// SPDX-License-Identifier: Apache-2.0
// Ops that repeat: BROADCAST_TO, TILE, FILL, ZEROS_LIKE; and those that say shapes: BROADCAST_ARGS, SHAPE, RANK. Any
// element of whole bytes. Freestanding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <aeq/kernel/extents.hpp>
#include <aeq/kernel/strided_copy.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// x repeated along the axes where it has extent 1, or which it lacks in front. Inputs: x, shape (a list).
struct broadcast_to {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index_list(inputs[1])) return status::wrong_type;
    const auto x = inputs[0].shape;
    const std::size_t rank = inputs[1].elements();
    if (inputs[1].shape.size() != 1 || x.size() > rank) return status::wrong_shape;
    for (std::size_t k = 0; k < rank; ++k) {
      const std::int64_t wanted = index_at(inputs[1], k);
      if (!result.push(wanted)) return status::wrong_data;
      if (k + x.size() < rank) continue;
      const std::int32_t extent = x[k + x.size() - rank];
      if (extent != wanted && extent != 1) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[1])) return status::wrong_type;
    return shape_is_as_said_if_known<broadcast_to>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<broadcast_to>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    const std::size_t missing = y.shape.size() - x.shape.size();
    strided_copy move;
    for (std::size_t k = 0; k < y.shape.size(); ++k) {
      const bool repeats = k < missing || x.shape[k - missing] == 1;
      move.axis(extent_of(y.shape, k), repeats ? 0 : from[k - missing], to[k]);
    }
    move.run(bytes_of(x.type), x.data.data(), y.data.data(), call.share);
  }
};

/// x repeated multiples[k] times along axis k. Inputs: x, multiples (a list).
struct tile {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index_list(inputs[1])) return status::wrong_type;
    const auto x = inputs[0].shape;
    if (inputs[1].elements() != x.size()) return status::wrong_shape;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::int64_t times = index_at(inputs[1], k);
      if (times < 0 || times > std::numeric_limits<std::int32_t>::max() || !result.push(times * x[k])) {
        return status::wrong_data;
      }
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[1])) return status::wrong_type;
    return shape_is_as_said_if_known<tile>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<tile>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    strided_copy move;
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      move.axis(static_cast<std::size_t>(index_at(call.inputs[1], k)), 0, to[k] * x.shape[k]);
      move.axis(extent_of(x.shape, k), from[k], to[k]);
    }
    move.run(bytes_of(x.type), x.data.data(), y.data.data(), call.share);
  }
};

/// A tensor of one value. Inputs: shape (a list), value.
struct fill {
  static constexpr std::uint32_t data_inputs = 1;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index_list(inputs[0])) return status::wrong_type;
    if (inputs[0].shape.size() != 1) return status::wrong_shape;
    for (std::size_t k = 0; k < inputs[0].elements(); ++k) {
      if (!result.push(index_at(inputs[0], k))) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    if (call.inputs[1].type != call.outputs[0].type || bytes_of(call.inputs[1].type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[0])) return status::wrong_type;
    if (call.inputs[1].elements() != 1) return status::wrong_shape;
    return shape_is_as_said_if_known<fill>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<fill>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& value = call.inputs[1];
    const result_operand& y = call.outputs[0];
    fill_elements(bytes_of(value.type), value.data.data(), y.data.data(), y.elements(), call.share);
  }
};

struct zeros_like {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 1, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type) return status::wrong_type;
    return same_shape(call.inputs[0].shape, call.outputs[0].shape) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    std::fill(call.outputs[0].data.begin(), call.outputs[0].data.end(), std::byte(0));
  }
};

/// An element of an int32 or int64 result.
inline void put_index(const result_operand& y, std::size_t i, std::int64_t value) noexcept {
  if (y.type == element_type::int64) {
    y.values<std::int64_t>()[i] = value;
  } else {
    y.values<std::int32_t>()[i] = static_cast<std::int32_t>(value);
  }
}
[[nodiscard]] constexpr bool is_int32_or_int64(element_type type) noexcept {
  return type == element_type::int32 || type == element_type::int64;
}

/// The shape of x, as a list (SHAPE), or how many axes it has (RANK). Looks at no data.
template <bool IsRank>
struct shape_of {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 1) return status::wrong_operands;
    const auto rank = static_cast<std::int64_t>(inputs[0].shape.size());
    return IsRank || result.push(rank) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1 || !call.inputs[0].present()) return status::wrong_operands;
    if (!is_int32_or_int64(call.outputs[0].type)) return status::wrong_type;
    return call.outputs[0].is_complete() ? shape_is_as_said<shape_of>(call) : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const auto x = call.inputs[0].shape;
    if (IsRank) {
      put_index(call.outputs[0], 0, static_cast<std::int64_t>(x.size()));
    } else {
      for (std::size_t k = 0; k < x.size(); ++k) put_index(call.outputs[0], k, x[k]);
    }
  }
};

/// The shape of two operands together, whose shapes are the inputs (lists).
struct broadcast_args {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (inputs[0].shape.size() != 1 || inputs[1].shape.size() != 1) return status::wrong_shape;
    return result.push(std::max(inputs[0].shape[0], inputs[1].shape[0])) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const element_type type = call.outputs[0].type;
    if (!is_int32_or_int64(type) || call.inputs[0].type != type || call.inputs[1].type != type) {
      return status::wrong_type;
    }
    if (const status known = shape_is_as_said<broadcast_args>(call); known != status::ready) return known;
    return call.inputs[0].is_constant && call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    for (std::size_t k = 0; k < call.outputs[0].elements(); ++k) {
      const std::int64_t a = extent_from_right(call.inputs[0], k);
      const std::int64_t b = extent_from_right(call.inputs[1], k);
      if (a != b && a != 1 && b != 1) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const std::size_t rank = call.outputs[0].elements();
    for (std::size_t k = 0; k < rank; ++k) {
      const std::int64_t a = extent_from_right(call.inputs[0], k);
      const std::int64_t b = extent_from_right(call.inputs[1], k);
      put_index(call.outputs[0], rank - 1 - k, a == 1 ? b : a);
    }
  }

 private:
  static std::int64_t extent_from_right(const operand& shape, std::size_t k) noexcept {
    const std::size_t rank = shape.elements();
    return k < rank ? index_at(shape, rank - 1 - k) : 1;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
