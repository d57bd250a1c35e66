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
using aeq_test::value;
using code = aeq::op::code;

TEST_SUITE_BEGIN("kernel/conv_3d");

TEST_CASE("windows in three dimensions agree with the definition, at any number of threads") {
  aeq_test::generator random(31);
  aeq::execute::thread_pool pool(3);
  for (const window_padding padding : {window_padding::same, window_padding::valid}) {
    for (const bool is_dilated : {false, true}) {
      operation_options o;
      o.padding = padding;
      o.stride_depth = is_dilated ? 1 : 2;
      o.stride_width = is_dilated ? 1 : 3;
      o.dilation_depth = is_dilated ? 2 : 1;
      o.dilation_height = is_dilated ? 3 : 1;
      const value x = random.floats({2, 5, 7, 8, 3}), w = random.floats({2, 3, 2, 3, 4}), bias = random.floats({4});
      const value y = compute(code::conv_3d, {x, w, bias}, o)[0];
      REQUIRE(y.shape.size() == 5);
      const int strides[3] = {o.stride_depth, o.stride_height, o.stride_width};
      const int dilations[3] = {o.dilation_depth, o.dilation_height, o.dilation_width};
      int before[3];
      for (std::size_t i = 0; i < 3; ++i) {
        const int reach = (w.shape[i] - 1) * dilations[i] + 1, size = x.shape[i + 1];
        const bool is_same = padding == window_padding::same;
        REQUIRE(y.shape[i + 1] == (is_same ? (size + strides[i] - 1) / strides[i] : (size - reach) / strides[i] + 1));
        const int total = (y.shape[i + 1] - 1) * strides[i] + reach - size;
        before[i] = is_same && total > 0 ? total / 2 : 0;
      }
      const auto xs = x.floats(), ws = w.floats(), ys = y.floats(), bs = bias.floats();
      double worst = 0;
      std::size_t out = 0;
      for (int b = 0; b < y.shape[0]; ++b)
        for (int oz = 0; oz < y.shape[1]; ++oz)
          for (int oy = 0; oy < y.shape[2]; ++oy)
            for (int ox = 0; ox < y.shape[3]; ++ox)
              for (int n = 0; n < 4; ++n, ++out) {
                double sum = static_cast<double>(bs[static_cast<std::size_t>(n)]);
                for (int k = 0; k < 2 * 3 * 2 * 3; ++k) {
                  const int i = k % 3, kx = k / 3 % 2, ky = k / 6 % 3, kz = k / 18;
                  const int iz = oz * strides[0] - before[0] + kz * dilations[0];
                  const int iy = oy * strides[1] - before[1] + ky * dilations[1];
                  const int ix = ox * strides[2] - before[2] + kx * dilations[2];
                  if (iz < 0 || iy < 0 || ix < 0 || iz >= 5 || iy >= 7 || ix >= 8) continue;
                  sum += static_cast<double>(xs[static_cast<std::size_t>((((b * 5 + iz) * 7 + iy) * 8 + ix) * 3 + i)]) *
                         static_cast<double>(ws[static_cast<std::size_t>(k * 4 + n)]);
                }
                worst = std::fmax(worst, std::fabs(sum - static_cast<double>(ys[out])));
              }
      CHECK(worst < 1e-5);
      CHECK(compute(code::conv_3d, {x, w, bias}, o, {}, pool.share())[0].floats() == ys);
    }
  }
}

TEST_CASE("weights of another number of channels are refused") {
  CHECK_THROWS_WITH_AS((void)compute(code::conv_3d, {floats({1, 1, 1, 1, 2}, {1, 2}), floats({1, 1, 1, 1, 1}, {1})}),
                       doctest::Contains("shape"), std::runtime_error);
  operation_options o;
  o.stride_depth = 0;
  CHECK_THROWS_WITH_AS((void)compute(code::conv_3d, {floats({1, 1, 1, 1, 1}, {1}), floats({1, 1, 1, 1, 1}, {1})}, o),
                       doctest::Contains("options"), std::runtime_error);
}

TEST_SUITE_END();
