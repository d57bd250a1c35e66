// SPDX-License-Identifier: Apache-2.0
// Shapes and small lists of integers that ops read: extents, axes, indices. Freestanding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Kernels that walk along axes know so many.
inline constexpr std::size_t max_rank = 8;

/// A shape of at most max_rank extents.
struct extents {
  std::array<std::int32_t, max_rank> values{};
  std::size_t rank = 0;

  [[nodiscard]] constexpr std::span<const std::int32_t> span() const noexcept { return {values.data(), rank}; }
  /// Appends one; false if it is negative or too large, or if there are max_rank already.
  [[nodiscard]] constexpr bool push(std::int64_t extent) noexcept {
    if (rank == max_rank || extent < 0 || extent > std::numeric_limits<std::int32_t>::max()) return false;
    values[rank++] = static_cast<std::int32_t>(extent);
    return true;
  }
  [[nodiscard]] constexpr bool push(std::span<const std::int32_t> shape) noexcept {
    return std::all_of(shape.begin(), shape.end(), [&](std::int32_t extent) { return push(extent); });
  }
};

[[nodiscard]] constexpr bool same_shape(std::span<const std::int32_t> a, std::span<const std::int32_t> b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// An extent of a shape, as an unsigned number.
[[nodiscard]] constexpr std::size_t extent_of(std::span<const std::int32_t> shape, std::size_t axis) noexcept {
  return static_cast<std::size_t>(shape[axis]);
}

/// Product of the extents of axes [begin, end).
[[nodiscard]] constexpr std::size_t product_of(std::span<const std::int32_t> shape, std::size_t begin,
                                               std::size_t end) noexcept {
  std::size_t product = 1;
  for (std::size_t axis = begin; axis < end; ++axis) product *= extent_of(shape, axis);
  return product;
}

/// Elements from one index of each axis to the next. `shape` has at most max_rank extents.
using stride_list = std::array<std::ptrdiff_t, max_rank>;
[[nodiscard]] constexpr stride_list strides_of(std::span<const std::int32_t> shape) noexcept {
  stride_list strides{};
  std::ptrdiff_t step = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/// Axis as an index: negative ones count from the end. False if there is none of this number.
[[nodiscard]] constexpr bool to_axis(std::int64_t axis, std::size_t rank, std::size_t& index) noexcept {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis >= r) return false;
  index = static_cast<std::size_t>(axis < 0 ? axis + r : axis);
  return true;
}

/// Types that indices, axes and extents come in.
[[nodiscard]] constexpr bool is_index(element_type type) noexcept {
  return type == element_type::int32 || type == element_type::int64 || type == element_type::int16 ||
         type == element_type::int8;
}

/// The element of an index operand, which must be complete.
[[nodiscard]] inline std::int64_t index_at(const operand& values, std::size_t i) noexcept {
  switch (values.type) {
    case element_type::int64: return values.values<std::int64_t>()[i];
    case element_type::int16: return values.values<std::int16_t>()[i];
    case element_type::int8: return values.values<std::int8_t>()[i];
    default: return values.values<std::int32_t>()[i];
  }
}

/// Whether an operand is a list of integers: one axis, or none and so one element.
[[nodiscard]] constexpr bool is_index_list(const operand& values) noexcept {
  return is_index(values.type) && values.shape.size() < 2 && values.is_complete();
}

/// Bytes of an element; 0 for packed integers.
[[nodiscard]] constexpr std::size_t bytes_of(element_type type) noexcept {
  return static_cast<std::size_t>(bits_of(type)) / 8;
}

/// The element that stands for 0: the zero point, where an 8- or 16-bit operand is quantized with one scale.
template <class Operand>
[[nodiscard]] std::array<std::byte, 8> zero_element(const Operand& x) noexcept {
  std::array<std::byte, 8> bytes{};
  const std::int32_t point = x.zero_point.empty() ? 0 : x.zero_point[0];
  if (bytes_of(x.type) == 1) bytes[0] = static_cast<std::byte>(point & 0xff);
  if (x.type == element_type::int16) {
    const auto value = static_cast<std::int16_t>(point);
    std::memcpy(bytes.data(), &value, sizeof(value));
  }
  return bytes;
}

/// Whether operands hold the elements of their shapes, in no more axes than kernels walk along, and there are as many
/// of them as said. The first check of most setups.
[[nodiscard]] constexpr status operands_are_whole(const kernel_arguments& call, std::size_t inputs,
                                                  std::size_t outputs) noexcept {
  if (call.inputs.size() != inputs || call.outputs.size() != outputs) return status::wrong_operands;
  const auto is_whole = [](const auto& value) { return value.shape.size() <= max_rank && value.is_complete(); };
  const auto is_present = [](const auto& value) { return value.present(); };
  if (!std::all_of(call.inputs.begin(), call.inputs.end(), is_present) ||
      !std::all_of(call.outputs.begin(), call.outputs.end(), is_present)) {
    return status::wrong_operands;
  }
  return std::all_of(call.inputs.begin(), call.inputs.end(), is_whole) &&
                 std::all_of(call.outputs.begin(), call.outputs.end(), is_whole)
             ? status::ready
             : status::wrong_shape;
}

/// An op whose output has a shape that follows from the inputs' shapes and from the data of the inputs that
/// `Geometry::data_inputs` has bits for: `Geometry::shape(inputs, options, result)` says it. What setup asks where that
/// data is constant, and check where it is not.
template <class Geometry>
[[nodiscard]] status shape_is_as_said(const kernel_arguments& call) noexcept {
  extents wanted;
  const status known = Geometry::shape(call.inputs, call.options, wanted);
  if (known != status::ready) return known;
  return same_shape(wanted.span(), call.outputs[0].shape) ? status::ready : status::wrong_shape;
}
template <class Geometry>
[[nodiscard]] status shape_is_as_said_if_known(const kernel_arguments& call) noexcept {
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    if ((Geometry::data_inputs >> i & 1u) != 0 && !call.inputs[i].is_constant) return status::ready;
  }
  return shape_is_as_said<Geometry>(call);
}

}  // namespace aeq::inline AEQ_ABI::kernel
