// SPDX-License-Identifier: Apache-2.0
// Products with real numbers in integers, as quantized kernels compute them. (spec: kernels, section 1) Freestanding,
// constexpr. Nothing overflows: bits that do not fit are lost where LiteRT loses them.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// The nearest integer of a double, halves away from zero, saturated to 32 bits; 0 of NaN.
[[nodiscard]] constexpr std::int32_t rounded(double value) noexcept {
  constexpr double beyond = 2147483648.0;
  if (!(value > -beyond)) return value != value ? 0 : std::numeric_limits<std::int32_t>::min();
  if (!(value < beyond - 1.0)) return std::numeric_limits<std::int32_t>::max();
  const auto whole = static_cast<std::int32_t>(value);
  const double rest = value - static_cast<double>(whole);
  return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}

/// multiplier * 2^(shift - 31), a real number.
struct fixed_multiplier {
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;
};

/// The nearest such number to a finite one; 0 below 2^-32. Numbers from 2^31 on have shifts above 31, which no kernel
/// takes.
[[nodiscard]] constexpr fixed_multiplier quantize_multiplier(double value) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = static_cast<std::int32_t>(bits >> 52u & 0x7ffu);
  if (exponent == 0) return {};  // 0, or far below 2^-32
  std::int32_t shift = exponent - 1022;
  // 53 bits of a fraction in [0.5, 1), of which the first 31 stay; a half goes up, away from zero.
  const std::uint64_t fraction = (bits & 0xfffffffffffffu) | (std::uint64_t(1) << 52u);
  std::uint64_t multiplier = (fraction + (std::uint64_t(1) << 21u)) >> 22u;
  if (multiplier == std::uint64_t(1) << 31u) {
    multiplier /= 2;
    ++shift;
  }
  if (shift < -31) return {};
  const auto size = static_cast<std::int32_t>(multiplier);
  return {value < 0 ? -size : size, shift};
}

/// a * b / 2^31, rounded to nearest, halves up; the square of the lowest number saturates.
[[nodiscard]] constexpr std::int32_t high_product(std::int32_t a, std::int32_t b) noexcept {
  if (a == b && a == std::numeric_limits<std::int32_t>::min()) return std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>((static_cast<std::int64_t>(a) * b + (std::int64_t(1) << 30u)) >> 31u);
}

/// x / 2^exponent, rounded to nearest, halves away from zero. exponent: 0 to 31.
[[nodiscard]] constexpr std::int32_t divide_by_power(std::int32_t x, int exponent) noexcept {
  const auto mask = static_cast<std::int32_t>((std::uint32_t(1) << exponent) - 1);
  const std::int32_t rest = x & mask;
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (rest > threshold ? 1 : 0);
}

/// x * 2^exponent; shifted bits that leave 32 are lost.
[[nodiscard]] constexpr std::int32_t shifted_left(std::int32_t x, int exponent) noexcept {
  return exponent > 31 ? 0 : static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << exponent);
}

/// x times a real number, rounded twice.
[[nodiscard]] constexpr std::int32_t multiply(std::int32_t x, const fixed_multiplier& by) noexcept {
  const int left = by.shift > 0 ? by.shift : 0;
  const int right = by.shift > 0 ? 0 : -by.shift;
  return divide_by_power(high_product(shifted_left(x, left), by.multiplier), right);
}

/// The same of a wide sum, with the first 15 bits of the multiplier, and rounded once, halves up. |x| below 2^47;
/// by.shift: -31 to 7.
[[nodiscard]] constexpr std::int32_t multiply_wide(std::int64_t x, const fixed_multiplier& by) noexcept {
  const std::int64_t reduced = by.multiplier < 0x7fff0000 ? (by.multiplier + (1 << 15)) >> 16 : 0x7fff;
  const int total = 15 - by.shift;
  const std::uint64_t product = static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(reduced);
  return static_cast<std::int32_t>(static_cast<std::int64_t>(product + (std::uint64_t(1) << (total - 1))) >> total);
}

}  // namespace aeq::inline AEQ_ABI::kernel
