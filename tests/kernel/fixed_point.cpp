// SPDX-License-Identifier: Apache-2.0
// Products with real numbers in integers: at compile time, at the ends of their ranges, and against real arithmetic.
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include <doctest/doctest.h>

#include <aeq/kernel/fixed_point.hpp>
#include <aeq/kernel/output_stage.hpp>

namespace {

using namespace aeq::kernel;

constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();

constexpr bool is(const fixed_multiplier& m, std::int32_t multiplier, int shift) {
  return m.multiplier == multiplier && m.shift == shift;
}

static_assert(is(quantize_multiplier(0.0), 0, 0));
static_assert(is(quantize_multiplier(1.0), 1 << 30, 1));
static_assert(is(quantize_multiplier(0.75), 3 << 29, 0));
static_assert(is(quantize_multiplier(-0.75), -(3 << 29), 0));
static_assert(is(quantize_multiplier(1.0 - 0x1p-40), 1 << 30, 1));  // rounds up to the next power of two
static_assert(is(quantize_multiplier(0x1p-32), 1 << 30, -31));
static_assert(is(quantize_multiplier(0x1p-33), 0, 0));
static_assert(is(quantize_multiplier(0.5 + 0x1p-32), (1 << 30) + 1, 0));  // a half goes up
static_assert(is(quantize_multiplier(-0.5 - 0x1p-32), -(1 << 30) - 1, 0));

static_assert(high_product(lowest, lowest) == highest);
static_assert(high_product(lowest, highest) == -highest);
static_assert(high_product(1, 1 << 30) == 1 && high_product(-1, 1 << 30) == 0);  // halves go up

static_assert(divide_by_power(5, 1) == 3 && divide_by_power(-5, 1) == -3);  // halves go away from zero
static_assert(divide_by_power(5, 2) == 1 && divide_by_power(-5, 2) == -1);
static_assert(divide_by_power(highest, 31) == 1 && divide_by_power(lowest, 31) == -1);
static_assert(divide_by_power(-7, 0) == -7);

static_assert(multiply(7, quantize_multiplier(1.0)) == 7 && multiply(-7, quantize_multiplier(4.0)) == -28);
static_assert(multiply(lowest, quantize_multiplier(1.0)) == 0);  // shifted out, as in LiteRT
static_assert(multiply_wide(std::int64_t(1) << 40u, quantize_multiplier(0x1p-30)) == 1024);
static_assert(multiply_wide(-3, quantize_multiplier(0.5)) == -1);  // halves go up
static_assert(multiply_wide(3, quantize_multiplier(0.5)) == 2);

static_assert(rounded(2.5) == 3 && rounded(-2.5) == -3 && rounded(0.49999999999999994) == 0);
static_assert(rounded(1e10) == highest && rounded(-1e10) == lowest && rounded(2147483646.5) == highest);
static_assert(rounded(std::numeric_limits<double>::quiet_NaN()) == 0);
static_assert(rounded(std::numeric_limits<double>::infinity()) == highest);

TEST_SUITE_BEGIN("kernel/fixed_point");

TEST_CASE("a multiplier is the nearest there is, and a product lies within one of the real one") {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-20, 0);
  std::uniform_int_distribution<std::int32_t> value(-(1 << 30), 1 << 30);
  int wrong = 0;
  for (int i = 0; i < 100000; ++i) {
    const double real = std::exp2(exponent(random));
    const fixed_multiplier by = quantize_multiplier(real);
    const double back = std::ldexp(static_cast<double>(by.multiplier), by.shift - 31);
    if (!(std::fabs(back - real) <= std::ldexp(real, -31))) ++wrong;
    const std::int32_t x = value(random);
    const double exact = static_cast<double>(x) * back;
    if (!(std::fabs(static_cast<double>(multiply(x, by)) - exact) <= 1.0)) ++wrong;
    const std::int64_t reduced = (static_cast<std::int64_t>(by.multiplier) + (1 << 15)) >> 16;
    const double narrow = static_cast<double>(reduced) * std::ldexp(1.0, by.shift - 15);
    if (by.multiplier < 0x7fff0000 && !(std::fabs(multiply_wide(x, by) - static_cast<double>(x) * narrow) <= 0.5)) {
      ++wrong;
    }
    if (rounded(exact) != static_cast<std::int32_t>(std::round(exact))) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("an activation bounds the integers of an output") {
  const float scale[] = {0.5f};
  const std::int32_t zero[] = {10};
  const aeq::operand y{aeq::element_type::int8, false, {}, {}, scale, zero, 0, 0};
  using aeq::fused_activation;
  const auto range = [&](fused_activation activation) {
    const integer_range r = integer_range_of(y, activation);
    return std::pair(r.lowest, r.highest);
  };
  CHECK(range(fused_activation::none) == std::pair(-128, 127));
  CHECK(range(fused_activation::relu) == std::pair(10, 127));
  CHECK(range(fused_activation::relu6) == std::pair(10, 22));
  CHECK(range(fused_activation::relu_n1_to_1) == std::pair(8, 12));
  const float tiny[] = {1e-30f};  // the bounds lie far outside of the type
  const aeq::operand fine{aeq::element_type::int8, false, {}, {}, tiny, zero, 0, 0};
  CHECK(integer_range_of(fine, fused_activation::relu6).highest == 127);
}

TEST_SUITE_END();

}  // namespace
