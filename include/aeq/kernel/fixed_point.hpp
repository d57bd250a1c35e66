// SPDX-License-Identifier: Apache-2.0
// Products with real numbers in 32-bit integers, as quantized kernels compute them. (spec: kernels, section 1)
// Freestanding, but for the C library's frexp.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// multiplier * 2^(shift - 31), a real number in [0, 2^31).
struct fixed_multiplier {
  std::int32_t multiplier = 0;
  int shift = 0;
};

/// The nearest such number to a finite one that is not negative; 0 below 2^-32.
[[nodiscard]] inline fixed_multiplier quantize_multiplier(double value) noexcept {
  if (value == 0.0) return {};
  int shift = 0;
  const double fraction = std::frexp(value, &shift);
  auto multiplier = static_cast<std::int64_t>(std::round(fraction * 2147483648.0));
  if (multiplier == std::int64_t(1) << 31u) {
    multiplier /= 2;
    ++shift;
  }
  if (shift < -31) return {};
  return {static_cast<std::int32_t>(multiplier), shift};
}

/// a * b / 2^31, rounded to nearest, halves up; the square of the lowest number saturates.
[[nodiscard]] constexpr std::int32_t high_product(std::int32_t a, std::int32_t b) noexcept {
  if (a == b && a == std::numeric_limits<std::int32_t>::min()) return std::numeric_limits<std::int32_t>::max();
  const std::int64_t product = static_cast<std::int64_t>(a) * b;
  const std::int64_t nudge = product >= 0 ? std::int64_t(1) << 30u : 1 - (std::int64_t(1) << 30u);
  return static_cast<std::int32_t>((product + nudge) / (std::int64_t(1) << 31u));
}

/// x / 2^exponent, rounded to nearest, halves away from zero. exponent: 0 to 31.
[[nodiscard]] constexpr std::int32_t divide_by_power(std::int32_t x, int exponent) noexcept {
  const auto mask = static_cast<std::int32_t>((std::int64_t(1) << exponent) - 1);
  const std::int32_t rest = x & mask;
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (rest > threshold ? 1 : 0);
}

/// x times a real number, rounded twice. Shifted bits that leave 32 are lost.
[[nodiscard]] constexpr std::int32_t multiply(std::int32_t x, const fixed_multiplier& by) noexcept {
  const int left = by.shift > 0 ? by.shift : 0;
  const int right = by.shift > 0 ? 0 : -by.shift;
  const auto shifted = left > 31 ? std::int32_t(0) : static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << left);
  return divide_by_power(high_product(shifted, by.multiplier), right);
}

}  // namespace aeq::inline AEQ_ABI::kernel
