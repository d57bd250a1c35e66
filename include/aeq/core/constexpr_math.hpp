// SPDX-License-Identifier: Apache-2.0
// The few functions of <cmath> that quantization needs, as constant expressions and without a C library. Freestanding.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

template <std::floating_point T>
[[nodiscard]] constexpr bool is_nan(T value) noexcept {
  return value != value;  // NOLINT(misc-redundant-expression): only NaN differs from itself
}

template <std::floating_point T>
[[nodiscard]] constexpr bool is_finite(T value) noexcept {
  return value - value == T(0);  // NOLINT(misc-redundant-expression): else it is NaN
}

template <std::floating_point T>
[[nodiscard]] constexpr T absolute(T value) noexcept {
  using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  constexpr bits sign = bits(1) << (sizeof(T) * 8 - 1);
  return std::bit_cast<T>(static_cast<bits>(std::bit_cast<bits>(value) & ~sign));
}

/// The larger value; NaN if either is NaN (unlike std::max and fmax).
template <std::floating_point T>
[[nodiscard]] constexpr T maximum(T a, T b) noexcept {
  if (is_nan(a)) return a;
  if (is_nan(b)) return b;
  return a < b ? b : a;
}

/// The smaller value; NaN if either is NaN.
template <std::floating_point T>
[[nodiscard]] constexpr T minimum(T a, T b) noexcept {
  if (is_nan(a)) return a;
  if (is_nan(b)) return b;
  return b < a ? b : a;
}

/// Nearest integer, halves to the even one, whatever rounding mode the machine is in. NaN and infinities pass.
template <std::floating_point T>
[[nodiscard]] constexpr T round_half_even(T value) noexcept {
  // From 2^(mantissa bits) on every value is an integer already.
  constexpr T whole = T(std::uint64_t(1) << (std::numeric_limits<T>::digits - 1));
  const T size = absolute(value);
  if (!(size < whole)) return value;
  const auto floor = static_cast<std::int64_t>(size);
  const T rest = size - static_cast<T>(floor);
  const bool up = rest > T(0.5) || (rest == T(0.5) && (floor & 1) != 0);
  const T rounded = static_cast<T>(floor + (up ? 1 : 0));
  return value < T(0) ? -rounded : rounded;
}

/// 2^exponent, exact for normal results.
template <std::floating_point T>
[[nodiscard]] constexpr T power_of_two(int exponent) noexcept {
  T value = 1;
  for (; exponent > 0; --exponent) value *= T(2);
  for (; exponent < 0; ++exponent) value /= T(2);
  return value;
}

}  // namespace aeq::inline AEQ_ABI
