// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/thread_pool.hpp>

#include "support/compute.hpp"
#include "support/random_values.hpp"

using aeq::operation_options;
using aeq_test::compute;
using aeq_test::floats;
using aeq_test::value;
using code = aeq::op::code;

TEST_SUITE_BEGIN("kernel/fully_connected");

TEST_CASE("rows times rows, by hand") {
  const value x = floats({2, 1, 3}, {1, 2, 3, -1, 0, 1});
  const value w = floats({2, 3}, {1, 1, 1, 0, 2, -1});
  const value y = compute(code::fully_connected, {x, w, floats({2}, {0.5f, 10})})[0];
  CHECK(y.shape == std::vector<std::int32_t>{2, 2});
  CHECK(y.floats() == std::vector<float>{6.5f, 11, 0.5f, 9});
  operation_options o;
  o.keep_num_dims = true;
  o.activation = aeq::fused_activation::relu_n1_to_1;
  const value kept = compute(code::fully_connected, {x, w}, o)[0];
  CHECK(kept.shape == std::vector<std::int32_t>{2, 1, 2});
  CHECK(kept.floats() == std::vector<float>{1, 1, 0, -1});
}

TEST_CASE("what is not a number stays so, as in LiteRT's reference kernel") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  operation_options o;
  o.activation = aeq::fused_activation::relu6;
  for (const int rows : {1, 40}) {
    const value x = floats({rows, 1}, std::vector<float>(static_cast<std::size_t>(rows), nan));
    for (const float y : compute(code::fully_connected, {x, floats({2, 1}, {1, 2})}, o)[0].floats()) {
      CHECK(std::isnan(y));
    }
  }
}

TEST_CASE("products of many sizes agree with the definition, at any number of threads") {
  aeq_test::generator random(11);
  aeq::execute::thread_pool pool(3);
  for (const int rows : {0, 1, 2, 7, 8, 9, 17, 100}) {
    for (const int depth : {1, 5, 16, 33, 513, 1200}) {
      for (const int channels : {0, 1, 4, 15, 32, 70, 200}) {
        if (rows * depth * channels > 10000000) continue;
        CAPTURE(rows);
        CAPTURE(depth);
        CAPTURE(channels);
        const value x = random.floats({rows, depth}), w = random.floats({channels, depth});
        const value bias = random.floats({channels});
        const std::vector<float> y = compute(code::fully_connected, {x, w, bias})[0].floats();
        REQUIRE(y.size() == static_cast<std::size_t>(rows * channels));
        const auto xs = x.floats(), ws = w.floats(), bs = bias.floats();
        const auto d = static_cast<std::size_t>(depth), n = static_cast<std::size_t>(channels);
        double worst = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
          double sum = static_cast<double>(bs[i % n]), magnitude = std::fabs(sum) + 1e-30;
          for (std::size_t k = 0; k < d; ++k) {
            const double term = static_cast<double>(xs[i / n * d + k]) * static_cast<double>(ws[i % n * d + k]);
            sum += term;
            magnitude += std::fabs(term);
          }
          worst = std::fmax(worst, std::fabs(sum - static_cast<double>(y[i])) / magnitude);
          if (std::isnan(y[i])) worst = 1;
        }
        CHECK(worst < 1e-6);
        CHECK(compute(code::fully_connected, {x, w, bias}, {}, {}, pool.share())[0].floats() == y);
      }
    }
  }
}

TEST_CASE("factors that do not go together are refused") {
  const auto refused = [](const value& x, const value& w, const value& bias, const char* why) {
    CHECK_THROWS_WITH_AS((void)compute(code::fully_connected, {x, w, bias}), doctest::Contains(why),
                         std::runtime_error);
  };
  const value x = floats({2, 3}, std::vector<float>(6));
  refused(x, floats({2, 4}, std::vector<float>(8)), {}, "shape");
  refused(x, floats({2, 0}, {}), {}, "shape");
  refused(x, floats({6}, std::vector<float>(6)), {}, "shape");
  refused(x, floats({2, 3}, std::vector<float>(6)), floats({3}, {1, 2, 3}), "shape");
  refused(x, floats({2, 3}, std::vector<float>(3)), {}, "shape");
  refused(aeq_test::ints({2, 3}, std::vector<std::int32_t>(6)), floats({2, 3}, std::vector<float>(6)), {}, "type");
}

TEST_SUITE_END();
