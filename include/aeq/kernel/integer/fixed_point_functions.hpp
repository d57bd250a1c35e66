// SPDX-License-Identifier: Apache-2.0
// Functions of fixed-point numbers: exponentials of negative ones, reciprocals, logarithms, the logistic function and
// tanh. (spec: kernels, section 1) Freestanding, constexpr.
//
// A number with I integer bits is value * 2^(I - 31), of an int32. The product of two has the integer bits of both.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <aeq/kernel/fixed_point.hpp>

namespace aeq::inline AEQ_ABI::kernel::fixed_point {

inline constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();

[[nodiscard]] constexpr std::int32_t saturated(std::int64_t value) noexcept {
  return static_cast<std::int32_t>(value < lowest ? lowest : value > highest ? highest : value);
}

/// value * 2^exponent, saturated or rounded; exponent: -31 to 31.
[[nodiscard]] constexpr std::int32_t rescaled(std::int32_t value, int exponent) noexcept {
  if (exponent <= 0) return divide_by_power(value, -exponent);
  return saturated(static_cast<std::int64_t>(value) * (std::int64_t(1) << exponent));
}

/// Sums that leave 32 bits wrap.
[[nodiscard]] constexpr std::int32_t plus(std::int32_t a, std::int32_t b) noexcept {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

/// e^a for a <= 0 of `integer_bits` bits; the result has none.
[[nodiscard]] constexpr std::int32_t exponential(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return highest;
  const std::int32_t quarter = std::int32_t(1) << (29 - integer_bits);
  const std::int32_t part = (a & (quarter - 1)) - quarter;  // in [-1/4, 0)
  // Taylor's series about -1/8.
  const std::int32_t x = plus(rescaled(part, integer_bits), std::int32_t(1) << 28);
  const std::int32_t x2 = high_product(x, x);
  const std::int32_t x3 = high_product(x2, x);
  const std::int32_t x4 = high_product(x2, x2);
  constexpr std::int32_t third = 715827883;
  constexpr std::int32_t at_eighth = 1895147668;  // e^(-1/8)
  const std::int32_t tail = divide_by_power(plus(high_product(plus(divide_by_power(x4, 2), x3), third), x2), 1);
  std::int32_t result = plus(at_eighth, high_product(at_eighth, plus(x, tail)));
  // The rest is whole quarters: e^(-1/4), e^(-1/2), e^-1, ... e^-16 for the bits set.
  constexpr std::array<std::int32_t, 7> powers{1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  const std::int32_t rest = part - a;
  int bit = 29 - integer_bits;  // of a quarter
  for (const std::int32_t power : powers) {
    if (bit >= 31) break;
    if ((rest & std::int32_t(1) << bit) != 0) result = high_product(result, power);
    ++bit;
  }
  if (integer_bits > 5 && a < -(std::int32_t(1) << (36 - integer_bits))) return 0;
  return result;
}

/// (a + b) / 2, halves away from zero.
[[nodiscard]] constexpr std::int32_t half_sum(std::int32_t a, std::int32_t b) noexcept {
  const std::int64_t sum = static_cast<std::int64_t>(a) + b;
  return static_cast<std::int32_t>((sum + (sum >= 0 ? 1 : -1)) / 2);
}

/// 1 / ((1 + a) / 2) with 2 integer bits, for a in [0, 1), by three steps of Newton's method.
[[nodiscard]] constexpr std::int32_t inverse_of_half(std::int32_t a) noexcept {
  const std::int32_t half = half_sum(a, highest);
  constexpr std::int32_t one = std::int32_t(1) << 29;
  std::int32_t x = plus(1515870810, high_product(half, -1010580540));  // 48/17 and -32/17
  for (int step = 0; step < 3; ++step) {
    const std::int32_t error = plus(one, -high_product(half, x));
    x = plus(x, rescaled(high_product(x, error), 2));
  }
  return x;
}

/// 1 / (1 + a) for a in [0, 1), without integer bits.
[[nodiscard]] constexpr std::int32_t inverse_of_one_plus(std::int32_t a) noexcept {
  return rescaled(inverse_of_half(a), 1);
}

/// value * 2^(-31 - exponent).
struct reciprocal {
  std::int32_t value = 0;
  std::int32_t exponent = 0;
};
/// 1 / x for x > 0 of `integer_bits` bits.
[[nodiscard]] constexpr reciprocal reciprocal_of(std::int32_t x, int integer_bits) noexcept {
  const int zeros = std::countl_zero(static_cast<std::uint32_t>(x));
  const std::uint32_t leading = static_cast<std::uint32_t>(x) << static_cast<unsigned>(zeros);
  return {inverse_of_one_plus(static_cast<std::int32_t>(leading - (std::uint32_t(1) << 31u))), integer_bits - zeros};
}

/// The logarithm of x >= 1 of `integer_bits` bits, with `result_bits` integer bits, which must be enough for it.
[[nodiscard]] constexpr std::int32_t logarithm(std::int32_t x, int integer_bits, int result_bits) noexcept {
  constexpr std::int32_t log_of_two = 1488522236;
  constexpr std::int32_t root_of_half = 1518500250;
  constexpr std::int32_t fourth_root_of_half = 1805811301;
  const int bits = result_bits + 1;  // of sums on the way
  const std::int32_t quarter = rescaled(std::int32_t(1) << 29, -bits);
  const auto power = [&](int n, std::int32_t more) {
    return saturated(static_cast<std::int64_t>(rescaled(n, 31 - bits)) + more);
  };
  // x = r * 2^(n + 1/4), where r is near the fourth root of 1/2: either x shifted, less a half power of two, or as it
  // is.
  const int zeros = std::countl_zero(static_cast<std::uint32_t>(x));
  const int room = std::countl_zero(static_cast<std::uint32_t>(high_product(x, root_of_half))) - 1;
  const std::int32_t lower = rescaled(high_product(rescaled(x, zeros - 1), root_of_half), 1);
  const std::int32_t upper = rescaled(x, room);
  const std::int32_t r = lower < upper ? lower : upper;
  const std::int32_t of_lower = power(integer_bits - zeros, quarter);
  const std::int32_t of_upper = power(integer_bits - room, -quarter);
  const std::int32_t exponent = of_lower > of_upper ? of_lower : of_upper;
  // A quotient of polynomials in the distance from that root.
  const std::int32_t middle = half_sum(r, fourth_root_of_half);
  const std::int32_t half = plus(r, -fourth_root_of_half);
  const std::int32_t q = plus(half, half);
  const std::int32_t square = high_product(q, q);
  const std::int32_t above = plus(high_product(q, r), high_product(high_product(q, square), 117049297));
  const std::int32_t sum = plus(plus(1057819769, q), high_product(127690142, square));
  const std::int32_t below = plus(high_product(middle, sum), high_product(638450708, q));
  const std::int32_t quotient = high_product(rescaled(above, -bits), inverse_of_one_plus(below));
  return rescaled(plus(high_product(exponent, log_of_two), quotient), bits - result_bits);
}

/// 1 / (1 + e^-a).
[[nodiscard]] constexpr std::int32_t logistic(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return std::int32_t(1) << 30;
  const std::int32_t of_size = inverse_of_one_plus(exponential(a > 0 ? -a : a, integer_bits));
  return a > 0 ? of_size : highest - of_size;
}

/// tanh(a), as (1 - e^-2a) / (1 + e^-2a).
[[nodiscard]] constexpr std::int32_t hyperbolic_tangent(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return 0;
  // Twice the number is the same bits with one integer bit more.
  const std::int32_t decay = exponential(a > 0 ? -a : a, integer_bits + 1);
  const std::int32_t of_size = rescaled(plus(inverse_of_half(decay), -(std::int32_t(1) << 29)), 2);
  return a > 0 ? of_size : -of_size;
}

/// 1 / sqrt(x) as multiplier * 2^(shift - 31).
[[nodiscard]] constexpr fixed_multiplier inverse_square_root(std::int32_t x) noexcept {
  if (x <= 1) return {highest, 0};
  std::int32_t shift = 11;
  while (x >= std::int32_t(1) << 29) {
    x /= 4;
    ++shift;
  }
  const int pairs = (std::countl_zero(static_cast<std::uint32_t>(x)) - 1) / 2 - 1;
  shift -= pairs;
  x = shifted_left(x, 2 * pairs);
  // Newton's method on 3 integer bits.
  const std::int32_t half = divide_by_power(x >> 1, 1);
  constexpr std::int32_t one_and_a_half = 3 * (std::int32_t(1) << 27);
  std::int32_t root = std::int32_t(1) << 28;
  for (int step = 0; step < 5; ++step) {
    const std::int32_t cube = rescaled(high_product(high_product(root, root), root), 6);
    root = rescaled(plus(high_product(one_and_a_half, root), -high_product(half, cube)), 3);
  }
  constexpr std::int32_t half_of_root_of_two = 1518500250;
  root = high_product(root, half_of_root_of_two);
  if (shift < 0) {
    root = shifted_left(root, -shift);
    shift = 0;
  }
  return {root, -shift};
}

}  // namespace aeq::inline AEQ_ABI::kernel::fixed_point
