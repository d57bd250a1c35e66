// SPDX-License-Identifier: Apache-2.0
// Sums of products by rows, and sums times a double in integers: against the plain formulas; and kernels' insides as
// constant expressions, which the compiler itself computes.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include <aeq/kernel/conv_2d.hpp>
#include <aeq/kernel/integer/dots.hpp>
#include <aeq/kernel/output_stage.hpp>
#include <aeq/kernel/real_product.hpp>

namespace {

namespace kernel = aeq::kernel;

/// A layer of 3 outputs from 5 inputs: sums, scaled and clamped, by the compiler.
consteval std::array<std::int32_t, 3> layer() {
  constexpr std::array<std::int8_t, 5> x{-128, 3, 7, 127, -1};
  constexpr std::array<std::int8_t, 15> w{1, -2, 3, -4, 5, 127, 127, 127, 127, 127, -7, 0, 9, 1, -128};
  constexpr std::array<float, 3> scales{0.5f, 0.001f, 0.02f};
  std::array<kernel::fixed_multiplier, 3> factors{};
  if (!kernel::prepare_factors(0.25f, scales, 0.125f, false, false, factors, {})) return {};
  kernel::output_stage stage;
  stage.step = 1;
  stage.fixed = factors.data();
  stage.zero_point = -3;
  stage.range = {-128, 127};
  std::array<std::uint32_t, 3> sums{};
  kernel::add_dots<3>(x.data(), w.data(), 5, 5, -2, 0, sums.data());
  std::array<std::int32_t, 3> y{};
  for (std::size_t n = 0; n < 3; ++n) y[n] = stage(static_cast<std::int32_t>(sums[n]), n);
  return y;
}
// Sums: -126 - 10 + 27 - 516 + 5 = -620; (-126 + 5 + 9 + 129 + 1) * 127 = 2286; 882 + 0 + 81 + 129 - 128 = 964.
static_assert(layer() == std::array<std::int32_t, 3>{-128, 2, 36});
static_assert(kernel::dot<std::uint32_t>("\1\2\3", "\4\5\6", 3, 1, 2) == 0 * 2 + 1 * 3 + 2 * 4);

// Rounding by fixed-point numbers, halves up and away from zero.
static_assert(kernel::multiply(5, kernel::quantize_multiplier(0.5)) == 3);
static_assert(kernel::multiply(-5, kernel::quantize_multiplier(0.5)) == -2);
static_assert(kernel::high_product(-1, 1 << 30) == 0 && kernel::high_product(-3, 1 << 30) == -1);
static_assert(kernel::divide_by_power(-5, 1) == -3 && kernel::divide_by_power(5, 1) == 3);
static_assert(kernel::divide_by_power(1 << 30, 31) == 1 && kernel::divide_by_power(7, 0) == 7);

// Sums times doubles: halves away from zero, where integers alone can't decide.
static_assert(kernel::rounded_real_product(5, 0.5) == 3 && kernel::rounded_real_product(-5, 0.5) == -3);
static_assert(kernel::rounded_real_product(2, 0.25) == 1 && kernel::rounded_real_product(-2, 0.25) == -1);

constexpr bool is_left_to_doubles(std::int32_t x, double factor) {
  std::int32_t ignored = 0;
  return !kernel::round_in_integers(x, factor, ignored);
}
static_assert(is_left_to_doubles(2, 0.25) && is_left_to_doubles(-2, 0.25) && is_left_to_doubles(1, 0.5));
static_assert(!is_left_to_doubles(3, 0.25) && !is_left_to_doubles(1, 0.1) && !is_left_to_doubles(0, 0.1));

// Windows.
constexpr kernel::window_axis axis() {
  kernel::window_axis result;
  return kernel::place_windows(aeq::window_padding::same, 5, 3, 2, 1, result) ? result : kernel::window_axis{};
}
static_assert(axis().outputs == 3 && axis().before == 1 && axis().inside(0).first == 1 && axis().inside(2).last == 2);

}  // namespace

TEST_SUITE_BEGIN("kernel/integer/dots");

TEST_CASE("Rows of sums are the sums of the formula, at any length and step") {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> byte(-128, 127);
  for (std::size_t n = 0; n < 40; ++n) {
    const std::size_t step = n + n % 3;
    std::vector<std::int8_t> x(n), w(4 * step + 4);
    for (auto& value : x) value = static_cast<std::int8_t>(byte(random));
    for (auto& value : w) value = static_cast<std::int8_t>(byte(random));
    const std::int32_t x_zero = byte(random), w_zero = n % 2 == 0 ? 0 : byte(random);
    std::array<std::uint32_t, 4> sums{1, 2, 3, 0xffffffffu};
    std::array<std::uint32_t, 4> wanted = sums;
    kernel::add_dots<4>(x.data(), w.data(), step, n, x_zero, w_zero, sums.data());
    for (std::size_t r = 0; r < 4; ++r) {
      for (std::size_t k = 0; k < n; ++k) {
        wanted[r] += static_cast<std::uint32_t>((x[k] - x_zero) * (w[r * step + k] - w_zero));
      }
    }
    CHECK(sums == wanted);
  }
}

TEST_CASE("A sum times a double is rounded in integers as in doubles, or left to them") {
  std::mt19937_64 random(2);
  std::size_t certain = 0, total = 0;
  const auto check = [&](std::int32_t x, double factor) {
    std::int32_t result = 0;
    ++total;
    if (!kernel::round_in_integers(x, factor, result)) return;
    ++certain;
    if (result != kernel::rounded(static_cast<double>(x) * factor)) {
      CAPTURE(x);
      CAPTURE(factor);
      CHECK(result == kernel::rounded(static_cast<double>(x) * factor));
    }
  };
  std::uniform_int_distribution<std::int32_t> sum(std::numeric_limits<std::int32_t>::min());
  std::uniform_real_distribution<double> exponent(-34, 0.5);
  for (int i = 0; i < 200000; ++i) {
    const double factor = __builtin_exp2(exponent(random));
    const std::int32_t x = sum(random) >> (random() % 31);
    check(x, factor);
    // Factors whose products lie at a half, or as near to it as doubles can.
    if (x == 0) continue;
    const double half = static_cast<double>(static_cast<std::int32_t>(random() % 65536)) + 0.5;
    const double near = half / static_cast<double>(x < 0 ? -static_cast<double>(x) : x);
    check(x, near);
    check(x, std::bit_cast<double>(std::bit_cast<std::uint64_t>(near) + 1));
    check(x, std::bit_cast<double>(std::bit_cast<std::uint64_t>(near) - 1));
  }
  for (const std::int32_t x :
       {0, 1, -1, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}) {
    for (const double factor :
         {0.0, 0x1p-1074, 0x1p-40, 0x1p-33, 0x1p-32, 0.25, 0x1.fffffffffffffp-2, 0.5, 1.0, 2147483647.0}) {
      check(x, factor);
    }
  }
  MESSAGE(certain << " of " << total << " decided in integers");
  CHECK(certain > total / 5);
}

TEST_SUITE_END();
