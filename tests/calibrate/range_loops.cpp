// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include <aeq/calibrate/range_loops.hpp>
#include <aeq/calibrate/range_loops_avx2.hpp>
#include <aeq/execute/thread_pool.hpp>

#include "support/golden.hpp"

namespace {

using aeq::calibrate::float_range;
using aeq::calibrate::range_of;

constexpr float infinity = std::numeric_limits<float>::infinity();
const float not_a_number = std::numeric_limits<float>::quiet_NaN();

float_range portable(const std::vector<float>& values) {
  return range_of(values.data(), values.size(), aeq::calibrate::portable_loops);
}

}  // namespace

TEST_SUITE("calibrate/range_loops") {
  TEST_CASE("what stands for infinity is left out, unless there is nothing else") {
    const auto check = [](const std::vector<float>& values, float lowest, float highest) {
      const float_range r = portable(values);
      CHECK(aeq_test::same_bits(r.lowest, lowest));
      CHECK(aeq_test::same_bits(r.highest, highest));
    };
    check({1, -2, 3}, -2, 3);
    check({1, not_a_number, infinity, -infinity, -2}, -2, 1);
    check({infinity, infinity}, infinity, infinity);
    check({infinity, -infinity}, -infinity, infinity);
    check({not_a_number, not_a_number}, not_a_number, not_a_number);
    check({not_a_number, infinity}, not_a_number, not_a_number);
    check({-3.4e38f, 1, 2}, 1, 2);
    check({-3e38f, 3e38f, 0.5f}, 0.5f, 0.5f);
    check({std::nextafter(3e38f, 0.0f), 1}, 1, std::nextafter(3e38f, 0.0f));
    check({-0.0f, -0.0f}, 0.0f, 0.0f);
    CHECK(portable({1, not_a_number, infinity, -infinity, not_a_number}).nans == 2);
    CHECK(portable({1, not_a_number, infinity, -infinity, not_a_number}).infinities == 2);
  }

  TEST_CASE("all variants give the same bits") {
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (const std::size_t count : {1u, 2u, 7u, 8u, 31u, 32u, 33u, 64u, 95u, 1000u, 4099u}) {
      for (int kind = 0; kind < 8; ++kind) {
        std::vector<float> values(count);
        for (float& v : values) v = normal(random) * (kind == 1 ? 1e-39f : 1.0f);
        const std::size_t at = random() % count;
        if (kind == 2) values[at] = not_a_number;
        if (kind == 3) values[at] = -infinity;
        if (kind == 4) values[at] = 3.3e38f;
        if (kind == 5) values.assign(count, -0.0f);
        if (kind == 6) values[at] = 100;
        if (kind == 7) values[at] = -100;
        CAPTURE(count);
        CAPTURE(kind);
        const float_range a = portable(values);
        const float_range b = range_of(values.data(), count, aeq::calibrate::best_loops());
        CHECK(aeq_test::same_bits(a.lowest, b.lowest));
        CHECK(aeq_test::same_bits(a.highest, b.highest));
        CHECK(a.nans == b.nans);
        CHECK(a.infinities == b.infinities);
        if (kind == 6) CHECK(a.highest == 100);
        if (kind == 7) CHECK(a.lowest == -100);
      }
    }
  }

  TEST_CASE("threads give the same bits") {
    std::mt19937 random(8);
    std::normal_distribution<float> normal;
    aeq::execute::thread_pool pool(3);
    std::vector<float> values(400001);
    for (float& v : values) v = normal(random);
    for (const std::size_t count : {std::size_t(1), std::size_t(70000), values.size()}) {
      for (const std::size_t at : {std::size_t(0), count / 2, count - 1}) {
        for (const float odd : {100.0f, -100.0f, -infinity, 3.3e38f, not_a_number}) {
          const float before = std::exchange(values[at], odd);
          const float_range a = portable(std::vector<float>(values.begin(), values.begin() + std::ptrdiff_t(count)));
          const float_range b = range_of(values.data(), count, aeq::calibrate::best_loops(), pool.share());
          CHECK(aeq_test::same_bits(a.lowest, b.lowest));
          CHECK(aeq_test::same_bits(a.highest, b.highest));
          CHECK(a.nans == b.nans);
          CHECK(a.infinities == b.infinities);
          values[at] = before;
        }
      }
    }
  }
}
