// SPDX-License-Identifier: Apache-2.0
// Ops that put or add elements at places that data name: SCATTER_ND, SEGMENT_SUM and its unsorted kin, ONE_HOT,
// MATRIX_DIAG, MATRIX_SET_DIAG. Freestanding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include <aeq/kernel/extents.hpp>
#include <aeq/kernel/gather.hpp>
#include <aeq/kernel/strided_copy.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// How two elements of a run become one.
enum class joining : std::uint8_t { sum, product, smaller, larger };

template <class T>
[[nodiscard]] constexpr T joined_value(joining how, T a, T b) noexcept {
  if constexpr (std::is_integral_v<T>) {
    using bits = std::make_unsigned_t<T>;
    if (how == joining::sum) return static_cast<T>(static_cast<bits>(a) + static_cast<bits>(b));
    if (how == joining::product) {
      return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    }
  } else {
    if (how == joining::sum) return a + b;
    if (how == joining::product) return a * b;
  }
  if (how == joining::smaller) return b < a ? b : a;
  return b > a ? b : a;
}
template <class T>
[[nodiscard]] constexpr T neutral_value(joining how) noexcept {
  switch (how) {
    case joining::sum: return T(0);
    case joining::product: return T(1);
    case joining::smaller: return std::numeric_limits<T>::max();
    default: return std::numeric_limits<T>::lowest();
  }
}

/// Joins a run of `n` elements into `target`.
template <class T>
void join_run(joining how, const std::byte* from, std::byte* target, std::size_t n) noexcept {
  const T* source = reinterpret_cast<const T*>(from);
  T* to = reinterpret_cast<T*>(target);
  for (std::size_t i = 0; i < n; ++i) to[i] = joined_value(how, to[i], source[i]);
}
[[nodiscard]] constexpr bool can_join(element_type type) noexcept {
  return type == element_type::float32 || type == element_type::int32 || type == element_type::int64;
}
inline void join_run(joining how, element_type type, const std::byte* from, std::byte* to, std::size_t n) noexcept {
  if (type == element_type::float32) return join_run<float>(how, from, to, n);
  if (type == element_type::int32) return join_run<std::int32_t>(how, from, to, n);
  join_run<std::int64_t>(how, from, to, n);
}

/// y = 0, but the runs that rows of indices name are sums of their updates, in order. Inputs: indices [..., depth],
/// updates [..., (the other axes)], shape (a list). float32, int32, int64.
struct scatter_nd {
  static constexpr std::uint32_t data_inputs = 4;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 3) return status::wrong_operands;
    if (!is_index_list(inputs[2])) return status::wrong_type;
    if (inputs[2].shape.size() != 1) return status::wrong_shape;
    for (std::size_t k = 0; k < inputs[2].elements(); ++k) {
      if (!result.push(index_at(inputs[2], k))) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const auto indices = call.inputs[0].shape;
    const auto updates = call.inputs[1].shape;
    const auto y = std::span<const std::int32_t>(call.outputs[0].shape);
    if (call.inputs[1].type != call.outputs[0].type || !can_join(call.outputs[0].type)) return status::wrong_type;
    if (!is_index(call.inputs[0].type) || !is_index_list(call.inputs[2])) return status::wrong_type;
    if (indices.empty() || extent_of(indices, indices.size() - 1) > y.size()) return status::wrong_shape;
    const std::size_t depth = extent_of(indices, indices.size() - 1);
    const std::size_t rows = indices.size() - 1;
    if (updates.size() != rows + y.size() - depth || !same_shape(updates.first(rows), indices.first(rows)) ||
        !same_shape(updates.subspan(rows), y.subspan(depth))) {
      return status::wrong_shape;
    }
    return shape_is_as_said_if_known<scatter_nd>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    if (const status known = shape_is_as_said<scatter_nd>(call); known != status::ready) return known;
    for (std::size_t row = 0; row < rows_of(call); ++row) {
      std::size_t place = 0;
      if (!place_of(call.inputs[0], row, call.outputs[0].shape, place)) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& indices = call.inputs[0];
    const result_operand& y = call.outputs[0];
    std::fill(y.data.begin(), y.data.end(), std::byte(0));
    const std::size_t depth = extent_of(indices.shape, indices.shape.size() - 1);
    const std::size_t run = product_of(y.shape, depth, y.shape.size());
    const std::size_t bytes = bytes_of(y.type);
    for (std::size_t row = 0; row < rows_of(call); ++row) {
      std::size_t place = 0;
      if (!place_of(indices, row, y.shape, place)) continue;
      join_run(joining::sum, y.type, call.inputs[1].data.data() + row * run * bytes,
               y.data.data() + place * run * bytes, run);
    }
  }

 private:
  static std::size_t rows_of(const kernel_arguments& call) noexcept {
    const auto indices = call.inputs[0].shape;
    return product_of(indices, 0, indices.size() - 1);
  }
};

/// y[s] joins the runs of x whose segment is s. SEGMENT_SUM: segments are a list that does not descend, for the first
/// axis of x, and there are as many as the last one says (from it on 0). UNSORTED_SEGMENT_…: segments have the first
/// axes of x, the third input says how many there are; runs of negative segments are left out, a segment without runs
/// is the joining's neutral element. float32, int32, int64.
template <joining How, bool IsSorted>
struct segment {
  static constexpr std::uint32_t data_inputs = IsSorted ? 2 : 4;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != (IsSorted ? 2 : 3)) return status::wrong_operands;
    const auto x = inputs[0].shape;
    const auto segments = inputs[1].shape;
    if (!is_index(inputs[1].type)) return status::wrong_type;
    if (segments.empty() || segments.size() > x.size() || (IsSorted && segments.size() != 1) ||
        !same_shape(segments, x.first(segments.size()))) {
      return status::wrong_shape;
    }
    std::int64_t count = 0;
    if (IsSorted) {
      const std::size_t runs = inputs[1].elements();
      if (runs != 0) count = index_at(inputs[1], runs - 1);
      if (count == std::numeric_limits<std::int64_t>::max()) return status::wrong_data;
      count += runs == 0 ? 0 : 1;
    } else {
      if (!is_index_list(inputs[2]) || inputs[2].elements() != 1) return status::wrong_type;
      count = index_at(inputs[2], 0);
    }
    if (!result.push(count)) return status::wrong_data;
    return result.push(x.subspan(segments.size())) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, IsSorted ? 2 : 3, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const operand& segments = call.inputs[1];
    const auto y = std::span<const std::int32_t>(call.outputs[0].shape);
    if (x.type != call.outputs[0].type || !can_join(x.type) || !is_index(segments.type)) return status::wrong_type;
    if (segments.shape.empty() || segments.shape.size() > x.shape.size() || y.empty() ||
        !same_shape(segments.shape, x.shape.first(segments.shape.size())) ||
        !same_shape(y.subspan(1), x.shape.subspan(segments.shape.size()))) {
      return status::wrong_shape;
    }
    return shape_is_as_said_if_known<segment>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    if (const status known = shape_is_as_said<segment>(call); known != status::ready) return known;
    const std::int64_t count = call.outputs[0].shape[0];
    std::int64_t before = 0;
    for (std::size_t i = 0; i < call.inputs[1].elements(); ++i) {
      const std::int64_t s = index_at(call.inputs[1], i);
      if (s >= count || (IsSorted && s < before)) return status::wrong_data;
      before = s;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t run = product_of(y.shape, 1, y.shape.size());
    const std::size_t bytes = bytes_of(x.type);
    if (x.type == element_type::float32) {
      std::fill_n(reinterpret_cast<float*>(y.data.data()), y.elements(), neutral_value<float>(How));
    } else if (x.type == element_type::int32) {
      std::fill_n(reinterpret_cast<std::int32_t*>(y.data.data()), y.elements(), neutral_value<std::int32_t>(How));
    } else {
      std::fill_n(reinterpret_cast<std::int64_t*>(y.data.data()), y.elements(), neutral_value<std::int64_t>(How));
    }
    for (std::size_t i = 0; i < call.inputs[1].elements(); ++i) {
      const std::int64_t s = index_at(call.inputs[1], i);
      if (s < 0 || s >= y.shape[0]) continue;
      join_run(How, x.type, x.data.data() + i * run * bytes, y.data.data() + static_cast<std::size_t>(s) * run * bytes,
               run);
    }
  }
};

/// y[..., k, ...] = on where indices[..., ...] is k, else off; `axis` of the options is the new axis, -1 the last one.
/// Inputs: indices, depth, on, off. Indices out of range are off everywhere. Any element of whole bytes.
struct one_hot {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.size() != 4) return status::wrong_operands;
    if (!is_index_list(inputs[1]) || inputs[1].elements() != 1) return status::wrong_type;
    const auto x = inputs[0].shape;
    std::size_t axis = 0;
    if (!to_axis(options.axis, x.size() + 1, axis)) return status::wrong_options;
    if (!result.push(x.first(axis)) || !result.push(index_at(inputs[1], 0))) return status::wrong_data;
    return result.push(x.subspan(axis)) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 4, 1); whole != status::ready) return whole;
    const element_type type = call.outputs[0].type;
    if (!is_index(call.inputs[0].type) || !is_index_list(call.inputs[1]) || call.inputs[2].type != type ||
        call.inputs[3].type != type || bytes_of(type) == 0) {
      return status::wrong_type;
    }
    if (call.inputs[1].elements() != 1 || call.inputs[2].elements() != 1 || call.inputs[3].elements() != 1) {
      return status::wrong_shape;
    }
    return shape_is_as_said_if_known<one_hot>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<one_hot>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& indices = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = bytes_of(y.type);
    std::size_t axis = 0;
    (void)to_axis(call.options.axis, y.shape.size(), axis);
    const std::size_t depth = extent_of(y.shape, axis);
    const std::size_t inner = product_of(y.shape, axis + 1, y.shape.size());
    fill_elements(bytes, call.inputs[3].data.data(), y.data.data(), y.elements(), call.share);
    for (std::size_t i = 0; i < indices.elements(); ++i) {
      const std::int64_t index = index_at(indices, i);
      if (index < 0 || index >= static_cast<std::int64_t>(depth)) continue;
      const std::size_t place = (i / inner * depth + static_cast<std::size_t>(index)) * inner + i % inner;
      std::copy_n(call.inputs[2].data.data(), bytes, y.data.data() + place * bytes);
    }
  }
};

/// Matrices [..., rows, columns] whose diagonal is the last axis of an input. MATRIX_DIAG: of x itself, 0 elsewhere,
/// and square. MATRIX_SET_DIAG: of the second input, x elsewhere. Any element of whole bytes.
template <bool HasRest>
struct matrix_diagonal {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != (HasRest ? 2 : 1)) return status::wrong_operands;
    const auto x = inputs[0].shape;
    if (x.size() < (HasRest ? 2 : 1) || !result.push(x)) return status::wrong_shape;
    if (!HasRest) return result.push(x.back()) ? status::ready : status::wrong_shape;
    const auto diagonal = inputs[1].shape;
    const std::size_t lead = x.size() - 2;
    if (diagonal.size() != lead + 1 || !same_shape(diagonal.first(lead), x.first(lead))) return status::wrong_shape;
    return diagonal[lead] == std::min(x[lead], x[lead + 1]) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, HasRest ? 2 : 1, 1); whole != status::ready) return whole;
    const element_type type = call.outputs[0].type;
    for (const operand& x : call.inputs) {
      if (x.type != type || bytes_of(type) == 0) return status::wrong_type;
    }
    return shape_is_as_said<matrix_diagonal>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& diagonal = call.inputs[HasRest ? 1 : 0];
    const result_operand& y = call.outputs[0];
    const std::size_t rank = y.shape.size();
    const std::ptrdiff_t columns = y.shape[rank - 1];
    const std::ptrdiff_t square = y.shape[rank - 2] * columns;
    if (!HasRest) {
      std::fill(y.data.begin(), y.data.end(), std::byte(0));
    } else if (y.data.data() != call.inputs[0].data.data()) {
      std::copy_n(call.inputs[0].data.begin(), y.elements() * bytes_of(y.type), y.data.begin());
    }
    const std::ptrdiff_t length = diagonal.shape.back();
    strided_copy move;
    move.axis(product_of(y.shape, 0, rank - 2), length, square);
    move.axis(static_cast<std::size_t>(length), 1, columns + 1);
    move.run(bytes_of(y.type), diagonal.data.data(), y.data.data(), call.share);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
