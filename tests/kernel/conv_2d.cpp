// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/thread_pool.hpp>

#include "support/compute.hpp"
#include "support/random_values.hpp"

using aeq::fused_activation;
using aeq::operation_options;
using aeq::window_padding;
using aeq_test::compute;
using aeq_test::floats;
using aeq_test::value;
using code = aeq::op::code;

namespace {

/// A sum, and the sum of its terms' magnitudes, which rounding errors are in proportion to.
struct exact {
  double sum = 0;
  double magnitude = 0;
};

/// Convolution in double, as the definition says it: every tap of every window, zeros around the image.
std::vector<exact> slow_conv(const value& x, const value& w, const value& bias, const operation_options& o,
                             bool is_depthwise, const std::vector<std::int32_t>& y) {
  const auto xs = x.floats(), ws = w.floats(), bs = bias.floats();
  const auto reach = [](int filter, int dilation) { return (filter - 1) * dilation + 1; };
  const auto before = [&](int inputs, int outputs, int stride, int r) {
    const int total = (outputs - 1) * stride + r - inputs;
    return o.padding == window_padding::same && total > 0 ? total / 2 : 0;
  };
  const int kh = w.shape[1], kw = w.shape[2], channels = x.shape[3];
  const int depth = is_depthwise ? 1 : w.shape[3];
  const int groups = channels / depth;
  const int top = before(x.shape[1], y[1], o.stride_height, reach(kh, o.dilation_height));
  const int left = before(x.shape[2], y[2], o.stride_width, reach(kw, o.dilation_width));
  std::vector<exact> result;
  for (int b = 0; b < y[0]; ++b)
    for (int oy = 0; oy < y[1]; ++oy)
      for (int ox = 0; ox < y[2]; ++ox)
        for (int n = 0; n < y[3]; ++n) {
          const double first = bs.empty() ? 0 : static_cast<double>(bs[static_cast<std::size_t>(n)]);
          exact total{first, std::fabs(first)};
          for (int ky = 0; ky < kh; ++ky)
            for (int kx = 0; kx < kw; ++kx)
              for (int i = 0; i < depth; ++i) {
                const int iy = oy * o.stride_height - top + ky * o.dilation_height;
                const int ix = ox * o.stride_width - left + kx * o.dilation_width;
                if (iy < 0 || ix < 0 || iy >= x.shape[1] || ix >= x.shape[2]) continue;
                const int group = n / (y[3] / groups);
                const int from = ((b * x.shape[1] + iy) * x.shape[2] + ix) * channels + group * depth + i;
                const int by = is_depthwise ? (ky * kw + kx) * y[3] + n : ((n * kh + ky) * kw + kx) * depth + i;
                const double term = static_cast<double>(xs[static_cast<std::size_t>(from)]) *
                                    static_cast<double>(ws[static_cast<std::size_t>(by)]);
                total.sum += term;
                total.magnitude += std::fabs(term);
              }
          if (o.activation == fused_activation::relu) total.sum = std::fmax(total.sum, 0);
          if (o.activation == fused_activation::relu6) total.sum = std::fmin(std::fmax(total.sum, 0), 6);
          result.push_back(total);
        }
  return result;
}

void check_close(const std::vector<float>& ours, const std::vector<exact>& theirs) {
  REQUIRE(ours.size() == theirs.size());
  double worst = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const double error = std::fabs(static_cast<double>(ours[i]) - theirs[i].sum) / (theirs[i].magnitude + 1e-30);
    worst = std::isnan(error) ? 1 : std::fmax(worst, error);
  }
  CHECK(worst < 1e-6);
}

struct geometry {
  std::vector<std::int32_t> x, w;
  int stride, dilation;
};

}  // namespace

TEST_SUITE_BEGIN("kernel/conv_2d");

TEST_CASE("a convolution by hand") {
  // [1, 3, 3, 1] with a 2 x 2 filter of two outputs: the sum, and the upper left value
  const value x = floats({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const value w = floats({2, 2, 2, 1}, {1, 1, 1, 1, 1, 0, 0, 0});
  const value bias = floats({2}, {0.5f, -4});
  operation_options o;
  o.padding = window_padding::valid;
  const value valid = compute(code::conv_2d, {x, w, bias}, o)[0];
  CHECK(valid.shape == std::vector<std::int32_t>{1, 2, 2, 2});
  CHECK(valid.floats() == std::vector<float>{12.5f, -3, 16.5f, -2, 24.5f, 0, 28.5f, 1});
  o.padding = window_padding::same;  // the odd padded row and column come after
  o.activation = fused_activation::relu;
  const value same = compute(code::conv_2d, {x, w, bias}, o)[0];
  CHECK(same.shape == std::vector<std::int32_t>{1, 3, 3, 2});
  CHECK(same.floats() ==
        std::vector<float>{12.5f, 0, 16.5f, 0, 9.5f, 0, 24.5f, 0, 28.5f, 1, 15.5f, 2, 15.5f, 3, 17.5f, 4, 9.5f, 5});
}

TEST_CASE("a depthwise convolution by hand") {
  const value x = floats({1, 1, 2, 2}, {1, 10, 2, 20});
  const value w = floats({1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  operation_options o;
  o.padding = window_padding::valid;
  CHECK(compute(code::depthwise_conv_2d, {x, w}, o)[0].floats() == std::vector<float>{11, 14, 170, 200});
}

TEST_CASE("convolutions of many shapes agree with the definition, at any number of threads") {
  const std::vector<geometry> plain{{{1, 5, 7, 3}, {4, 3, 3, 3}, 1, 1},       {{2, 9, 8, 4}, {6, 3, 2, 4}, 2, 1},
                                    {{1, 12, 11, 6}, {4, 3, 3, 3}, 1, 2},     {{3, 1, 1, 8}, {5, 1, 1, 8}, 1, 1},
                                    {{1, 10, 10, 16}, {32, 1, 1, 16}, 1, 1},  {{1, 7, 7, 8}, {8, 5, 5, 1}, 3, 1},
                                    {{2, 4, 33, 5}, {19, 3, 5, 5}, 1, 1},     {{1, 33, 4, 20}, {18, 4, 1, 10}, 2, 3},
                                    {{1, 2, 2, 3}, {4, 7, 7, 3}, 1, 1},       {{1, 30, 31, 3}, {24, 3, 3, 3}, 2, 1},
                                    {{0, 4, 4, 2}, {3, 2, 2, 2}, 1, 1},       {{1, 0, 4, 2}, {3, 2, 2, 2}, 1, 1},
                                    {{1, 14, 14, 130}, {70, 3, 3, 130}, 1, 1}};
  const std::vector<geometry> depthwise{{{1, 5, 7, 3}, {1, 3, 3, 3}, 1, 1},     {{2, 9, 8, 4}, {1, 3, 2, 8}, 2, 1},
                                        {{1, 12, 11, 6}, {1, 3, 3, 6}, 1, 2},   {{1, 20, 21, 40}, {1, 3, 3, 40}, 1, 1},
                                        {{1, 15, 15, 35}, {1, 5, 5, 35}, 2, 1}, {{1, 6, 6, 1}, {1, 3, 3, 9}, 1, 1},
                                        {{1, 2, 2, 16}, {1, 5, 5, 16}, 1, 1},   {{2, 3, 40, 8}, {1, 1, 7, 24}, 1, 3},
                                        {{1, 9, 9, 64}, {1, 1, 1, 64}, 1, 1},   {{1, 4, 4, 3}, {1, 2, 2, 0}, 1, 1}};
  aeq_test::generator random(1);
  aeq::execute::thread_pool pool(3);
  for (const bool is_depthwise : {false, true}) {
    for (const geometry& g : is_depthwise ? depthwise : plain) {
      for (const window_padding padding : {window_padding::same, window_padding::valid}) {
        CAPTURE(is_depthwise);
        CAPTURE(&g - (is_depthwise ? depthwise : plain).data());
        operation_options o;
        o.padding = padding;
        o.stride_height = o.stride_width = g.stride;
        o.dilation_height = o.dilation_width = g.dilation;
        o.activation = g.stride == 2 ? fused_activation::relu6 : fused_activation::none;
        const value x = random.floats(g.x);
        const value w = random.floats(g.w);
        const value bias = random.floats({is_depthwise ? g.w[3] : g.w[0]});
        const code op = is_depthwise ? code::depthwise_conv_2d : code::conv_2d;
        const value y = compute(op, {x, w, bias}, o)[0];
        check_close(y.floats(), slow_conv(x, w, bias, o, is_depthwise, y.shape));
        CHECK(compute(op, {x, w, bias}, o, {}, pool.share())[0].floats() == y.floats());
        const value bare = compute(op, {x, w}, o)[0];
        check_close(bare.floats(), slow_conv(x, w, {}, o, is_depthwise, y.shape));
      }
    }
  }
}

TEST_CASE("convolutions that can't be are refused") {
  const value x = floats({1, 2, 2, 3}, std::vector<float>(12));
  const auto refused = [&](code op, const std::vector<value>& inputs, const operation_options& o, const char* why) {
    CHECK_THROWS_WITH_AS((void)compute(op, inputs, o), doctest::Contains(why), std::runtime_error);
  };
  const value w = floats({2, 1, 1, 3}, std::vector<float>(6));
  refused(code::conv_2d, {x}, {}, "number of operands");
  refused(code::conv_2d, {x, floats({2, 1, 1, 2}, std::vector<float>(4))}, {}, "shape");  // 2 does not divide 3
  refused(code::conv_2d, {x, floats({2, 1, 1, 1}, std::vector<float>(2))}, {}, "shape");  // 3 groups of 2 outputs
  refused(code::conv_2d, {x, floats({2, 0, 1, 3}, {})}, {}, "shape");
  refused(code::conv_2d, {x, floats({2, 1, 1, 0}, {})}, {}, "shape");
  refused(code::conv_2d, {floats({1, 2, 2, 0}, {}), floats({2, 1, 1, 0}, {})}, {}, "shape");
  refused(code::conv_2d, {x, w, floats({3}, std::vector<float>(3))}, {}, "shape");
  refused(code::conv_2d, {x, aeq_test::ints({2, 1, 1, 3}, std::vector<std::int32_t>(6))}, {}, "type");
  value little = w;
  little.shape[0] = 40;
  refused(code::conv_2d, {x, little}, {}, "shape");
  operation_options o;
  o.stride_width = 0;
  refused(code::conv_2d, {x, w}, o, "options");
  o = {};
  o.dilation_height = -1;
  refused(code::conv_2d, {x, w}, o, "options");
  o = {};
  o.activation = fused_activation::tanh;
  refused(code::conv_2d, {x, w}, o, "options");
  refused(code::depthwise_conv_2d, {x, floats({2, 1, 1, 3}, std::vector<float>(6))}, {}, "shape");
  refused(code::depthwise_conv_2d, {x, floats({1, 1, 1, 4}, std::vector<float>(4))}, {}, "shape");
}

TEST_SUITE_END();
