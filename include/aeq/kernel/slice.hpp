// SPDX-License-Identifier: Apache-2.0
// SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK: parts of a tensor. Any element of whole bytes. Freestanding. (spec:
// kernels, section 6)
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/extents.hpp>
#include <aeq/kernel/strided_copy.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// The part of each axis of x that an op takes: `count` elements from `begin` on, `step` apart.
struct slice_region {
  struct part {
    std::int64_t begin = 0;
    std::int64_t step = 1;
    std::int64_t count = 0;
  };
  std::array<part, max_rank> axes{};

  void copy(const kernel_arguments& call) const noexcept {
    const operand& x = call.inputs[0];
    const stride_list strides = strides_of(x.shape);
    std::ptrdiff_t inside = 1;
    stride_list to{};
    for (std::size_t k = x.shape.size(); k-- > 0;) {
      to[k] = inside;
      inside *= static_cast<std::ptrdiff_t>(axes[k].count);
    }
    strided_copy move;
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      move.from_offset += strides[k] * static_cast<std::ptrdiff_t>(axes[k].begin);
      move.axis(static_cast<std::size_t>(axes[k].count), strides[k] * static_cast<std::ptrdiff_t>(axes[k].step), to[k]);
    }
    move.run(bytes_of(x.type), x.data.data(), call.outputs[0].data.data(), call.share);
  }
};

/// An op that takes a region of its first input; the other inputs, all lists of integers, say which.
/// Region::of(inputs, options, region, shape) looks at them.
template <class Region>
struct region_copy {
  static constexpr std::uint32_t data_inputs = Region::data_inputs;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    slice_region region;
    if (inputs.size() != Region::inputs) return status::wrong_operands;
    return Region::of(inputs, options, region, result);
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, Region::inputs, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    if (!std::all_of(call.inputs.begin() + 1, call.inputs.end(), is_index_list)) return status::wrong_type;
    return shape_is_as_said_if_known<region_copy>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<region_copy>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    slice_region region;
    extents shape;
    if (Region::of(call.inputs, call.options, region, shape) == status::ready) region.copy(call);
  }
};

/// Inputs: x, begin, size; size -1: to the end.
struct slice_of_sizes {
  static constexpr std::size_t inputs = 3;
  static constexpr std::uint32_t data_inputs = 6;

  static status of(std::span<const operand> in, const operation_options&, slice_region& region,
                   extents& result) noexcept {
    const auto x = in[0].shape;
    if (!is_index_list(in[1]) || !is_index_list(in[2])) return status::wrong_type;
    if (x.size() > max_rank || in[1].elements() != x.size() || in[2].elements() != x.size()) return status::wrong_shape;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::int64_t begin = index_at(in[1], k);
      std::int64_t size = index_at(in[2], k);
      if (begin < 0 || begin > x[k]) return status::wrong_data;
      if (size == -1) size = x[k] - begin;
      if (size < 0 || size > x[k] - begin) return status::wrong_data;
      region.axes[k] = {begin, 1, size};
      if (!result.push(size)) return status::wrong_shape;
    }
    return status::ready;
  }
};
using slice = region_copy<slice_of_sizes>;

/// Inputs: x, begin, end, strides, with the masks of the options, as numpy indexes: bit k of begin_mask and end_mask
/// leaves a bound of the k-th entry away, shrink_axis_mask takes one element and drops the axis, new_axis_mask makes an
/// axis of 1 and looks at no axis of x, ellipsis_mask stands for as many whole axes as are missing. With `offset`, end
/// counts from begin.
struct slice_of_strides {
  static constexpr std::size_t inputs = 4;
  static constexpr std::uint32_t data_inputs = 14;

  static status of(std::span<const operand> in, const operation_options& options, slice_region& region,
                   extents& result) noexcept {
    const auto x = in[0].shape;
    for (std::size_t k = 1; k < 4; ++k) {
      if (!is_index_list(in[k])) return status::wrong_type;
      if (in[k].elements() != in[1].elements()) return status::wrong_shape;
    }
    const std::size_t entries = in[1].elements();
    if (x.size() > max_rank || entries > 2 * max_rank) return status::wrong_shape;
    const auto is_set = [](std::int32_t mask, std::size_t k) {
      return (static_cast<std::uint32_t>(mask) >> k & 1u) != 0;
    };
    std::size_t named = 0;  // axes of x that entries speak of
    std::size_t ellipses = 0;
    for (std::size_t k = 0; k < entries; ++k) {
      if (is_set(options.ellipsis_mask, k)) {
        ++ellipses;
      } else if (!is_set(options.new_axis_mask, k)) {
        ++named;
      }
    }
    if (named > x.size() || ellipses > 1) return status::wrong_options;
    std::size_t axis = 0;
    const auto take_all = [&](std::size_t count) {
      for (; count > 0; --count, ++axis) {
        region.axes[axis] = {0, 1, x[axis]};
        if (!result.push(x[axis])) return false;
      }
      return true;
    };
    for (std::size_t k = 0; k < entries; ++k) {
      if (is_set(options.ellipsis_mask, k)) {
        if (!take_all(x.size() - named)) return status::wrong_shape;
      } else if (is_set(options.new_axis_mask, k)) {
        if (!result.push(1)) return status::wrong_shape;
      } else {
        const entry e{index_at(in[1], k),          index_at(in[2], k),
                      index_at(in[3], k),          is_set(options.begin_mask, k),
                      is_set(options.end_mask, k), options.offset};
        const bool shrinks = is_set(options.shrink_axis_mask, k);
        const status known = shrinks ? e.one(x[axis], region.axes[axis]) : e.many(x[axis], region.axes[axis]);
        if (known != status::ready) return known;
        if (!shrinks && !result.push(region.axes[axis].count)) return status::wrong_shape;
        ++axis;
      }
    }
    return take_all(x.size() - axis) ? status::ready : status::wrong_shape;
  }

 private:
  struct entry {
    std::int64_t begin, end, stride;
    bool from_edge, to_edge, is_size;

    [[nodiscard]] status one(std::int64_t extent, slice_region::part& part) const noexcept {
      std::int64_t index = from_edge ? 0 : begin;
      if (index < 0) index += extent;
      if (index < 0 || index >= extent) return status::wrong_data;
      part = {index, 1, 1};
      return stride > 0 ? status::ready : status::wrong_data;
    }

    [[nodiscard]] status many(std::int64_t extent, slice_region::part& part) const noexcept {
      constexpr std::int64_t limit = std::int64_t(1) << 40u;  // sums stay far from overflowing
      if (stride == 0 || stride > limit || stride < -limit || begin > limit || begin < -limit || end > limit ||
          end < -limit) {
        return status::wrong_data;
      }
      const std::int64_t lowest = stride > 0 ? 0 : -1;
      const std::int64_t highest = stride > 0 ? extent : extent - 1;
      const auto place = [&](std::int64_t index) {
        return std::clamp(index < 0 ? index + extent : index, lowest, std::max(lowest, highest));
      };
      const std::int64_t first = from_edge ? (stride > 0 ? 0 : highest) : place(begin);
      std::int64_t last = 0;
      if (to_edge) {
        last = stride > 0 ? extent : -1;
      } else {
        last = is_size ? std::clamp(first + end, lowest, std::max(lowest, highest)) : place(end);
      }
      const std::int64_t span = stride > 0 ? last - first : first - last;
      const std::int64_t step = stride > 0 ? stride : -stride;
      part = {first, stride, span > 0 ? (span + step - 1) / step : 0};
      return status::ready;
    }
  };
};
using strided_slice = region_copy<slice_of_strides>;

/// Outputs one behind the other along an axis. SPLIT: inputs axis, x; equal parts. SPLIT_V: inputs x, sizes, axis; the
/// extents of the outputs along the axis are the sizes. UNPACK: x; each output is one index of the axis.
template <std::size_t Data, std::size_t Axis>  // which input is x, and which the axis; the same: an option is
struct split_axis {
  [[nodiscard]] static bool axis_of(std::span<const operand> inputs, const operation_options& options,
                                    std::size_t& axis) noexcept {
    const std::int64_t number = Axis == Data ? options.axis : index_at(inputs[Axis], 0);
    return to_axis(number, inputs[Data].shape.size(), axis);
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    constexpr std::size_t inputs = Axis == Data ? 1 : Data == 0 ? 3 : 2;
    if (const status whole = operands_are_whole(call, inputs, call.outputs.size()); whole != status::ready) {
      return whole;
    }
    const operand& x = call.inputs[Data];
    if (bytes_of(x.type) == 0) return status::wrong_type;
    for (const result_operand& y : call.outputs) {
      if (y.type != x.type) return status::wrong_type;
    }
    if (Axis == Data) return check(call);
    if (!is_index_list(call.inputs[Axis]) || call.inputs[Axis].elements() != 1) return status::wrong_type;
    return call.inputs[Axis].is_constant ? check(call) : status::ready;
  }

  /// The outputs together are x.
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    const auto x = call.inputs[Data].shape;
    std::size_t axis = 0;
    if (!axis_of(call.inputs, call.options, axis)) return Axis == Data ? status::wrong_options : status::wrong_data;
    std::size_t together = 0;
    for (const result_operand& y : call.outputs) {
      if (Axis == Data) {
        if (y.shape.size() + 1 != x.size()) return status::wrong_shape;
        if (!same_shape(y.shape.first(axis), x.first(axis))) return status::wrong_shape;
        if (!same_shape(y.shape.subspan(axis), x.subspan(axis + 1))) return status::wrong_shape;
        ++together;
      } else {
        if (y.shape.size() != x.size()) return status::wrong_shape;
        for (std::size_t k = 0; k < x.size(); ++k) {
          if (k != axis && y.shape[k] != x[k]) return status::wrong_shape;
        }
        together += extent_of(y.shape, axis);
      }
    }
    return together == extent_of(x, axis) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[Data];
    std::size_t axis = 0;
    if (!axis_of(call.inputs, call.options, axis)) return;
    const std::size_t outer = product_of(x.shape, 0, axis);
    const std::size_t inner = product_of(x.shape, axis + 1, x.shape.size());
    std::size_t begin = 0;
    for (const result_operand& y : call.outputs) {
      const std::size_t count = Axis == Data ? 1 : extent_of(y.shape, axis);
      strided_copy move;
      move.from_offset = static_cast<std::ptrdiff_t>(begin * inner);
      move.axis(outer, static_cast<std::ptrdiff_t>(extent_of(x.shape, axis) * inner),
                static_cast<std::ptrdiff_t>(count * inner));
      move.axis(count * inner, 1, 1);
      move.run(bytes_of(x.type), x.data.data(), y.data.data(), call.share);
      begin += count;
    }
  }
};
using split = split_axis<1, 0>;
using split_v = split_axis<0, 2>;
using unpack_axis = split_axis<0, 0>;

}  // namespace aeq::inline AEQ_ABI::kernel
