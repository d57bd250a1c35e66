// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/kernel/hybrid/quantized_input.hpp>

#include "support/compute.hpp"

namespace {

using namespace aeq::kernel;
using aeq_test::compute;
using aeq_test::floats;
using aeq_test::value;

TEST_SUITE_BEGIN("kernel/hybrid/quantized_input");

TEST_CASE("floats become integers within half a step of their scale") {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  int wrong = 0;
  for (int round = 0; round < 200; ++round) {
    std::array<float, 40> x{};
    std::array<std::int8_t, 40> q{};
    for (float& v : x)
      v = normal(random) * std::exp2(static_cast<float>(round % 40 - 20)) + (round % 3 == 0 ? 1.0f : 0);
    for (const bool asymmetric : {false, true}) {
      const input_scale s = asymmetric ? quantize_asymmetric(x.data(), x.size(), q.data())
                                       : quantize_symmetric(x.data(), x.size(), q.data());
      if (!asymmetric && s.zero_point != 0) ++wrong;
      for (std::size_t i = 0; i < x.size(); ++i) {
        // An asymmetric zero point is rounded, so that an end of the range may be half a step outside.
        const float slack = asymmetric ? 1.01f : 0.501f;
        if (!(std::fabs(static_cast<float>(q[i] - s.zero_point) * s.scale - x[i]) <= slack * s.scale)) ++wrong;
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("with a zero point too, floats are rounded before it is added") {
  // A step is 0.022125, the zero point 5. The third is just below 7.5 steps; 5 more, in floats, would be 12.5.
  const std::array<float, 3> x{-2.9350214f, 2.7068572f, 0.1659376f};
  std::array<std::int8_t, 3> q{};
  const input_scale s = quantize_asymmetric(x.data(), x.size(), q.data());
  CHECK(s.zero_point == 5);
  CHECK(q == std::array<std::int8_t, 3>{-128, 127, 12});
}

TEST_CASE("zeros, and numbers that are none, have integers too") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float special : {0.0f, -0.0f, infinity, -infinity, std::nanf("")}) {
    const std::array<float, 3> x{special, 0, special};
    std::array<std::int8_t, 3> q{1, 1, 1};
    (void)quantize_symmetric(x.data(), x.size(), q.data());
    (void)quantize_asymmetric(x.data(), x.size(), q.data());
    if (special == 0.0f) CHECK(q == std::array<std::int8_t, 3>{0, 0, 0});
  }
}

TEST_CASE("a weight in blocks has a scale per block") {
  std::vector<float> x(64), bias{1, -1};
  std::vector<std::int8_t> w(128);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) * 4 / 255;  // 0 to 252/255
  x[63] = 1;
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<std::int8_t>(i % 7);
  value weight = aeq_test::make(aeq::element_type::int8, {2, 64}, w);
  weight.block_elements = 32;
  weight.scale = {0.5f, 2, 0.25f, 1};
  const value y = compute(aeq::op::code::fully_connected, {floats({1, 64}, x), weight, floats({2}, bias)})[0];
  for (std::size_t n = 0; n < 2; ++n) {
    double expected = static_cast<double>(bias[n]);
    for (std::size_t k = 0; k < 64; ++k) {
      expected += static_cast<double>(x[k]) * w[n * 64 + k] * static_cast<double>(weight.scale[n * 2 + k / 32]);
    }
    CHECK(std::fabs(static_cast<double>(y.floats()[n]) - expected) < 1e-4 * std::fabs(expected));
  }
}

TEST_CASE("weights with zero points, and scales that do not fit, are refused") {
  value weight = aeq_test::make<std::int8_t>(aeq::element_type::int8, {2, 2}, {1, 2, 3, 4});
  const auto refused = [&] {
    CHECK_THROWS_WITH_AS((void)compute(aeq::op::code::fully_connected, {floats({1, 2}, {1, 2}), weight}),
                         doctest::Contains("scales"), std::runtime_error);
  };
  weight.scale = {1, 1, 1};
  refused();
  weight.scale = {1};
  weight.zero_point = {1};
  refused();
  weight.zero_point = {};
  CHECK(compute(aeq::op::code::fully_connected, {floats({1, 2}, {1, 1}), weight})[0].shape ==
        std::vector<std::int32_t>{1, 2});
  weight.block_elements = 3;
  refused();
}

TEST_SUITE_END();

}  // namespace
