// SPDX-License-Identifier: Apache-2.0
// The ops QUANTIZE and DEQUANTIZE: between real numbers and integers with a scale. (spec: kernels, section 5)
// Freestanding, but for the C library's functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include <aeq/core/constexpr_math.hpp>
#include <aeq/core/elementary.hpp>
#include <aeq/kernel/cast.hpp>
#include <aeq/kernel/elementwise.hpp>
#include <aeq/kernel/fixed_point.hpp>
#include <aeq/kernel/output_stage.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// How the elements of an operand share scales: `run` neighbours have one, and so on round `scales` of them.
struct scale_layout {
  std::size_t scales = 0;
  std::size_t run = 0;

  /// False if the operand is not quantized, or if scales and shape do not go together.
  template <class Operand>
  [[nodiscard]] constexpr bool of(const Operand& x) noexcept {
    scales = x.scale.size();
    if (scales == 0 || (!x.zero_point.empty() && x.zero_point.size() != scales)) return false;
    if (x.block_elements > 0) {
      run = static_cast<std::size_t>(x.block_elements);
      return !x.shape.empty() && extent_of(x.shape, x.shape.size() - 1) % run == 0 && x.elements() == scales * run;
    }
    if (scales == 1) {
      run = std::max<std::size_t>(x.elements(), 1);
      return true;
    }
    std::size_t axis = 0;
    if (!to_axis(x.channel_axis, x.shape.size(), axis) || extent_of(x.shape, axis) != scales) return false;
    run = product_of(x.shape, axis + 1, x.shape.size());
    return true;
  }

  /// Calls task(begin, n, scale's index) for all elements, run by run.
  template <class Task>
  void for_each_run(std::size_t elements, const work_sharing& share, const Task& task) const noexcept {
    if (elements == 0 || run == 0) return;
    if (run >= elements) {
      share.for_ranges(elements, elements_per_thread,
                       [&](std::size_t begin, std::size_t end) { task(begin, end - begin, std::size_t(0)); });
      return;
    }
    share.for_ranges(elements / run, elements_per_thread / run + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) task(i * run, run, i % scales);
    });
  }
};

/// clamp(round(x / scale) + zero point), float32 division, halves away from zero; NaN becomes the zero point. To 8 and
/// 16 bits in float, which holds all their integers.
struct quantize_function {
  float scale;
  float lowest, highest;  // of the rounded quotient
  std::int32_t zero_point;

  quantize_function(float s, std::int32_t zero, std::pair<std::int32_t, std::int32_t> limits) noexcept
      : scale(s),
        lowest(static_cast<float>(static_cast<std::int64_t>(limits.first) - zero)),
        highest(static_cast<float>(static_cast<std::int64_t>(limits.second) - zero)),
        zero_point(zero) {}

  std::int32_t operator()(float x) const noexcept {
    float quotient = x / scale;
    quotient = quotient < lowest ? lowest : quotient;
    quotient = quotient > highest ? highest : quotient;
    quotient = quotient == quotient ? quotient : 0.0f;  // NOLINT(misc-redundant-expression): but for NaN
    const auto whole = static_cast<std::int32_t>(quotient);
    const float rest = quotient - static_cast<float>(whole);
    return whole + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0) + zero_point;
  }
};

/// x: float32, or integers of 8, 16 or 32 bits with one scale; y: int8, uint8, int16, int32 (from integers of 16 bits
/// too), with one scale, or with one per channel if x is float32. Integers: x's real value over y's scale in fixed
/// point, rounded as multiply() does.
struct quantize_op {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (limits_of(y.type).second == 0) return status::wrong_type;
    if (x.elements() != y.elements() || !x.is_complete() || !y.is_complete()) return status::wrong_shape;
    scale_layout layout;
    if (!layout.of(y)) return status::wrong_parameters;
    for (std::size_t i = 0; i < layout.scales; ++i) {
      const std::int32_t zero = zero_point_of(y, i);
      const auto [lowest, highest] = limits_of(y.type);
      if (zero < lowest || zero > highest || !(y.scale[i] > 0.0f)) return status::wrong_parameters;
    }
    if (x.type == element_type::float32) {
      return y.type == element_type::int32 && zero_point_of(y, 0) != 0 ? status::wrong_parameters : status::ready;
    }
    if (limits_of(x.type).second == 0) return status::wrong_type;
    if (x.scale.size() != 1 || y.scale.size() != 1 || x.zero_point.size() > 1) return status::wrong_parameters;
    const double ratio = static_cast<double>(x.scale[0]) / static_cast<double>(y.scale[0]);
    return ratio > 0.0 && ratio < 2147483648.0 ? status::ready : status::wrong_parameters;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32) return requantize(call);
    scale_layout layout;
    (void)layout.of(y);
    const auto limits = limits_of(y.type);
    const float* from = reinterpret_cast<const float*>(x.data.data());
    layout.for_each_run(y.elements(), call.share, [&](std::size_t begin, std::size_t n, std::size_t i) {
      if (y.type == element_type::int32) {
        std::int32_t* to = reinterpret_cast<std::int32_t*>(y.data.data()) + begin;
        for (std::size_t k = 0; k < n; ++k) {
          const float quotient = elementary::round(from[begin + k] / y.scale[i]);
          to[k] = is_nan(quotient) ? 0 : to_integer<std::int32_t>(quotient);
        }
        return;
      }
      const quantize_function function(y.scale[i], zero_point_of(y, i), limits);
      const auto as = [&]<class T>(T* to) {
        map_row(from + begin, to + begin, n, [&](float value) { return static_cast<T>(function(value)); });
      };
      if (y.type == element_type::int8) {
        as(reinterpret_cast<std::int8_t*>(y.data.data()));
      } else if (y.type == element_type::uint8) {
        as(reinterpret_cast<std::uint8_t*>(y.data.data()));
      } else {
        as(reinterpret_cast<std::int16_t*>(y.data.data()));
      }
    });
  }

 private:
  static void requantize(const kernel_arguments& call) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const fixed_multiplier by = quantize_multiplier(static_cast<double>(x.scale[0]) / static_cast<double>(y.scale[0]));
    const std::int64_t zero_x = zero_point_of(x, 0);
    const std::int64_t zero_y = zero_point_of(y, 0);
    const auto [lowest, highest] = limits_of(y.type);
    for_each_piece(y.elements(), call.share, [&, low = lowest, high = highest](std::size_t begin, std::size_t n) {
      integer_piece piece{};
      load(x, begin, n, piece);
      for (std::size_t i = 0; i < n; ++i) {
        const std::int64_t scaled = multiply(static_cast<std::int32_t>(piece[i] - zero_x), by) + zero_y;
        piece[i] = std::clamp<std::int64_t>(scaled, low, high);
      }
      store(y, begin, n, piece);
    });
  }
};

/// (x - zero point) * scale, float32. x: int8, uint8, int16, int32, int4 or int2 with one scale, one per channel, or
/// one per block; or float16, which has none.
struct dequantize_op {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (y.type != element_type::float32) return status::wrong_type;
    if (x.elements() != y.elements() || !x.is_complete() || !y.is_complete()) return status::wrong_shape;
    if (x.type == element_type::float16) return status::ready;
    if (x.type == element_type::absent || x.type == element_type::float32 || x.type == element_type::int64 ||
        x.type == element_type::boolean) {
      return status::wrong_type;
    }
    scale_layout layout;
    return layout.of(x) ? status::ready : status::wrong_parameters;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const auto y = call.outputs[0].values<float>();
    const std::size_t elements = call.outputs[0].elements();
    if (x.type == element_type::float16) {
      for_each_piece(elements, call.share, [&](std::size_t begin, std::size_t n) {
        float_piece piece{};
        load(x, begin, n, piece);
        std::copy_n(piece.begin(), n, y.begin() + static_cast<std::ptrdiff_t>(begin));
      });
      return;
    }
    scale_layout layout;
    (void)layout.of(x);
    layout.for_each_run(elements, call.share, [&](std::size_t first, std::size_t count, std::size_t i) {
      const auto scale = static_cast<double>(x.scale[i]);
      const std::int32_t zero = zero_point_of(x, i);
      const auto as = [&]<class T>(const T* from) {
        const float factor = x.scale[i];
        map_row(from + first, y.data() + first, count,
                [&](T value) { return static_cast<float>(static_cast<std::int32_t>(value) - zero) * factor; });
      };
      if (x.type == element_type::int8) return as(reinterpret_cast<const std::int8_t*>(x.data.data()));
      if (x.type == element_type::uint8) return as(reinterpret_cast<const std::uint8_t*>(x.data.data()));
      if (x.type == element_type::int16) return as(reinterpret_cast<const std::int16_t*>(x.data.data()));
      for (std::size_t begin = first; begin < first + count; begin += piece_elements) {
        const std::size_t n = std::min(piece_elements, first + count - begin);
        integer_piece piece{};
        load(x, begin, n, piece);
        for (std::size_t k = 0; k < n; ++k)
          y[begin + k] = static_cast<float>(static_cast<double>(piece[k] - zero) * scale);
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
