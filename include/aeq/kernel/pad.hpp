// SPDX-License-Identifier: Apache-2.0
// PAD, PADV2, MIRROR_PAD and DILATE. Any element of whole bytes. Freestanding. (spec: kernels, section 6)
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

/// paddings [rank, 2]: how many elements stand before and behind those of x, axis by axis; negative ones are cut off.
[[nodiscard]] inline status padded_shape(std::span<const operand> inputs, extents& result) noexcept {
  const auto x = inputs[0].shape;
  const operand& paddings = inputs[1];
  if (!is_index(paddings.type)) return status::wrong_type;
  if (x.size() > max_rank || paddings.shape.size() != 2 || paddings.shape[1] != 2 || !paddings.is_complete() ||
      extent_of(paddings.shape, 0) != x.size()) {
    return status::wrong_shape;
  }
  for (std::size_t k = 0; k < x.size(); ++k) {
    constexpr std::int64_t limit = std::int64_t(1) << 32u;
    const std::int64_t before = index_at(paddings, 2 * k);
    const std::int64_t behind = index_at(paddings, 2 * k + 1);
    if (before > limit || before < -limit || behind > limit || behind < -limit) return status::wrong_data;
    if (!result.push(before + x[k] + behind)) return status::wrong_data;
  }
  return status::ready;
}

/// The rest is the third input (PADV2), or 0 (PAD): the output's zero point, if it is quantized. Inputs: x, paddings,
/// value.
template <bool HasValue>
struct pad_with {
  static constexpr std::size_t inputs = HasValue ? 3 : 2;
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> in, const operation_options&, extents& result) noexcept {
    return in.size() == inputs ? padded_shape(in, result) : status::wrong_operands;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, inputs, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0) return status::wrong_type;
    if (HasValue && (call.inputs[2].type != x.type || call.inputs[2].elements() != 1)) return status::wrong_type;
    if (call.outputs[0].zero_point.size() > 1) return status::wrong_parameters;
    if (call.outputs[0].shape.size() != x.shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<pad_with>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<pad_with>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = bytes_of(x.type);
    const std::array<std::byte, 8> zero = zero_element(y);
    const std::byte* value = HasValue ? call.inputs[2].data.data() : zero.data();
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    strided_copy move;
    bool is_same = true;
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      const auto before = static_cast<std::ptrdiff_t>(index_at(call.inputs[1], 2 * k));
      const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, -before);  // of x that stays
      const std::ptrdiff_t last = std::min<std::ptrdiff_t>(x.shape[k], y.shape[k] - before);
      move.from_offset += first * from[k];
      move.to_offset += std::max<std::ptrdiff_t>(0, before) * to[k];
      move.axis(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, last - first)), from[k], to[k]);
      is_same = is_same && before == 0 && x.shape[k] == y.shape[k];
    }
    if (!is_same) fill_elements(bytes, value, y.data.data(), y.elements(), call.share);
    move.run(bytes, x.data.data(), y.data.data(), call.share);
  }
};
using pad = pad_with<false>;
using pad_v2 = pad_with<true>;

/// DILATE: dilations[k] - 1 values between the elements of axis k. Inputs: x, dilations (a list), value.
struct dilate {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 3) return status::wrong_operands;
    if (!is_index_list(inputs[1])) return status::wrong_type;
    const auto x = inputs[0].shape;
    if (inputs[1].elements() != x.size()) return status::wrong_shape;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::int64_t step = index_at(inputs[1], k);
      if (step < 1 || step > std::numeric_limits<std::int32_t>::max()) return status::wrong_data;
      if (!result.push(x[k] == 0 ? 0 : (x[k] - 1) * step + 1)) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || x.type != call.inputs[2].type || bytes_of(x.type) == 0 ||
        !is_index_list(call.inputs[1])) {
      return status::wrong_type;
    }
    if (call.inputs[2].elements() != 1 || call.outputs[0].shape.size() != x.shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<dilate>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<dilate>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = bytes_of(x.type);
    fill_elements(bytes, call.inputs[2].data.data(), y.data.data(), y.elements(), call.share);
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    strided_copy move;
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      move.axis(extent_of(x.shape, k), from[k], to[k] * static_cast<std::ptrdiff_t>(index_at(call.inputs[1], k)));
    }
    move.run(bytes, x.data.data(), y.data.data(), call.share);
  }
};

/// What stands before and behind is x in a mirror: with its edge (repeats_edge) or without. Inputs: x, paddings.
struct mirror_pad {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (const status known = padded_shape(inputs, result); known != status::ready) return known;
    for (std::size_t k = 0; k < inputs[0].shape.size(); ++k) {
      const std::int64_t most = inputs[0].shape[k] - (options.repeats_edge ? 0 : 1);
      for (std::size_t side = 0; side < 2; ++side) {
        const std::int64_t padding = index_at(inputs[1], 2 * k + side);
        if (padding < 0 || padding > std::max<std::int64_t>(most, 0)) return status::wrong_data;
      }
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0) return status::wrong_type;
    if (call.outputs[0].shape.size() != x.shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<mirror_pad>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<mirror_pad>(call);
  }

  /// x goes to the middle; then, from the innermost axis outwards, what is there already is mirrored along the axis.
  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t rank = x.shape.size();
    const std::size_t bytes = bytes_of(x.type);
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    const auto before = [&](std::size_t k) { return static_cast<std::ptrdiff_t>(index_at(call.inputs[1], 2 * k)); };
    strided_copy middle;
    for (std::size_t k = 0; k < rank; ++k) {
      middle.to_offset += before(k) * to[k];
      middle.axis(extent_of(x.shape, k), from[k], to[k]);
    }
    middle.run(bytes, x.data.data(), y.data.data(), call.share);
    const std::ptrdiff_t edge = call.options.repeats_edge ? 0 : 1;
    for (std::size_t axis = rank; axis-- > 0;) {
      const std::ptrdiff_t behind = y.shape[axis] - x.shape[axis] - before(axis);
      for (const bool is_before : {true, false}) {
        strided_copy mirror;
        for (std::size_t k = 0; k < rank; ++k) {
          const std::ptrdiff_t first = k < axis ? before(k) : 0;
          mirror.from_offset += first * to[k];
          mirror.to_offset += first * to[k];
          if (k != axis) {
            mirror.axis(extent_of(k < axis ? x.shape : std::span<const std::int32_t>(y.shape), k), to[k], to[k]);
          } else if (is_before) {
            mirror.from_offset += (before(k) + edge) * to[k];
            mirror.to_offset += (before(k) - 1) * to[k];
            mirror.axis(static_cast<std::size_t>(before(k)), to[k], -to[k]);
          } else {
            const std::ptrdiff_t end = before(k) + x.shape[k];
            mirror.from_offset += (end - 1 - edge) * to[k];
            mirror.to_offset += end * to[k];
            mirror.axis(static_cast<std::size_t>(behind), -to[k], to[k]);
          }
        }
        mirror.run(bytes, y.data.data(), y.data.data(), call.share);
      }
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
