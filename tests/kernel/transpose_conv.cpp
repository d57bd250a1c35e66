// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/thread_pool.hpp>

#include "support/compute.hpp"
#include "support/random_values.hpp"

using aeq::operation_options;
using aeq::window_padding;
using aeq_test::compute;
using aeq_test::floats;
using aeq_test::ints;
using aeq_test::value;
using code = aeq::op::code;

TEST_SUITE_BEGIN("kernel/transpose_conv");

TEST_CASE("pixels spread over the filter, and overlap") {
  operation_options o;
  o.padding = window_padding::valid;
  const value y = compute(
      code::transpose_conv,
      {ints({4}, {1, 1, 4, 1}), floats({1, 1, 3, 1}, {1, 10, 100}), floats({1, 1, 2, 1}, {1, 2}), floats({1}, {0.5f})},
      o)[0];
  CHECK(y.floats() == std::vector<float>{1.5f, 12.5f, 120.5f, 200.5f});
  o.padding = window_padding::same;  // the first tap of the first pixel falls into the padding
  o.stride_width = 2;
  const value twice =
      compute(code::transpose_conv,
              {ints({4}, {1, 1, 3, 1}), floats({1, 1, 3, 1}, {1, 10, 100}), floats({1, 1, 2, 1}, {1, 2})}, o)[0];
  CHECK(twice.floats() == std::vector<float>{10, 102, 20});
}

TEST_CASE("it is a convolution turned round: both have the same sum of products") {
  // For any z: sum of transpose_conv(x) * z = sum of x * conv(z), with the weight's channels exchanged.
  aeq_test::generator random(3);
  aeq::execute::thread_pool pool(3);
  struct geometry {
    std::vector<std::int32_t> y, w;
    int stride;
  };
  for (const geometry& g : {geometry{{2, 7, 9, 3}, {3, 3, 3, 4}, 2}, geometry{{1, 8, 8, 5}, {5, 2, 2, 2}, 2},
                            geometry{{1, 5, 6, 1}, {1, 4, 3, 6}, 1}, geometry{{1, 9, 4, 2}, {2, 1, 2, 3}, 3}}) {
    for (const window_padding padding : {window_padding::same, window_padding::valid}) {
      operation_options o;
      o.padding = padding;
      o.stride_height = o.stride_width = g.stride;
      const value w = random.floats(g.w);
      value exchanged = w;  // [N, KH, KW, I] -> [I, KH, KW, N]
      exchanged.shape = {g.w[3], g.w[1], g.w[2], g.w[0]};
      std::vector<float> moved(exchanged.floats().size());
      for (int n = 0; n < g.w[0]; ++n)
        for (int k = 0; k < g.w[1] * g.w[2]; ++k)
          for (int i = 0; i < g.w[3]; ++i) {
            moved[static_cast<std::size_t>((i * g.w[1] * g.w[2] + k) * g.w[0] + n)] =
                w.floats()[static_cast<std::size_t>((n * g.w[1] * g.w[2] + k) * g.w[3] + i)];
          }
      exchanged = floats(exchanged.shape, moved);
      const value z = random.floats(g.y);
      const value convolved = compute(code::conv_2d, {z, exchanged}, o)[0];
      const value x = random.floats(convolved.shape);
      const value y = compute(code::transpose_conv, {ints({4}, g.y), w, x}, o)[0];
      CHECK(y.shape == g.y);
      const auto product = [](const std::vector<float>& a, const std::vector<float>& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
        return sum;
      };
      CHECK(product(y.floats(), z.floats()) == doctest::Approx(product(x.floats(), convolved.floats())).epsilon(1e-5));
      CHECK(compute(code::transpose_conv, {ints({4}, g.y), w, x}, o, {}, pool.share())[0].floats() == y.floats());
    }
  }
}

TEST_CASE("shapes that no convolution leads from are refused") {
  const value w = floats({1, 1, 3, 1}, {1, 2, 3});
  const value x = floats({1, 1, 2, 1}, {1, 2});
  const auto refused = [&](const std::vector<std::int32_t>& y, const char* why) {
    CHECK_THROWS_WITH_AS((void)compute(code::transpose_conv, {ints({4}, y), w, x}), doctest::Contains(why),
                         std::runtime_error);
  };
  refused({1, 1, 3, 1}, "shape");  // a stride of 1 keeps the size
  refused({2, 1, 2, 1}, "shape");
  refused({1, 1, 2, 4}, "shape");
  refused({1, -1, 2, 1}, "data");
  CHECK_THROWS_AS((void)compute(code::transpose_conv, {ints({3}, {1, 1, 2}), w, x}), std::runtime_error);
}

TEST_SUITE_END();
