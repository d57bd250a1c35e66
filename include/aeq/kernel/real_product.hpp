// SPDX-License-Identifier: Apache-2.0
// Sums times a double, rounded to an integer. (spec: kernels, section 2) Freestanding, constexpr.
//
// Where a processor has no unit for doubles the product costs hundreds of instructions. There it is computed in
// integers, to 31 bits of the factor and with a bound of the error; only where the bound leaves two integers to choose
// from do doubles decide.
#pragma once

#include <bit>
#include <cstdint>

#include <aeq/kernel/fixed_point.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Whether the processor computes with doubles itself.
#if (defined(__arm__) && !(defined(__ARM_FP) && (__ARM_FP & 8))) || \
    (defined(__riscv) && !(defined(__riscv_flen) && __riscv_flen >= 64))
inline constexpr bool has_double_unit = false;
#else
inline constexpr bool has_double_unit = true;
#endif

/// rounded(x * factor) in integers, if that is certain; factor is not negative. False for factors from 1/2 on or far
/// below 2^-32, and in one case of many millions.
[[nodiscard]] constexpr bool round_in_integers(std::int32_t x, double factor, std::int32_t& result) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(factor);
  // factor = (first + rest) / 2^shift, first in [2^30, 2^31), rest in [0, 1)
  const auto first =
      static_cast<std::int32_t>(std::uint32_t(1) << 30u | (static_cast<std::uint32_t>(bits >> 22u) & 0x3fffffffu));
  const std::int32_t shift = 1053 - static_cast<std::int32_t>(bits >> 52u);
  if (shift < 32 || shift > 62) return false;
  // |x * first| <= 2^62. The rest adds less than |x| to its size; the rounding of the double's product, 2^-53 of it,
  // less than 2^10.
  const std::int64_t sum = static_cast<std::int64_t>(x) * first + (std::int64_t(1) << (shift - 1));
  const std::int64_t below = x < 0 ? static_cast<std::int64_t>(x) - 1024 : -1024;
  const std::int64_t above = x < 0 ? 1024 : static_cast<std::int64_t>(x) + 1024;
  const auto least = static_cast<std::int32_t>((sum + below) >> 32) >> (shift - 32);
  const auto most = static_cast<std::int32_t>((sum + above) >> 32) >> (shift - 32);
  result = least;
  return least == most;
}

/// The nearest integer of x * factor, halves away from zero, saturated to 32 bits. factor is not negative.
[[nodiscard]] constexpr std::int32_t rounded_real_product(std::int64_t x, double factor) noexcept {
  if constexpr (!has_double_unit) {
    const auto narrow = static_cast<std::int32_t>(x);
    std::int32_t result = 0;
    if (narrow == x && round_in_integers(narrow, factor, result)) return result;
  }
  return rounded(static_cast<double>(x) * factor);
}

}  // namespace aeq::inline AEQ_ABI::kernel
