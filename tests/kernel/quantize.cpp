// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/kernel/quantize.hpp>
#include <aeq/scheme/fit.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

namespace {

using aeq::asymmetric;
using aeq::format_descriptor;
using aeq::integer;
using aeq::symmetric;
using aeq::tensorwise;
using aeq::unsigned_integer;

constexpr format_descriptor int8_symmetric = integer<8, symmetric, tensorwise>::descriptor;
constexpr format_descriptor int8_asymmetric = integer<8, asymmetric, tensorwise>::descriptor;
constexpr format_descriptor int4_symmetric = integer<4, symmetric, tensorwise>::descriptor;
constexpr format_descriptor int32_symmetric = integer<32, symmetric, tensorwise>::descriptor;

constexpr std::array formats{
    integer<2, symmetric, tensorwise>::descriptor,          integer<2, asymmetric, tensorwise>::descriptor,
    integer<4, symmetric, tensorwise>::descriptor,          integer<4, asymmetric, tensorwise>::descriptor,
    integer<8, symmetric, tensorwise>::descriptor,          integer<8, asymmetric, tensorwise>::descriptor,
    integer<16, symmetric, tensorwise>::descriptor,         integer<16, asymmetric, tensorwise>::descriptor,
    unsigned_integer<8, asymmetric, tensorwise>::descriptor};

constexpr std::int32_t quantized(float value, float scale, float zero_point, const format_descriptor& format) {
  return aeq::quantize_value(value, scale, zero_point, aeq::quantized_limits<float>(format));
}

static_assert(quantized(2.5f, 1, 0, int8_symmetric) == 2);       // halves to even
static_assert(quantized(2.5f, 1, 3, int8_asymmetric) == 6);      // the zero point is added before rounding
static_assert(quantized(-1000, 1, 0, int8_symmetric) == -127);   // narrow
static_assert(quantized(-1000, 1, 0, int8_asymmetric) == -128);  // full
static_assert(quantized(-1000, 1, 0, int4_symmetric) == -8);     // not narrow below 8 bits
static_assert(quantized(1, 0, 0, int4_symmetric) == 7);          // x / 0 saturates
static_assert(quantized(-1, 0, 0, int4_symmetric) == -8);
static_assert(quantized(0, 0, 0, int4_symmetric) == 0);  // 0 / 0 is 0
static_assert(quantized(1e20f, 1, 0, int32_symmetric) == std::numeric_limits<std::int32_t>::max());
static_assert(aeq::dequantize_value<double>(127, 0.5, -128) == 127.5);
static_assert(aeq::dequantize_value<float>(-128, 0.5f, 127) == -127.5f);

static_assert([] {
  constexpr std::array<float, 4> values{-1.0f, 0.25f, 0.75f, 9.0f};
  std::array<std::int8_t, 4> result{};
  aeq::quantize_run<float, std::int8_t>(values, {0.5f, 1}, int8_asymmetric, result);
  return result == std::array<std::int8_t, 4>{-1, 2, 2, 19};
}());

/// Ranges of all sizes.
template <class T>
aeq::range<T> random_range(std::mt19937_64& random) {
  std::uniform_real_distribution<T> exponent(-6, 6);
  std::normal_distribution<T> normal;
  const T size = std::pow(T(10), exponent(random));
  const T a = normal(random) * size;
  const T b = normal(random) * size;
  return {std::min(a, b), std::max(a, b)};
}

TEST_SUITE_BEGIN("kernel/quantize");

TEST_CASE_TEMPLATE("quantize_value is monotone and stays inside the format", T, float, double) {
  std::mt19937_64 random(2);
  int wrong = 0;
  for (const format_descriptor& format : formats) {
    const aeq::quantized_limits<T> limits(format);
    for (int round = 0; round < 200; ++round) {
      const auto range = random_range<T>(random);
      const auto fitted = aeq::min_max_fit::fit(range, format);
      std::uniform_real_distribution<T> value(2 * std::min(range.lowest, T(0)) - 1,
                                              2 * std::max(range.highest, T(0)) + 1);
      std::vector<T> values(50);
      for (T& x : values) x = value(random);
      std::sort(values.begin(), values.end());
      std::int32_t last = std::numeric_limits<std::int32_t>::min();
      for (const T x : values) {
        const std::int32_t q = aeq::quantize_value(x, fitted.scale, static_cast<T>(fitted.zero_point), limits);
        if (q < last || q < format.lowest_quantized() || q > format.highest()) ++wrong;
        last = q;
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("inside the range a value comes back within half a step", T, float, double) {
  std::mt19937_64 random(3);
  int wrong = 0;
  for (const format_descriptor& format : formats) {
    const aeq::quantized_limits<T> limits(format);
    // The quotient, the sum with the zero point and the scale are each rounded to T.
    const double slack = 8 * static_cast<double>(format.highest() - format.lowest()) *
                         static_cast<double>(std::numeric_limits<T>::epsilon());
    for (int round = 0; round < 200; ++round) {
      auto range = random_range<T>(random);
      const auto fitted = aeq::min_max_fit::fit(range, format);
      const double scale = static_cast<double>(fitted.scale);
      std::uniform_real_distribution<T> inside(range.lowest, range.highest);
      for (int i = 0; i < 52; ++i) {
        const T x = i == 0 ? range.lowest : i == 1 ? range.highest : inside(random);
        const std::int32_t q = aeq::quantize_value(x, fitted.scale, static_cast<T>(fitted.zero_point), limits);
        const double back = aeq::dequantize_value(q, scale, fitted.zero_point);
        if (!(std::fabs(back - static_cast<double>(x)) <= scale * (0.5 + slack))) ++wrong;
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("every integer of a format comes back from its own value") {
  std::mt19937_64 random(4);
  int wrong = 0;
  for (const format_descriptor& format : formats) {
    const auto fitted = aeq::min_max_fit::fit(random_range<double>(random), format);
    const aeq::quantized_limits<double> limits(format);
    for (std::int64_t q = format.lowest_quantized(); q <= format.highest(); ++q) {
      const double x = aeq::dequantize_value(q, fitted.scale, fitted.zero_point);
      if (aeq::quantize_value(x, fitted.scale, static_cast<double>(fitted.zero_point), limits) != q) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("infinities saturate and NaN becomes 0 in every format") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const format_descriptor& format : formats) {
    CHECK(quantized(infinity, 1, 0, format) == format.highest());
    CHECK(quantized(-infinity, 1, 0, format) == format.lowest_quantized());
    CHECK(quantized(infinity, infinity, 0, format) == 0);
    CHECK(quantized(std::numeric_limits<float>::quiet_NaN(), 1, 5, format) == 0);
    CHECK(quantized(1, std::numeric_limits<float>::quiet_NaN(), 0, format) == 0);
  }
}

TEST_CASE("a 32-bit value saturates at both ends instead of wrapping") {
  CHECK(quantized(3e9f, 1, 0, int32_symmetric) == 2147483647);
  CHECK(quantized(-3e9f, 1, 0, int32_symmetric) <= -2147483647);
  const aeq::quantized_limits<double> limits(int32_symmetric);
  CHECK(aeq::quantize_value(3e9, 1.0, 0.0, limits) == 2147483647);
  CHECK(aeq::quantize_value(-3e9, 1.0, 0.0, limits) == -2147483647);
}

TEST_CASE("a run has the integers of its values") {
  std::mt19937_64 random(5);
  std::normal_distribution<float> normal;
  for (const std::size_t size : {0u, 1u, 7u, 64u, 1000u}) {
    std::vector<float> values(size);
    for (float& x : values) x = normal(random);
    std::vector<std::int16_t> result(size, 99);
    aeq::quantize_run<float, std::int16_t>(values, {0.01f, -3}, int8_asymmetric, result);
    for (std::size_t i = 0; i < size; ++i) CHECK(result[i] == quantized(values[i], 0.01f, -3, int8_asymmetric));
  }
}

TEST_SUITE_END();

}  // namespace
