// SPDX-License-Identifier: Apache-2.0
// Quantize and dequantize. Freestanding, constexpr; the vectorized variants on the host give the same bits.
//
//   q = clamp(rint(x / scale + zero_point), lowest, highest)       x = (q - zero_point) * scale
//
// A true division, the zero point added before rounding, halves to even, all in T. NaN becomes 0, infinities saturate,
// x / 0 saturates by sign and 0 / 0 becomes 0. (spec: numerics, sections 1.5 and 1.6)
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <aeq/core/constexpr_math.hpp>
#include <aeq/scheme/fit.hpp>

namespace aeq::inline AEQ_ABI {

/// The limits of quantized integers, in the type that the kernel computes in.
template <std::floating_point T>
struct quantized_limits {
  T lowest = 0;
  T highest = 0;

  constexpr quantized_limits(const format_descriptor& format)
      : lowest(static_cast<T>(format.lowest_quantized())), highest(static_cast<T>(format.highest())) {}
};

/// One value → one integer of at most 32 bits. A limit that T rounds up to 2^31 saturates at 2^31 - 1.
template <std::floating_point T>
[[nodiscard]] constexpr std::int32_t quantize_value(T value, T scale, T zero_point,
                                                    const quantized_limits<T>& limits) noexcept {
  T quotient = 0;
  if (scale == T(0)) {  // a constant expression may not divide by zero
    if (value == T(0) || is_nan(value)) return 0;
    quotient = value > T(0) ? std::numeric_limits<T>::infinity() : -std::numeric_limits<T>::infinity();
  } else {
    quotient = value / scale;
  }
  T steps = round_half_even(quotient + zero_point);
  if (is_nan(steps)) return 0;
  if (steps < limits.lowest) steps = limits.lowest;
  if (steps > limits.highest) steps = limits.highest;
  if (steps >= T(2147483648.0)) return std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(steps);
}

/// A run of values with one scale. `result` has as many elements as `values`; Integer holds the format's bits.
template <std::floating_point T, std::integral Integer>
constexpr void quantize_run(std::span<const T> values, scale_zero_point<T> parameters, const format_descriptor& format,
                            std::span<Integer> result) noexcept {
  const quantized_limits<T> limits(format);
  const T zero = static_cast<T>(parameters.zero_point);
  for (std::size_t i = 0; i < values.size(); ++i) {
    result[i] = static_cast<Integer>(quantize_value(values[i], parameters.scale, zero, limits));
  }
}

/// One integer → one real value. T is double where the zero point is a runtime tensor's (int32), float in weights.
template <std::floating_point T>
[[nodiscard]] constexpr T dequantize_value(std::int64_t value, T scale, std::int64_t zero_point) noexcept {
  return static_cast<T>(value - zero_point) * scale;
}

}  // namespace aeq::inline AEQ_ABI
