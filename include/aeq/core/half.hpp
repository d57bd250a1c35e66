// SPDX-License-Identifier: Apache-2.0
// IEEE binary16 and bfloat16 as bit patterns: conversions from and to float32. Freestanding, constexpr.
// Rounding: to nearest, halves to even. (spec: numerics, sections 1.4 and 5.8)
#pragma once

#include <bit>
#include <cstdint>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

/// float32 → binary16 bits. Overflow gives infinity, small values become subnormals or zero, a NaN stays a quiet NaN.
[[nodiscard]] constexpr std::uint16_t float16_bits(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const std::uint32_t size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u | ((size >> 13) & 0x1ffu));
  if (size >= 0x47800000u) return static_cast<std::uint16_t>(sign | 0x7c00u);  // 2^16 and above
  std::uint32_t result = 0;
  std::uint32_t rest = 0;     // what is cut off, as a fraction of 2^32
  if (size >= 0x38800000u) {  // 2^-14: normal in binary16
    result = (size - 0x38000000u) >> 13;
    rest = size << 19;
  } else if (size >= 0x33000000u) {  // 2^-25: half of the smallest subnormal
    const std::uint32_t exponent = size >> 23;
    const std::uint32_t mantissa = (size & 0x7fffffu) | 0x800000u;
    const std::uint32_t shift = 126u - exponent;  // 14 to 24: multiples of 2^-24 remain
    result = mantissa >> shift;
    rest = mantissa << (32u - shift);
  }
  if (rest > 0x80000000u || (rest == 0x80000000u && (result & 1u) != 0)) ++result;
  return static_cast<std::uint16_t>(sign | result);
}

/// binary16 bits → float32, exact.
[[nodiscard]] constexpr float float_from_float16(std::uint16_t half) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1fu;
  const std::uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0x1fu) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112u) << 23) | (mantissa << 13));
  const float size = static_cast<float>(mantissa) * 0x1p-24f;
  return sign != 0 ? -size : size;
}

/// float32 → bfloat16 bits. A NaN stays a quiet NaN.
[[nodiscard]] constexpr std::uint16_t bfloat16_bits(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

[[nodiscard]] constexpr float float_from_bfloat16(std::uint16_t bits) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace aeq::inline AEQ_ABI
