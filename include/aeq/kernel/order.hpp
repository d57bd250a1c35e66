// SPDX-License-Identifier: Apache-2.0
// Ops that look along an axis for order or sums so far: TOPK_V2, CUMSUM; RANGE, and WHERE. Freestanding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/core/constexpr_math.hpp>
#include <aeq/core/elementary.hpp>
#include <aeq/kernel/broadcast.hpp>
#include <aeq/kernel/extents.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// The k largest elements of each row of the last axis, descending, equal ones in the order of x, and their indices.
/// Inputs: x (float32, int8, uint8, int16, int32, int64), k (one int32). Outputs: values, indices (int32).
struct top_k {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 2); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const result_operand& values = call.outputs[0];
    const result_operand& indices = call.outputs[1];
    if (x.type != values.type ||
        !(x.type == element_type::float32 || is_index(x.type) || x.type == element_type::uint8)) {
      return status::wrong_type;
    }
    if (indices.type != element_type::int32 || !is_index_list(call.inputs[1])) return status::wrong_type;
    if (call.inputs[1].elements() != 1 || x.shape.empty() || values.shape.size() != x.shape.size()) {
      return status::wrong_shape;
    }
    const std::size_t lead = x.shape.size() - 1;
    if (!same_shape(values.shape, indices.shape) || !same_shape(values.shape.first(lead), x.shape.first(lead)) ||
        values.shape[lead] > x.shape[lead]) {
      return status::wrong_shape;
    }
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return index_at(call.inputs[1], 0) == call.outputs[0].shape.back() ? status::ready : status::wrong_data;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    switch (call.inputs[0].type) {
      case element_type::float32: return run<float>(call);
      case element_type::int8: return run<std::int8_t>(call);
      case element_type::uint8: return run<std::uint8_t>(call);
      case element_type::int16: return run<std::int16_t>(call);
      case element_type::int32: return run<std::int32_t>(call);
      default: return run<std::int64_t>(call);
    }
  }

 private:
  /// A heap of the k best so far, the worst of them on top.
  template <class T>
  static void run(const kernel_arguments& call) noexcept {
    const auto x = call.inputs[0].values<T>();
    const auto depth = static_cast<std::size_t>(call.inputs[0].shape.back());
    const auto k = static_cast<std::size_t>(call.outputs[0].shape.back());
    if (k == 0 || depth == 0) return;
    call.share.for_ranges(call.inputs[0].elements() / depth, 4096 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const auto from = x.subspan(row * depth, depth);
        std::int32_t* best = call.outputs[1].values<std::int32_t>().data() + row * k;
        const auto is_before = [&](std::int32_t a, std::int32_t b) {
          const T left = from[static_cast<std::size_t>(a)];
          const T right = from[static_cast<std::size_t>(b)];
          if (left != right && is_ordered(left) && is_ordered(right)) return left > right;
          if (is_ordered(left) != is_ordered(right)) return is_ordered(left);  // NaN is last
          return a < b;
        };
        for (std::size_t i = 0; i < depth; ++i) {
          const auto index = static_cast<std::int32_t>(i);
          if (i < k) {
            best[i] = index;
            std::push_heap(best, best + i + 1, is_before);
          } else if (is_before(index, best[0])) {
            std::pop_heap(best, best + k, is_before);
            best[k - 1] = index;
            std::push_heap(best, best + k, is_before);
          }
        }
        std::sort_heap(best, best + k, is_before);
        T* values = call.outputs[0].values<T>().data() + row * k;
        for (std::size_t i = 0; i < k; ++i) values[i] = from[static_cast<std::size_t>(best[i])];
      }
    });
  }
  template <class T>
  static constexpr bool is_ordered(T value) noexcept {
    return value == value;  // NOLINT(misc-redundant-expression): but for NaN
  }
};

/// Sums along an axis up to each element: with it, or, exclusive, without; from the other end if reversed. Inputs: x
/// (float32, int32, int64), axis.
struct cumulative_sum {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || !(x.type == element_type::float32 || is_int32_or_int64(x.type))) {
      return status::wrong_type;
    }
    if (!is_index_list(call.inputs[1])) return status::wrong_type;
    if (!same_shape(x.shape, call.outputs[0].shape) || call.inputs[1].elements() != 1) return status::wrong_shape;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    std::size_t axis = 0;
    return to_axis(index_at(call.inputs[1], 0), call.inputs[0].shape.size(), axis) ? status::ready : status::wrong_data;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs[0].type == element_type::float32) return run<float, float>(call);
    if (call.inputs[0].type == element_type::int32) return run<std::int32_t, std::uint32_t>(call);
    run<std::int64_t, std::uint64_t>(call);
  }

 private:
  template <class T, class Sum>
  static void run(const kernel_arguments& call) noexcept {
    const operand& x = call.inputs[0];
    std::size_t axis = 0;
    if (!to_axis(index_at(call.inputs[1], 0), x.shape.size(), axis)) return;
    const std::size_t length = extent_of(x.shape, axis);
    const std::size_t inner = product_of(x.shape, axis + 1, x.shape.size());
    const T* from = x.values<T>().data();
    T* to = call.outputs[0].values<T>().data();
    const std::size_t lines = product_of(x.shape, 0, axis) * inner;
    call.share.for_ranges(lines, 4096 / (length + 1) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t line = begin; line < end; ++line) {
        const std::size_t first = line / inner * length * inner + line % inner;
        Sum sum = 0;
        for (std::size_t i = 0; i < length; ++i) {
          const std::size_t at = first + (call.options.reverse ? length - 1 - i : i) * inner;
          const Sum value = static_cast<Sum>(from[at]);
          to[at] = static_cast<T>(call.options.exclusive ? sum : static_cast<Sum>(sum + value));
          sum += value;
        }
      }
    });
  }
};

/// start, start + delta, … as far as limit, which is left out. Inputs: start, limit, delta; float32, int32 or int64.
struct range_of {
  static constexpr std::uint32_t data_inputs = 7;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 3) return status::wrong_operands;
    for (const operand& x : inputs) {
      if (x.type != inputs[0].type || !(x.type == element_type::float32 || is_int32_or_int64(x.type))) {
        return status::wrong_type;
      }
      if (x.elements() != 1 || !x.is_complete()) return status::wrong_shape;
    }
    double count = 0;
    if (inputs[0].type == element_type::float32) {
      const float start = inputs[0].values<float>()[0];
      const float limit = inputs[1].values<float>()[0];
      const float delta = inputs[2].values<float>()[0];
      if (delta == 0.0f) return status::wrong_data;
      count = elementary::ceil(static_cast<double>(absolute((limit - start) / delta)));
      if ((delta > 0.0f) != (limit > start) && limit != start) return status::wrong_data;
    } else {
      constexpr std::int64_t limit_of_numbers = std::int64_t(1) << 52u;
      std::int64_t number[3] = {};
      for (std::size_t i = 0; i < 3; ++i) {
        number[i] = index_at(inputs[i], 0);
        if (number[i] > limit_of_numbers || number[i] < -limit_of_numbers) return status::wrong_data;
      }
      const std::int64_t way = number[1] - number[0];
      if (number[2] == 0 || (way != 0 && (way > 0) != (number[2] > 0))) return status::wrong_data;
      const std::int64_t step = std::max(number[2], -number[2]);
      const std::int64_t steps = (std::max(way, -way) + step - 1) / step;
      count = static_cast<double>(steps);
    }
    if (!(count <= 2147483647.0)) return status::wrong_data;
    return result.push(static_cast<std::int64_t>(count)) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    for (const operand& x : call.inputs) {
      if (x.type != call.outputs[0].type || x.elements() != 1) return status::wrong_type;
    }
    if (call.outputs[0].type != element_type::float32 && !is_int32_or_int64(call.outputs[0].type)) {
      return status::wrong_type;
    }
    return shape_is_as_said_if_known<range_of>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<range_of>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    if (y.type == element_type::float32) {
      float value = call.inputs[0].values<float>()[0];
      const float delta = call.inputs[2].values<float>()[0];
      for (std::size_t i = 0; i < y.elements(); ++i, value += delta) y.values<float>()[i] = value;
      return;
    }
    const std::int64_t start = index_at(call.inputs[0], 0);
    const std::int64_t delta = index_at(call.inputs[2], 0);
    for (std::size_t i = 0; i < y.elements(); ++i) put_index(y, i, start + static_cast<std::int64_t>(i) * delta);
  }
};

/// Whether an element is not 0.
[[nodiscard]] inline bool is_true(const operand& x, std::size_t i) noexcept {
  switch (x.type) {
    case element_type::float32: return x.values<float>()[i] != 0.0f;
    case element_type::boolean:
    case element_type::uint8: return x.values<std::uint8_t>()[i] != 0;
    default: return index_at(x, i) != 0;
  }
}

/// The indices of the elements that are not 0, in row-major order: int64 [how many, rank].
struct where_true {
  static constexpr std::uint32_t data_inputs = 1;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 1) return status::wrong_operands;
    const operand& x = inputs[0];
    if (!is_testable(x.type)) return status::wrong_type;
    if (!x.is_complete()) return status::wrong_shape;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < x.elements(); ++i) count += is_true(x, i) ? 1 : 0;
    return result.push(count) && result.push(static_cast<std::int64_t>(x.shape.size())) ? status::ready
                                                                                        : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 1, 1); whole != status::ready) return whole;
    if (!is_testable(call.inputs[0].type) || call.outputs[0].type != element_type::int64) return status::wrong_type;
    return shape_is_as_said_if_known<where_true>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<where_true>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const auto y = call.outputs[0].values<std::int64_t>();
    const std::size_t rank = x.shape.size();
    std::size_t row = 0;
    for (std::size_t i = 0; i < x.elements(); ++i) {
      if (!is_true(x, i)) continue;
      for (std::size_t k = rank, rest = i; k-- > 0;) {
        y[row * rank + k] = static_cast<std::int64_t>(rest % extent_of(x.shape, k));
        rest /= extent_of(x.shape, k);
      }
      ++row;
    }
  }

 private:
  static constexpr bool is_testable(element_type type) noexcept {
    return type == element_type::float32 || type == element_type::boolean || type == element_type::uint8 ||
           is_index(type);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
