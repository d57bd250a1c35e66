// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/kernel/quantize.hpp>
#include <aeq/scheme/concepts.hpp>
#include <aeq/scheme/fit.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace {

using namespace aeq;

static_assert(range_fit<min_max_fit> && range_fit<power_of_two_fit>);
struct fits_float_only {
  static scale_zero_point<float> fit(range<float>, const format_descriptor&);
};
struct fits_to_a_number {
  static float fit(range<float>, const format_descriptor&);
  static double fit(range<double>, const format_descriptor&);
};
struct fits_per_object {
  template <class T>
  scale_zero_point<T> fit(range<T>, const format_descriptor&) const;
};
static_assert(!range_fit<int> && !range_fit<fits_float_only> && !range_fit<fits_to_a_number> &&
              !range_fit<fits_per_object>);

template <class T>
constexpr scale_zero_point<T> min_max(T lowest, T highest, const format_descriptor& format) {
  return min_max_fit::fit(range<T>{lowest, highest}, format);
}

constexpr format_descriptor int8_symmetric = integer<8, symmetric, tensorwise>::descriptor;
constexpr format_descriptor int8_asymmetric = integer<8, asymmetric, tensorwise>::descriptor;

static_assert(min_max(-1.0f, 2.0f, int8_symmetric) == scale_zero_point<float>{2.0f / 127, 0});
static_assert(min_max(-1.0, 2.0, int8_asymmetric) == scale_zero_point<double>{3.0 / 255, -43});
static_assert(min_max(0.0f, 0.0f, int8_symmetric).scale == 1e-9f / 127);  // never a scale of 0
static_assert(min_max(-3.0f, -1.0f, int8_asymmetric).zero_point == 127);
static_assert(min_max(1.0f, 3.0f, int8_asymmetric).zero_point == -128);
static_assert(power_of_two_fit::fit(range<float>{-1, 1}, int8_symmetric).scale == 0x1p-6f);
static_assert(power_of_two_fit::fit(range<float>{-127, 1}, int8_symmetric).scale == 1);  // exactly one already

static_assert(blockwise_scale(1.0f) == 1.0f && blockwise_scale(0x1.01p0f) == 1.0f && blockwise_scale(0x1p-25) == 0);
static_assert(blockwise_scale(65280.0f) == 65280.0f);
static_assert(blockwise_scale(65408.0) == std::numeric_limits<double>::infinity());

constexpr std::array asymmetric_formats{
    integer<2, asymmetric, tensorwise>::descriptor, integer<4, asymmetric, tensorwise>::descriptor,
    integer<8, asymmetric, tensorwise>::descriptor, integer<16, asymmetric, tensorwise>::descriptor,
    unsigned_integer<8, asymmetric, tensorwise>::descriptor};
constexpr std::array symmetric_formats{
    integer<2, symmetric, channelwise>::descriptor, integer<4, symmetric, channelwise>::descriptor,
    integer<8, symmetric, channelwise>::descriptor, integer<16, symmetric, channelwise>::descriptor};

template <class T>
range<T> random_range(std::mt19937_64& random) {
  std::uniform_real_distribution<T> exponent(-30, 30);
  std::normal_distribution<T> normal;
  const T size = std::pow(T(10), exponent(random));
  const T a = normal(random) * size;
  const T b = normal(random) * size;
  return {std::min(a, b), std::max(a, b)};
}

TEST_SUITE_BEGIN("scheme/fit");

TEST_CASE_TEMPLATE("an asymmetric range always contains zero", T, float, double) {
  std::mt19937_64 random(7);
  int wrong = 0;
  for (const format_descriptor& format : asymmetric_formats) {
    const quantized_limits<T> limits(format);
    for (int round = 0; round < 5000; ++round) {
      for (const bool powers : {false, true}) {
        const range<T> values = random_range<T>(random);
        const auto fitted = powers ? power_of_two_fit::fit(values, format) : min_max_fit::fit(values, format);
        if (fitted.zero_point < format.lowest() || fitted.zero_point > format.highest()) ++wrong;
        const T zero = static_cast<T>(fitted.zero_point);
        if (quantize_value(T(0), fitted.scale, zero, limits) != fitted.zero_point) ++wrong;
        if (dequantize_value(fitted.zero_point, fitted.scale, fitted.zero_point) != T(0)) ++wrong;
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("a symmetric fit has zero point 0 and the bound at the highest integer", T, float, double) {
  std::mt19937_64 random(8);
  int wrong = 0;
  for (const format_descriptor& format : symmetric_formats) {
    const quantized_limits<T> limits(format);
    for (int round = 0; round < 5000; ++round) {
      const range<T> values = random_range<T>(random);
      const auto fitted = min_max_fit::fit(values, format);
      const T bound = std::max(std::fabs(values.lowest), std::fabs(values.highest));
      if (fitted.zero_point != 0) ++wrong;
      if (bound >= T(1e-9) && quantize_value(bound, fitted.scale, T(0), limits) != format.highest()) ++wrong;
      if (bound >= T(1e-9) && quantize_value(-bound, fitted.scale, T(0), limits) != -format.highest()) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("power_of_two_fit gives powers of two, never below min_max_fit's scale and less than twice it", T,
                   float, double) {
  std::mt19937_64 random(9);
  int wrong = 0;
  const auto check = [&](const format_descriptor& format) {
    for (int round = 0; round < 5000; ++round) {
      const range<T> values = random_range<T>(random);
      const auto plain = min_max_fit::fit(values, format);
      const auto fitted = power_of_two_fit::fit(values, format);
      int exponent = 0;
      if (std::frexp(fitted.scale, &exponent) != T(0.5)) ++wrong;
      if (fitted.scale < plain.scale || fitted.scale >= 2 * plain.scale) ++wrong;
      if (format.is_symmetric() && fitted.zero_point != 0) ++wrong;
    }
  };
  for (const format_descriptor& format : asymmetric_formats) check(format);
  for (const format_descriptor& format : symmetric_formats) check(format);
  CHECK(wrong == 0);
}

TEST_CASE("a blockwise scale is what its float16 in the file says") {
  std::mt19937_64 random(10);
  constexpr format_descriptor blocks = integer<4, symmetric, blockwise<32>>::descriptor;
  int wrong = 0;
  for (int round = 0; round < 20000; ++round) {
    const range<float> values = random_range<float>(random);
    for (const bool powers : {false, true}) {
      const float scale = powers ? power_of_two_fit::fit(values, blocks).scale : min_max_fit::fit(values, blocks).scale;
      if (blockwise_scale(scale) != scale) ++wrong;
      if (float_from_float16(float16_bits(scale)) != scale) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("signed and unsigned bytes of one range differ by 128 in the zero point only") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 1000; ++round) {
    const range<float> values = random_range<float>(random);
    const auto with_sign = min_max_fit::fit(values, int8_asymmetric);
    const auto without = min_max_fit::fit(values, unsigned_integer<8, asymmetric, tensorwise>::descriptor);
    CHECK(with_sign.scale == without.scale);
    CHECK(with_sign.zero_point + 128 == without.zero_point);
  }
}

TEST_CASE("ranges that are no ranges give no undefined zero point") {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float largest = std::numeric_limits<float>::max();
  CHECK(min_max(-infinity, 2.0f, int8_asymmetric) == scale_zero_point<float>{infinity, 0});
  CHECK(min_max(0.0f, infinity, int8_asymmetric) == scale_zero_point<float>{infinity, -128});
  CHECK(min_max(-largest, largest, int8_asymmetric) == scale_zero_point<float>{infinity, -128});
  for (const auto& [lowest, highest] : {range<float>{nan, 1}, range<float>{-1, nan}, range<float>{nan, nan}}) {
    CHECK(std::isnan(min_max(lowest, highest, int8_symmetric).scale));
    CHECK(std::isnan(min_max(lowest, highest, int8_asymmetric).scale));
    CHECK(min_max(lowest, highest, int8_asymmetric).zero_point == 0);
    CHECK(std::isnan(power_of_two_fit::fit(range<float>{lowest, highest}, int8_asymmetric).scale));
  }
  CHECK(power_of_two_fit::fit(range<float>{-infinity, 1}, int8_asymmetric).scale == infinity);
  CHECK(power_of_two_fit::fit(range<float>{-largest, 0}, int8_symmetric).scale == 0x1p122f);
}

TEST_SUITE_END();

}  // namespace
