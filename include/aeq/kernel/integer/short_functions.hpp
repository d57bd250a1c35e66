// SPDX-License-Identifier: Apache-2.0
// The logistic function and tanh of 16-bit fixed-point numbers. (spec: kernels, section 1) Freestanding, constexpr.
//
// As fixed_point_functions.hpp, with half the bits: a number with I integer bits is value * 2^(I - 15), of an int16,
// and constants are rounded to 16 bits. Values stand in an int32.
#pragma once

#include <array>
#include <cstdint>

#include <aeq/kernel/fixed_point.hpp>

namespace aeq::inline AEQ_ABI::kernel::fixed_point::short_numbers {

inline constexpr std::int32_t highest = 32767;
inline constexpr std::int32_t lowest = -32768;

[[nodiscard]] constexpr std::int32_t saturated(std::int32_t value) noexcept {
  return value < lowest ? lowest : value > highest ? highest : value;
}
/// value * 2^exponent, saturated; exponent: 0 to 15.
[[nodiscard]] constexpr std::int32_t enlarged(std::int32_t value, int exponent) noexcept {
  return saturated(value * (std::int32_t(1) << exponent));
}
/// A constant of 32 bits.
[[nodiscard]] constexpr std::int32_t constant(std::int32_t value) noexcept {
  return divide_by_power(value, 16);
}
/// a * b / 2^15, rounded to nearest, halves up; the square of the lowest number saturates.
[[nodiscard]] constexpr std::int32_t high_product(std::int32_t a, std::int32_t b) noexcept {
  const std::int32_t product = a * b;
  return saturated((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15));
}
/// The sign turned; the lowest number stays.
[[nodiscard]] constexpr std::int32_t negated(std::int32_t a) noexcept {
  return a == lowest ? lowest : -a;
}

/// e^a for a <= 0 of `integer_bits` bits; the result has none.
[[nodiscard]] constexpr std::int32_t exponential(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return highest;
  const std::int32_t quarter = std::int32_t(1) << (13 - integer_bits);
  const std::int32_t part = (a & (quarter - 1)) - quarter;  // in [-1/4, 0)
  // Taylor's series about -1/8.
  const std::int32_t x = enlarged(part, integer_bits) + (1 << 12);
  const std::int32_t x2 = high_product(x, x);
  const std::int32_t x3 = high_product(x2, x);
  const std::int32_t x4 = high_product(x2, x2);
  constexpr std::int32_t third = constant(715827883);
  constexpr std::int32_t at_eighth = constant(1895147668);  // e^(-1/8)
  const std::int32_t tail = divide_by_power(high_product(divide_by_power(x4, 2) + x3, third) + x2, 1);
  std::int32_t result = saturated(at_eighth + high_product(at_eighth, x + tail));
  // The rest is whole quarters: e^(-1/4), e^(-1/2), e^-1, ... e^-16 for the bits set.
  constexpr std::array<std::int32_t, 7> powers{constant(1672461947), constant(1302514674), constant(790015084),
                                               constant(290630308),  constant(39332535),   constant(720401),
                                               constant(242)};
  const std::int32_t rest = part - a;
  int bit = 13 - integer_bits;  // of a quarter
  for (const std::int32_t power : powers) {
    if (bit >= 15) break;
    if ((rest & std::int32_t(1) << bit) != 0) result = high_product(result, power);
    ++bit;
  }
  if (integer_bits > 5 && a < -(std::int32_t(1) << (20 - integer_bits))) return 0;
  return result;
}

/// 1 / ((1 + a) / 2) with 2 integer bits, for a in [0, 1), by three steps of Newton's method.
[[nodiscard]] constexpr std::int32_t inverse_of_half(std::int32_t a) noexcept {
  const std::int32_t half = (a + highest + 1) / 2;
  constexpr std::int32_t one = 1 << 13;
  std::int32_t x = constant(1515870810) + high_product(half, constant(-1010580540));  // 48/17 and -32/17
  for (int step = 0; step < 3; ++step) x += enlarged(high_product(x, one - high_product(half, x)), 2);
  return x;
}

/// 1 / (1 + e^-a) without integer bits.
[[nodiscard]] constexpr std::int32_t logistic(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return 1 << 14;
  const std::int32_t of_size = enlarged(inverse_of_half(exponential(a > 0 ? -a : a, integer_bits)), 1);
  return a > 0 ? of_size : highest - of_size;
}

/// tanh(a) without integer bits, as (1 - e^-2a) / (1 + e^-2a).
[[nodiscard]] constexpr std::int32_t hyperbolic_tangent(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return 0;
  const std::int32_t decay = exponential(a > 0 ? -a : a, integer_bits + 1);
  const std::int32_t of_size = enlarged(inverse_of_half(decay) - (1 << 13), 2);
  return a > 0 ? of_size : negated(of_size);
}

}  // namespace aeq::inline AEQ_ABI::kernel::fixed_point::short_numbers
