// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/core/half.hpp>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>

namespace {

using aeq::bfloat16_bits;
using aeq::float16_bits;
using aeq::float_from_bfloat16;
using aeq::float_from_float16;

static_assert(float16_bits(1.0f) == 0x3c00);
static_assert(float16_bits(-2.0f) == 0xc000);
static_assert(float16_bits(-0.0f) == 0x8000);
static_assert(float16_bits(65504.0f) == 0x7bff);
static_assert(float16_bits(65519.996f) == 0x7bff);  // just below half way to 2^16
static_assert(float16_bits(65520.0f) == 0x7c00);
static_assert(float16_bits(0x1p-24f) == 0x0001);
static_assert(float16_bits(0x1p-25f) == 0x0000);  // half way, to even
static_assert(float16_bits(0x1.000002p-25f) == 0x0001);
static_assert(float16_bits(0x1.8p-24f) == 0x0002);
static_assert(float16_bits(0x1.ffep-15f) == 0x0400);  // the largest subnormal rounds up to the smallest normal
static_assert(float16_bits(0x1.002p0f) == 0x3c00 && float16_bits(0x1.006p0f) == 0x3c02);
static_assert(float16_bits(std::numeric_limits<float>::infinity()) == 0x7c00);
static_assert(float_from_float16(0x0001) == 0x1p-24f);
static_assert(float_from_float16(0x7bff) == 65504.0f);
static_assert(float_from_float16(0xfc00) == -std::numeric_limits<float>::infinity());

static_assert(bfloat16_bits(1.0f) == 0x3f80);
static_assert(bfloat16_bits(0x1.01p0f) == 0x3f80 && bfloat16_bits(0x1.03p0f) == 0x3f82);
static_assert(bfloat16_bits(std::numeric_limits<float>::max()) == 0x7f80);
static_assert(float_from_bfloat16(0xbf80) == -1.0f);

/// A float format with `Fraction` bits behind the point, rounded the slow way: in double, where it is exact.
template <int Fraction, int SmallestExponent, int LargestExponent>
float rounded_slowly(float value) {
  if (value == 0 || std::isinf(value)) return value;
  const int exponent = std::max(std::ilogb(value), SmallestExponent);
  const double unit = std::ldexp(1.0, exponent - Fraction);
  const double result = std::nearbyint(static_cast<double>(value) / unit) * unit;
  if (std::fabs(result) >= std::ldexp(1.0, LargestExponent + 1)) {
    return std::copysign(std::numeric_limits<float>::infinity(), value);
  }
  return static_cast<float>(result);
}

bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// Calls `check` with float32 values all over the range, and with the values around those where rounding turns.
template <class Check>
void for_many_floats(Check check) {
  for (std::uint64_t bits = 0; bits <= 0xffffffffu; bits += 1009) {
    check(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }
  for (std::uint32_t half = 0; half < 0x10000u; ++half) {
    const auto exact = std::bit_cast<std::uint32_t>(float_from_float16(static_cast<std::uint16_t>(half)));
    for (const std::uint32_t distance : {0u, 1u, 0xfffu, 0x1000u, 0x1001u, 0x1fffu}) {
      check(std::bit_cast<float>(exact + distance));
      check(std::bit_cast<float>((half << 16) + (distance << 3)));
      check(std::bit_cast<float>((half << 16) + (distance << 3) + 1));
    }
  }
}

TEST_SUITE_BEGIN("core/half");

TEST_CASE("every float16 survives the way to float32 and back") {
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x10000u; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const bool is_nan = (bits & 0x7c00u) == 0x7c00u && (bits & 0x3ffu) != 0;
    const float wide = float_from_float16(half);
    const std::uint16_t expected = is_nan ? static_cast<std::uint16_t>(half | 0x200u) : half;
    if (std::isnan(wide) != is_nan || float16_bits(wide) != expected) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("every bfloat16 survives the way to float32 and back") {
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x10000u; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const bool is_nan = (bits & 0x7fffu) > 0x7f80u;
    const float wide = float_from_bfloat16(half);
    const std::uint16_t expected = is_nan ? static_cast<std::uint16_t>(half | 0x40u) : half;
    if (std::isnan(wide) != is_nan || bfloat16_bits(wide) != expected) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("float32 to float16 rounds to nearest, halves to even") {
  int wrong = 0;
  for_many_floats([&](float value) {
    const std::uint16_t bits = float16_bits(value);
    if (std::isnan(value)) {
      if ((bits & 0x7e00u) != 0x7e00u) ++wrong;
    } else if (!same(float_from_float16(bits), rounded_slowly<10, -14, 15>(value))) {
      ++wrong;
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("float32 to bfloat16 rounds to nearest, halves to even") {
  int wrong = 0;
  for_many_floats([&](float value) {
    const std::uint16_t bits = bfloat16_bits(value);
    if (std::isnan(value)) {
      if ((bits & 0x7fc0u) != 0x7fc0u) ++wrong;
    } else if (!same(float_from_bfloat16(bits), rounded_slowly<7, -126, 127>(value))) {
      ++wrong;
    }
  });
  CHECK(wrong == 0);
}

#ifdef __FLT16_MANT_DIG__
__extension__ typedef _Float16 compilers_half;

TEST_CASE("float16 agrees with the compiler's own type") {
  int wrong = 0;
  for_many_floats([&](float value) {
    const auto theirs = std::bit_cast<std::uint16_t>(static_cast<compilers_half>(value));
    const std::uint16_t ours = float16_bits(value);
    if (std::isnan(value) ? ((theirs ^ ours) & 0xfe00u) != 0 : theirs != ours) ++wrong;
  });
  for (std::uint32_t bits = 0; bits < 0x10000u; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const auto theirs = static_cast<float>(std::bit_cast<compilers_half>(half));
    const float ours = float_from_float16(half);
    if (std::isnan(ours) ? !std::isnan(theirs) : !same(ours, theirs)) ++wrong;
  }
  CHECK(wrong == 0);
}
#endif

TEST_CASE("a NaN keeps its sign and becomes quiet") {
  CHECK(float16_bits(std::bit_cast<float>(0x7f800001u)) == 0x7e00);
  CHECK(float16_bits(std::bit_cast<float>(0xffc00000u)) == 0xfe00);
  CHECK(bfloat16_bits(std::bit_cast<float>(0x7f800001u)) == 0x7fc0);
  CHECK(bfloat16_bits(std::bit_cast<float>(0xffffffffu)) == 0xffff);
}

TEST_SUITE_END();

}  // namespace
