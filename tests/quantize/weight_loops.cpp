// SPDX-License-Identifier: Apache-2.0
// Every variant of the hot loops gives the bits of the scalar kernel.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <aeq/kernel/quantize.hpp>
#include <aeq/quantize/weight_loops.hpp>
#include <aeq/quantize/weight_loops_avx2.hpp>
#include <aeq/scheme/builtin.hpp>

namespace {

using aeq::quantize::weight_loops;

std::vector<const weight_loops*> variants() {
  std::vector<const weight_loops*> all{&aeq::quantize::portable_loops};
  if (&aeq::quantize::best_loops() != all.front()) all.push_back(&aeq::quantize::best_loops());
  return all;
}

/// Floats of all sizes, exact halves of steps, and the odd ones out.
std::vector<float> awkward_values(std::size_t count, float scale, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    switch (random() % 8) {
      case 0: values[i] = (static_cast<float>(random() % 300) - 150.0f + 0.5f) * scale; break;
      case 1: values[i] = std::bit_cast<float>(static_cast<std::uint32_t>(random())); break;
      case 2: values[i] = static_cast<float>(random() % 3) - 1.0f; break;
      case 3: values[i] = std::numeric_limits<float>::denorm_min() * static_cast<float>(random() % 5); break;
      default:
        values[i] = std::ldexp(static_cast<float>(random()) / 4294967296.0f - 0.5f, static_cast<int>(random() % 9));
    }
  }
  return values;
}

}  // namespace

TEST_SUITE("quantize/weight_loops") {
  TEST_CASE("quantizing a run gives the scalar kernel's integers in every variant") {
    const aeq::format_descriptor formats[] = {aeq::integer<8, aeq::symmetric, aeq::channelwise>::descriptor,
                                              aeq::integer<8, aeq::asymmetric, aeq::channelwise>::descriptor,
                                              aeq::integer<4, aeq::symmetric, aeq::channelwise>::descriptor,
                                              aeq::integer<4, aeq::asymmetric, aeq::channelwise>::descriptor,
                                              aeq::integer<2, aeq::symmetric, aeq::channelwise>::descriptor};
    for (const weight_loops* loops : variants()) {
      CAPTURE(loops->name);
      for (const aeq::format_descriptor& format : formats) {
        const aeq::quantized_limits<float> limits(format);
        for (const float scale : {1.0f, 0.0078125f, 0.3333333f, 1e-38f, 0.0f}) {
          const float zero_point = format.is_symmetric() ? 0.0f : -3.0f;
          const std::vector<float> values = awkward_values(1000 + format.bits, scale, format.bits);
          std::vector<std::int8_t> result(values.size());
          loops->quantize_run(values.data(), values.size(), scale, zero_point, limits.lowest, limits.highest,
                              result.data());
          std::size_t wrong = 0;
          for (std::size_t i = 0; i < values.size(); ++i) {
            wrong += result[i] != aeq::quantize_value(values[i], scale, zero_point, limits) ? 1u : 0u;
          }
          CHECK(wrong == 0);
        }
      }
    }
  }

  TEST_CASE("quantizing columns gives the scalar kernel's integers in every variant") {
    const aeq::quantized_limits<float> limits(aeq::integer<8, aeq::asymmetric, aeq::channelwise>::descriptor);
    const std::vector<float> values = awkward_values(517, 0.01f, 9);
    std::vector<float> scales(values.size());
    std::vector<float> zero_points(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      scales[i] = 0.001f * static_cast<float>(i + 1);
      zero_points[i] = static_cast<float>(i % 200) - 100.0f;
    }
    for (const weight_loops* loops : variants()) {
      CAPTURE(loops->name);
      std::vector<std::int8_t> result(values.size());
      loops->quantize_columns(values.data(), values.size(), scales.data(), zero_points.data(), limits.lowest,
                              limits.highest, result.data());
      for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(result[i] == aeq::quantize_value(values[i], scales[i], zero_points[i], limits));
      }
    }
  }

  TEST_CASE("ranges are those of a plain loop, and notice what is not finite") {
    std::mt19937 random(4);
    for (const weight_loops* loops : variants()) {
      CAPTURE(loops->name);
      for (std::size_t count : {1u, 7u, 31u, 32u, 33u, 64u, 1000u}) {
        std::vector<float> values(count);
        for (float& v : values) v = static_cast<float>(random() % 2001) - 1000.0f;
        const aeq::quantize::run_range r = loops->range(values.data(), count);
        CHECK(r.lowest == *std::min_element(values.begin(), values.end()));
        CHECK(r.highest == *std::max_element(values.begin(), values.end()));
        CHECK(r.finite());
        for (const float odd : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                                -std::numeric_limits<float>::infinity()}) {
          std::vector<float> spoilt = values;
          spoilt[random() % count] = odd;
          CHECK_FALSE(loops->range(spoilt.data(), count).finite());
        }
      }
    }
  }

  TEST_CASE("float16 casts are those of the scalar conversion in every variant") {
    const std::vector<float> values = awkward_values(4001, 1.0f, 12);
    for (const weight_loops* loops : variants()) {
      CAPTURE(loops->name);
      std::vector<std::uint16_t> result(values.size());
      loops->to_float16(values.data(), values.size(), result.data());
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < values.size(); ++i) wrong += result[i] != aeq::float16_bits(values[i]) ? 1u : 0u;
      CHECK(wrong == 0);
    }
  }
}
