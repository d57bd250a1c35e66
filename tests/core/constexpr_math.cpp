// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/core/constexpr_math.hpp>
#include <bit>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

static_assert(aeq::is_nan(nan) && !aeq::is_nan(infinity) && !aeq::is_nan(0.0));
static_assert(aeq::absolute(-2.5f) == 2.5f && aeq::absolute(2.5) == 2.5);
static_assert(std::bit_cast<std::uint32_t>(aeq::absolute(-0.0f)) == 0);
static_assert(aeq::maximum(1.0f, 2.0f) == 2.0f && aeq::maximum(2.0, 1.0) == 2.0);
static_assert(aeq::minimum(1.0f, 2.0f) == 1.0f && aeq::minimum(-infinity, 1.0f) == -infinity);
static_assert(aeq::is_nan(aeq::maximum(nan, 1.0f)) && aeq::is_nan(aeq::maximum(1.0f, nan)));
static_assert(aeq::is_nan(aeq::minimum(nan, 1.0f)) && aeq::is_nan(aeq::minimum(1.0f, nan)));
static_assert(aeq::round_half_even(0.5f) == 0 && aeq::round_half_even(1.5f) == 2 && aeq::round_half_even(2.5f) == 2);
static_assert(aeq::round_half_even(-0.5) == 0 && aeq::round_half_even(-1.5) == -2 && aeq::round_half_even(-2.5) == -2);
static_assert(aeq::round_half_even(0x1.fffffep-2f) == 0);  // the float below a half
static_assert(aeq::round_half_even(0x1.000002p-1f) == 1);
static_assert(aeq::round_half_even(8388607.5f) == 8388608.0f);  // the last half that float32 has
static_assert(aeq::round_half_even(0x1.fffffffffffffp51) == 0x1p52);
static_assert(aeq::round_half_even(1e30f) == 1e30f && aeq::round_half_even(infinity) == infinity);
static_assert(aeq::power_of_two<float>(0) == 1 && aeq::power_of_two<float>(-126) == 0x1p-126f);
static_assert(aeq::power_of_two<double>(1023) == 0x1p1023);

TEST_SUITE_BEGIN("core/constexpr_math");

TEST_CASE("is_finite tells infinities and NaN from numbers") {
  CHECK(aeq::is_finite(0.0f));
  CHECK(aeq::is_finite(std::numeric_limits<float>::max()));
  CHECK(aeq::is_finite(std::numeric_limits<double>::denorm_min()));
  CHECK_FALSE(aeq::is_finite(infinity));
  CHECK_FALSE(aeq::is_finite(-std::numeric_limits<double>::infinity()));
  CHECK_FALSE(aeq::is_finite(nan));
}

TEST_CASE("round_half_even agrees with the C library over all exponents") {
  int wrong = 0;
  for (std::uint64_t bits = 0; bits <= 0xffffffffu; bits += 1009) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isnan(value)) {
      if (!std::isnan(aeq::round_half_even(value))) ++wrong;
    } else if (aeq::round_half_even(value) != std::nearbyint(value)) {
      ++wrong;
    }
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isnan(value) && aeq::round_half_even(value) != std::nearbyint(value)) ++wrong;
  }
  for (int halves = -100000; halves <= 100000; ++halves) {
    const float value = static_cast<float>(halves) / 2;
    if (aeq::round_half_even(value) != std::nearbyint(value)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("round_half_even ignores the rounding mode of the machine") {
  const int before = std::fegetround();
  if (std::fesetround(FE_UPWARD) == 0) {
    volatile float value = 2.5f;
    CHECK(aeq::round_half_even(static_cast<float>(value)) == 2.0f);
    value = -1.25f;
    CHECK(aeq::round_half_even(static_cast<float>(value)) == -1.0f);
  }
  std::fesetround(before);
}

TEST_CASE("power_of_two is exact for every normal exponent") {
  int wrong = 0;
  for (int exponent = -126; exponent <= 127; ++exponent) {
    if (aeq::power_of_two<float>(exponent) != std::ldexp(1.0f, exponent)) ++wrong;
  }
  for (int exponent = -1022; exponent <= 1023; ++exponent) {
    if (aeq::power_of_two<double>(exponent) != std::ldexp(1.0, exponent)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_SUITE_END();

}  // namespace
