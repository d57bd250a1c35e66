// SPDX-License-Identifier: Apache-2.0
// Ops with integer weights on random shapes, against loops that follow the op's definition. All scales are 1, so that
// an output is the sum itself; how sums are scaled is tested in kernel/fixed_point and by golden cases.
#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/compute.hpp"
#include "support/random_values.hpp"

namespace {

using aeq::element_type;
using aeq::window_padding;
using aeq_test::compute;
using aeq_test::value;
using code = aeq::op::code;
using numbers = std::vector<std::int64_t>;

/// A number format of the op: types of activations, weights and bias.
struct format {
  element_type x, w, bias;
  bool has_zero_points;
};
const format formats[] = {{element_type::int8, element_type::int8, element_type::int32, true},
                          {element_type::int8, element_type::int4, element_type::int32, true},
                          {element_type::int8, element_type::int2, element_type::int32, true},
                          {element_type::uint8, element_type::uint8, element_type::int32, true},
                          {element_type::int16, element_type::int8, element_type::int64, false},
                          {element_type::int16, element_type::int4, element_type::int32, false}};

std::int64_t clamp_to(element_type type, std::int64_t v) {
  if (type == element_type::int8) return std::clamp<std::int64_t>(v, -128, 127);
  if (type == element_type::uint8) return std::clamp<std::int64_t>(v, 0, 255);
  return std::clamp<std::int64_t>(v, -32768, 32767);
}

std::size_t count(const std::vector<std::int32_t>& shape) {
  std::size_t product = 1;
  for (const std::int32_t extent : shape) product *= static_cast<std::size_t>(extent);
  return product;
}

/// A tensor of these numbers with scale 1 and a zero point.
value tensor(element_type type, std::vector<std::int32_t> shape, const numbers& from, std::int32_t zero) {
  value v;
  const auto as = [&]<class T>(T) {
    v = aeq_test::make(type, std::move(shape), std::vector<T>(from.begin(), from.end()));
  };
  if (type == element_type::int4 || type == element_type::int2) {
    const std::size_t bits = type == element_type::int4 ? 4 : 2;
    std::vector<std::uint8_t> bytes((from.size() * bits + 7) / 8);
    for (std::size_t i = 0; i < from.size(); ++i) {
      const auto field = static_cast<unsigned>(from[i]) & ((1u << bits) - 1u);
      bytes[i * bits / 8] = static_cast<std::uint8_t>(bytes[i * bits / 8] | field << (i * bits % 8));
    }
    v = aeq_test::make(type, std::move(shape), bytes);
  } else if (type == element_type::int8) {
    as(std::int8_t());
  } else if (type == element_type::uint8) {
    as(std::uint8_t());
  } else if (type == element_type::int16) {
    as(std::int16_t());
  } else if (type == element_type::int32) {
    as(std::int32_t());
  } else {
    as(std::int64_t());
  }
  v.scale = {1};
  v.zero_point = {zero};
  return v;
}

numbers read(const value& v) {
  numbers result;
  const auto as = [&]<class T>(T) {
    for (const T x : v.as<T>()) result.push_back(x);
  };
  if (v.type == element_type::int8) as(std::int8_t());
  if (v.type == element_type::uint8) as(std::uint8_t());
  if (v.type == element_type::int16) as(std::int16_t());
  if (v.type == element_type::int32) as(std::int32_t());
  return result;
}

/// Operands of an op with a weight: as tensors, and as numbers less their zero points.
struct operands {
  value x, w, bias, y;
  numbers real_x, real_w, real_bias;

  operands(aeq_test::generator& random, const format& f, const std::vector<std::int32_t>& x_shape,
           const std::vector<std::int32_t>& w_shape, std::size_t channels) {
    const auto pick = [&](std::int32_t low, std::int32_t high) { return random.integer(low, high); };
    const bool is_unsigned = f.x == element_type::uint8;
    const auto x_zero = f.has_zero_points ? pick(is_unsigned ? 0 : -128, 127) : 0;
    const auto w_zero = is_unsigned ? pick(0, 255) : 0;
    const auto y_zero = f.has_zero_points ? pick(is_unsigned ? 60 : -40, 80) : 0;
    numbers xs, ws;
    for (std::size_t i = 0; i < count(x_shape); ++i) {
      xs.push_back(clamp_to(f.x, x_zero + pick(-3, 3)));
      real_x.push_back(xs.back() - x_zero);
    }
    for (std::size_t i = 0; i < count(w_shape); ++i) {
      ws.push_back(f.w == element_type::uint8 ? clamp_to(f.w, w_zero + pick(-2, 2)) : pick(-2, 1));
      real_w.push_back(ws.back() - w_zero);
    }
    for (std::size_t i = 0; i < channels; ++i) real_bias.push_back(pick(-20, 20));
    x = tensor(f.x, x_shape, xs, x_zero);
    w = tensor(f.w, w_shape, ws, w_zero);
    w.is_constant = pick(0, 1) != 0;
    bias = tensor(f.bias, {static_cast<std::int32_t>(channels)}, real_bias, 0);
    y.type = f.x;
    y.scale = {1};
    y.zero_point = {y_zero};
  }

  [[nodiscard]] std::int64_t output(std::int64_t sum, std::size_t channel) const {
    return clamp_to(y.type, sum + real_bias[channel] + y.zero_point[0]);
  }
};

std::int32_t size(aeq_test::generator& random, std::int32_t low, std::int32_t high) {
  return random.integer(low, high);
}

/// Position of a tap in the input, or -1 in the padding.
std::int32_t place(std::int32_t output, std::int32_t tap, std::int32_t stride, std::int32_t dilation,
                   std::int32_t before, std::int32_t extent) {
  const std::int32_t at = output * stride - before + tap * dilation;
  return at >= 0 && at < extent ? at : -1;
}

std::int32_t padding_before(std::int32_t in, std::int32_t out, std::int32_t filter, std::int32_t stride,
                            std::int32_t dilation) {
  return std::max(0, (out - 1) * stride + (filter - 1) * dilation + 1 - in) / 2;
}

TEST_SUITE_BEGIN("kernel/integer/weighted");

TEST_CASE("FULLY_CONNECTED adds the products of its rows") {
  aeq_test::generator random(1);
  for (int round = 0; round < 60; ++round) {
    const format& f = formats[round % 6];
    const std::int32_t rows = size(random, 1, 4), depth = size(random, 1, 30), channels = size(random, 1, 9);
    const operands o(random, f, {rows, depth}, {channels, depth}, static_cast<std::size_t>(channels));
    const value y = compute(code::fully_connected, {o.x, o.w, o.bias}, {}, {o.y})[0];
    numbers expected;
    for (std::int32_t b = 0; b < rows; ++b) {
      for (std::int32_t n = 0; n < channels; ++n) {
        std::int64_t sum = 0;
        for (std::int32_t k = 0; k < depth; ++k) {
          sum += o.real_x[static_cast<std::size_t>(b * depth + k)] * o.real_w[static_cast<std::size_t>(n * depth + k)];
        }
        expected.push_back(o.output(sum, static_cast<std::size_t>(n)));
      }
    }
    CAPTURE(round);
    CHECK(read(y) == expected);
  }
}

TEST_CASE("convolutions add the products under their windows") {
  aeq_test::generator random(2);
  for (int round = 0; round < 120; ++round) {
    const format& f = formats[round % 6];
    const bool is_depthwise = round % 4 == 1;
    const std::int32_t batches = size(random, 1, 2), height = size(random, 1, 7), width = size(random, 1, 7);
    const std::int32_t groups = is_depthwise ? 1 : size(random, 1, 2), depth = size(random, 1, 4);
    const std::int32_t multiplier = size(random, 1, 3);
    const std::int32_t inputs = is_depthwise ? size(random, 1, 40) : groups * depth;
    const std::int32_t channels = is_depthwise ? inputs * multiplier : groups * multiplier;
    aeq::operation_options options;
    options.padding = round % 2 == 0 ? window_padding::same : window_padding::valid;
    options.stride_height = size(random, 1, 3), options.stride_width = size(random, 1, 3);
    options.dilation_height = size(random, 1, 2), options.dilation_width = size(random, 1, 2);
    const std::int32_t kh = size(random, 1, (height - 1) / options.dilation_height + 1);
    const std::int32_t kw = size(random, 1, (width - 1) / options.dilation_width + 1);
    const std::vector<std::int32_t> w_shape =
        is_depthwise ? std::vector{1, kh, kw, channels} : std::vector{channels, kh, kw, depth};
    const operands o(random, f, {batches, height, width, inputs}, w_shape, static_cast<std::size_t>(channels));
    const value y =
        compute(is_depthwise ? code::depthwise_conv_2d : code::conv_2d, {o.x, o.w, o.bias}, options, {o.y})[0];
    numbers expected;
    const std::int32_t oh = y.shape[1], ow = y.shape[2];
    const std::int32_t top = padding_before(height, oh, kh, options.stride_height, options.dilation_height);
    const std::int32_t left = padding_before(width, ow, kw, options.stride_width, options.dilation_width);
    for (std::int32_t i = 0; i < batches * oh * ow * channels; ++i) {
      const std::int32_t n = i % channels, ox = i / channels % ow, oy = i / channels / ow % oh,
                         b = i / channels / ow / oh;
      std::int64_t sum = 0;
      for (std::int32_t tap = 0; tap < kh * kw; ++tap) {
        const std::int32_t ky = tap / kw, kx = tap % kw;
        const std::int32_t iy = place(oy, ky, options.stride_height, options.dilation_height, top, height);
        const std::int32_t ix = place(ox, kx, options.stride_width, options.dilation_width, left, width);
        if (iy < 0 || ix < 0) continue;
        const std::int32_t pixel = ((b * height + iy) * width + ix) * inputs;
        if (is_depthwise) {
          sum += o.real_x[static_cast<std::size_t>(pixel + n / multiplier)] *
                 o.real_w[static_cast<std::size_t>(tap * channels + n)];
          continue;
        }
        for (std::int32_t c = 0; c < depth; ++c) {
          sum += o.real_x[static_cast<std::size_t>(pixel + n / multiplier * depth + c)] *
                 o.real_w[static_cast<std::size_t>((n * kh * kw + tap) * depth + c)];
        }
      }
      expected.push_back(o.output(sum, static_cast<std::size_t>(n)));
    }
    CAPTURE(round);
    CHECK(read(y) == expected);
  }
}

TEST_CASE("TRANSPOSE_CONV scatters the products of its pixels") {
  aeq_test::generator random(3);
  for (int round = 0; round < 60; ++round) {
    const format& f = formats[round % 6];
    const std::int32_t height = size(random, 2, 8), width = size(random, 2, 8), depth = size(random, 1, 4),
                       channels = size(random, 1, 3);
    aeq::operation_options options;
    options.padding = round % 2 == 0 ? window_padding::same : window_padding::valid;
    options.stride_height = size(random, 1, 3), options.stride_width = size(random, 1, 3);
    const std::int32_t kh = size(random, 1, height), kw = size(random, 1, width);
    const auto reach = [&](std::int32_t out, std::int32_t filter, std::int32_t stride) {
      return options.padding == window_padding::same ? (out + stride - 1) / stride : (out - filter) / stride + 1;
    };
    const std::int32_t ih = reach(height, kh, options.stride_height), iw = reach(width, kw, options.stride_width);
    const operands o(random, f, {1, ih, iw, depth}, {channels, kh, kw, depth}, static_cast<std::size_t>(channels));
    value shape = aeq_test::ints({4}, {1, height, width, channels});
    const value y = compute(code::transpose_conv, {shape, o.w, o.x, o.bias}, options, {o.y})[0];
    const std::int32_t top = padding_before(height, ih, kh, options.stride_height, 1);
    const std::int32_t left = padding_before(width, iw, kw, options.stride_width, 1);
    numbers sums(static_cast<std::size_t>(height * width * channels), 0);
    for (std::int32_t i = 0; i < ih * iw * kh * kw * channels; ++i) {
      const std::int32_t n = i % channels, tap = i / channels % (kh * kw), pixel = i / channels / (kh * kw);
      const std::int32_t oy = place(pixel / iw, tap / kw, options.stride_height, 1, top, height);
      const std::int32_t ox = place(pixel % iw, tap % kw, options.stride_width, 1, left, width);
      if (oy < 0 || ox < 0) continue;
      for (std::int32_t c = 0; c < depth; ++c) {
        sums[static_cast<std::size_t>((oy * width + ox) * channels + n)] +=
            o.real_x[static_cast<std::size_t>(pixel * depth + c)] *
            o.real_w[static_cast<std::size_t>((n * kh * kw + tap) * depth + c)];
      }
    }
    numbers expected;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      expected.push_back(o.output(sums[i], i % static_cast<std::size_t>(channels)));
    }
    CAPTURE(round);
    CHECK(read(y) == expected);
  }
}

TEST_CASE("BATCH_MATMUL of int8 has zero points, and as int32 the sums of the integers") {
  value a = tensor(element_type::int8, {1, 2, 3}, {1, 2, 3, 4, 5, 6}, 1);
  value b = tensor(element_type::int8, {2, 3, 1}, {1, 0, 2, 3, 3, 3}, 2);
  value y;
  y.type = element_type::int8;
  y.scale = {1};
  y.zero_point = {-5};
  CHECK(read(compute(code::batch_matmul, {a, b}, {}, {y})[0]) == numbers{-7, -16, -2, 7});
  value sums;
  sums.type = element_type::int32;
  CHECK(read(compute(code::batch_matmul, {a, b}, {}, {sums})[0]) == numbers{7, 16, 18, 45});
}

TEST_CASE("32-bit sums wrap, and the last bit of a deep one is there") {
  const auto depth = std::size_t(140000);  // times 127 * 127 is beyond 2^31
  const auto deep = static_cast<std::int32_t>(depth);
  value x = tensor(element_type::int8, {1, deep}, numbers(depth, 127), 0);
  value w = tensor(element_type::int8, {1, deep}, numbers(depth, 127), 0);
  value y;
  y.type = element_type::int8;
  y.zero_point = {0};
  y.scale = {1e9f};
  const auto wrapped = static_cast<std::int32_t>(static_cast<std::uint32_t>(depth * 127 * 127));
  CHECK(read(compute(code::fully_connected, {x, w}, {}, {y})[0]) == numbers{wrapped / 1000000000});
}

TEST_CASE("operands that LiteRT does not take are refused") {
  aeq_test::generator random(4);
  const operands good(random, formats[0], {1, 4}, {2, 4}, 2);
  const auto refused = [&](const char* why, auto change) {
    operands o = good;
    change(o);
    CHECK_THROWS_WITH_AS((void)compute(code::fully_connected, {o.x, o.w, o.bias}, {}, {o.y}), doctest::Contains(why),
                         std::runtime_error);
  };
  refused("scales", [](operands& o) { o.y.scale = {}; });
  refused("scales", [](operands& o) { o.y.scale = {-1}; });
  refused("scales", [](operands& o) { o.x.scale = {1, 1}; });
  refused("scales", [](operands& o) { o.x.zero_point = {200}; });
  refused("scales", [](operands& o) { o.w.scale = {1, 1, 1}; });
  refused("scales", [](operands& o) { o.w.scale = {1, 1}, o.w.zero_point = {0, 1}; });
  refused("scales", [](operands& o) { o.w.scale = {1, 1}, o.w.zero_point = {}, o.w.channel_axis = 1; });
  refused("scales", [](operands& o) { o.y.scale = {1e-38f}; });
  refused("type", [](operands& o) { o.bias.type = element_type::int64; });
  refused("type", [](operands& o) { o.y.type = element_type::int16; });
  refused("shape", [](operands& o) { o.bias.shape = {1}; });
  refused("shape", [](operands& o) { o.w.shape = {2, 2, 2}; });
  operands o = good;
  o.w.scale = {1, 1};
  o.w.zero_point = {};
  CHECK_NOTHROW((void)compute(code::fully_connected, {o.x, o.w, o.bias}, {}, {o.y}));
}

TEST_SUITE_END();

}  // namespace
