// SPDX-License-Identifier: Apache-2.0
// Every variant of the inner loops on integers that this processor has, against the portable arithmetic; and the ops
// that use the best of them, against the portable kernels.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/fast/integer_ops.hpp>
#include <aeq/execute/thread_pool.hpp>
#include <aeq/kernel/fixed_point.hpp>
#include <aeq/kernel/integer/binary.hpp>

#include "support/compute.hpp"
#include "support/random_values.hpp"

namespace fast = aeq::execute::fast;
using aeq::element_type;
using aeq::op::code;
using aeq_test::generator;
using aeq_test::value;

namespace {

std::vector<const fast::integer_loops*> variants() {
  std::vector<const fast::integer_loops*> all;
#if AEQ_HAS_AVX2_INTEGER_LOOPS
  if (__builtin_cpu_supports("avx2")) all.push_back(&fast::avx2_integer_loops);
#endif
#if AEQ_HAS_AVX512_INTEGER_LOOPS
  if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    all.push_back(&fast::avx512_integer_loops);
  }
#endif
  return all;
}

/// All int8 there are; the extremes more often than the others.
std::vector<std::int8_t> bytes(generator& random, std::size_t n) {
  std::vector<std::int8_t> result(n);
  for (std::int8_t& x : result) {
    const std::int32_t dice = random.integer(0, 7);
    x = static_cast<std::int8_t>(dice == 0 ? -128 : dice == 1 ? 127 : random.integer(-128, 127));
  }
  return result;
}

/// Factors of every size that the loops take for sums as large as those here.
aeq::kernel::fixed_multiplier factor(generator& random) {
  return {random.integer(0, 9) == 0 ? 0x7fffffff : (1 << 30) + random.integer(0, (1 << 30) - 1),
          random.integer(0, 5) == 0 ? random.integer(-31, 2) : random.integer(-14, 1)};
}

struct channels {
  std::vector<std::int32_t> memory;
  fast::channel_scaling scaling;
  std::vector<std::uint32_t> bias;
  std::vector<aeq::kernel::fixed_multiplier> factors;

  channels(generator& random, std::size_t n) : bias(n), factors(n) {
    const std::size_t whole = (n + fast::depthwise_block - 1) / fast::depthwise_block * fast::depthwise_block;
    aeq::kernel::workspace_pieces nothing{std::span<std::byte>()};
    (void)fast::channel_scaling::of(nothing, whole);
    memory.resize(nothing.used() / sizeof(std::int32_t) + 1);
    aeq::kernel::workspace_pieces pieces(std::as_writable_bytes(std::span(memory)));
    scaling = fast::channel_scaling::of(pieces, whole);
    scaling.clear();
    for (std::uint32_t& b : bias) b = static_cast<std::uint32_t>(random.integer(-100000, 100000));
    for (aeq::kernel::fixed_multiplier& f : factors) f = factor(random);
  }
};

constexpr aeq::kernel::integer_range range{-120, 125};
constexpr std::int32_t y_zero = 13;

std::int8_t scaled(std::uint32_t sum, const aeq::kernel::fixed_multiplier& by) {
  return static_cast<std::int8_t>(
      range.clamp(std::int64_t(aeq::kernel::multiply(static_cast<std::int32_t>(sum), by)) + y_zero));
}

value quantized(const std::vector<std::int8_t>& numbers, std::vector<std::int32_t> shape, std::vector<float> scale,
                std::int32_t zero_point) {
  value v = aeq_test::make(element_type::int8, std::move(shape), numbers);
  v.zero_point.assign(scale.size(), zero_point);
  v.scale = std::move(scale);
  return v;
}

std::size_t elements_of(const std::vector<std::int32_t>& shape) {
  std::size_t n = 1;
  for (const std::int32_t extent : shape) n *= static_cast<std::size_t>(extent);
  return n;
}

/// An op with a weight: by the loops where the weight is constant, by the portable kernel where it is not.
void check_weighted(code op, generator& random, const std::vector<std::int32_t>& x_shape,
                    const std::vector<std::int32_t>& w_shape, std::size_t channel_axis,
                    const aeq::operation_options& options) {
  const auto outputs = static_cast<std::size_t>(w_shape[channel_axis]);
  const bool is_channelwise = random.integer(0, 1) == 0;
  std::vector<float> w_scale(is_channelwise ? outputs : 1);
  for (float& s : w_scale) s = 0.001f + 0.01f * (random.real() + 1);
  const value x = quantized(bytes(random, elements_of(x_shape)), x_shape, {0.05f}, random.integer(-128, 127));
  value w = quantized(bytes(random, elements_of(w_shape)), w_shape, w_scale, 0);
  w.channel_axis = is_channelwise ? static_cast<std::int32_t>(channel_axis) : 0;
  std::vector<value> inputs{x, w};
  if (random.integer(0, 2) != 0) {
    std::vector<std::int32_t> b(outputs);
    for (std::int32_t& v : b) v = random.integer(-20000, 20000);
    value bias = aeq_test::ints({static_cast<std::int32_t>(outputs)}, b);
    for (const float s : w_scale) bias.scale.push_back(0.05f * s);
    bias.zero_point.assign(w_scale.size(), 0);
    inputs.push_back(bias);
  }
  value y;
  y.type = element_type::int8;
  y.scale = {random.integer(0, 5) == 0 ? 1e-6f : 1.7f};  // the small one makes factors too large for the loops
  y.zero_point = {random.integer(-128, 127)};
  const value portable = aeq_test::compute(op, inputs, options, {y})[0];
  inputs[1].is_constant = true;
  aeq::execute::thread_pool pool(3);
  CHECK(aeq_test::compute(op, inputs, options, {y})[0].as<std::int8_t>() == portable.as<std::int8_t>());
  CHECK(aeq_test::compute(op, inputs, options, {y}, pool.share())[0].as<std::int8_t>() == portable.as<std::int8_t>());
}

aeq::operation_options window_options(generator& random) {
  aeq::operation_options o;
  o.padding = random.integer(0, 1) == 0 ? aeq::window_padding::same : aeq::window_padding::valid;
  o.stride_height = random.integer(1, 2);
  o.stride_width = random.integer(1, 2);
  const bool is_dilated = random.integer(0, 2) == 0;
  o.dilation_height = is_dilated ? 2 : 1;
  o.dilation_width = is_dilated ? random.integer(1, 2) : 1;
  o.activation = random.integer(0, 1) == 0 ? aeq::fused_activation::none : aeq::fused_activation::relu6;
  return o;
}

}  // namespace

TEST_SUITE_BEGIN("execute/integer_loops");

TEST_CASE("tiles have the bits of sums and multiply()") {
  generator random(5);
  for (const fast::integer_loops* loops : variants()) {
    CAPTURE(std::string(loops->name));
    for (int round = 0; round < 40; ++round) {
      const auto rows = static_cast<std::size_t>(random.integer(1, 20));
      const auto columns = static_cast<std::size_t>(random.integer(1, 150));
      const auto depth = static_cast<std::size_t>(random.integer(1, round % 8 == 0 ? 3000 : 90));
      CAPTURE(rows);
      CAPTURE(columns);
      CAPTURE(depth);
      const std::int32_t x_zero = random.integer(-128, 127);
      const std::vector<std::int8_t> x = bytes(random, rows * depth), w = bytes(random, columns * depth);
      const channels of(random, columns);
      const fast::panel_layout layout(*loops, columns, depth);
      std::vector<std::int8_t> packed(layout.bytes());
      layout.pack(w.data(), columns, depth, packed);
      std::vector<std::int8_t> expected(rows * columns), y(rows * columns);
      for (std::size_t n = 0; n < columns; ++n) {
        fast::weight_sums weights;
        for (std::size_t k = 0; k < depth; ++k) weights.add(w[n * depth + k]);
        const auto moved = static_cast<std::uint32_t>(loops->is_positive ? 128 + x_zero : 0);
        of.scaling.set(n, of.bias[n] - weights.sum * moved, of.factors[n],
                       weights.largest(static_cast<std::int32_t>(of.bias[n])));
        for (std::size_t m = 0; m < rows; ++m) {
          const auto sum = aeq::kernel::dot<std::uint32_t>(&x[m * depth], &w[n * depth], depth, x_zero, 0);
          expected[m * columns + n] = scaled(sum + of.bias[n], of.factors[n]);
        }
      }
      fast::integer_product p;
      p.rows = rows;
      p.columns = p.y_step = columns;
      p.w = packed.data();
      p.scaling = of.scaling.scaling(y_zero, range.lowest, range.highest);
      p.y = y.data();
      std::vector<std::byte> scratch(fast::product_scratch(*loops, depth));
      fast::multiply(
          *loops, p, layout, depth, {}, scratch,
          [&](std::size_t m, std::size_t end, std::byte* to) {
            for (; m < end; ++m, to += layout.steps * loops->together * loops->bytes) {
              loops->widen(&x[m * depth], depth, x_zero, to);
            }
          },
          nullptr);
      CHECK(of.scaling.is_narrow[0] == 1);
      CHECK(y == expected);
    }
  }
}

TEST_CASE("depthwise windows have the bits of sums and multiply()") {
  generator random(6);
  for (const fast::integer_loops* loops : variants()) {
    CAPTURE(std::string(loops->name));
    for (int round = 0; round < 40; ++round) {
      const auto count = static_cast<std::size_t>(random.integer(1, 200));
      const auto steps = static_cast<std::size_t>(random.integer(1, 7));
      const std::size_t taps = steps * loops->taps;
      CAPTURE(count);
      CAPTURE(steps);
      const std::size_t step = (count + fast::depthwise_block - 1) / fast::depthwise_block * fast::depthwise_block;
      const std::vector<std::int8_t> x = bytes(random, taps * count), w = bytes(random, taps * count);
      std::vector<std::int32_t> packed(steps * step);
      std::vector<const std::int8_t*> rows;
      for (std::size_t tap = 0; tap < taps; ++tap) rows.push_back(&x[tap * count]);
      const channels of(random, count);
      std::vector<std::int8_t> expected(count), y(count);
      for (std::size_t c = 0; c < count; ++c) {
        const std::size_t place = loops->place(c, count);
        std::uint32_t sum = of.bias[c];
        fast::weight_sums weights;
        for (std::size_t tap = 0; tap < taps; ++tap) {
          sum += static_cast<std::uint32_t>(x[tap * count + c] * w[tap * count + c]);
          weights.add(w[tap * count + c]);
          loops->add_tap(packed[tap / loops->taps * step + place], tap % loops->taps, w[tap * count + c]);
        }
        const std::uint32_t moved = loops->is_positive ? 128 : 0;
        of.scaling.set(place, of.bias[c] - weights.sum * moved, of.factors[c],
                       weights.largest(static_cast<std::int32_t>(of.bias[c])));
        expected[c] = scaled(sum, of.factors[c]);
      }
      CHECK(of.scaling.is_narrow[0] == 1);
      fast::integer_depthwise_tile t;
      t.rows = rows.data();
      t.steps = steps;
      t.w = packed.data();
      t.w_step = step;
      t.channels = count;
      t.scaling = of.scaling.scaling(y_zero, range.lowest, range.highest);
      t.y = y.data();
      loops->depthwise(t);
      CHECK(y == expected);
    }
  }
}

TEST_CASE("sums and differences have the bits of scaled_sum") {
  generator random(7);
  for (const fast::integer_loops* loops : variants()) {
    CAPTURE(std::string(loops->name));
    for (int round = 0; round < 60; ++round) {
      const auto n = static_cast<std::size_t>(random.integer(1, 300));
      const std::vector<std::int8_t> a = bytes(random, n), b = bytes(random, n);
      aeq::kernel::scaled_sum<std::int8_t, false, false> sum;
      aeq::kernel::scaled_sum<std::int8_t, true, false> difference;
      sum.a = difference.a = {factor(random).multiplier, random.integer(-9, 0)};
      sum.b = difference.b = {factor(random).multiplier, random.integer(-9, 0)};
      sum.y = difference.y = {factor(random).multiplier, random.integer(-31, 0)};
      sum.a_zero = difference.a_zero = random.integer(-128, 127);
      sum.b_zero = difference.b_zero = random.integer(-128, 127);
      sum.y_zero = difference.y_zero = y_zero;
      sum.range = difference.range = range;
      fast::integer_sum s;
      REQUIRE(fast::sum_of(sum, s));
      for (const bool is_difference : {false, true}) {
        CAPTURE(is_difference);
        s.is_difference = is_difference;
        std::vector<std::int8_t> expected(n), y(n);
        for (std::size_t i = 0; i < n; ++i) {
          expected[i] = static_cast<std::int8_t>(is_difference ? difference(a[i], b[i]) : sum(a[i], b[i]));
        }
        loops->sum(s, a.data(), b.data(), n, y.data());
        CHECK(y == expected);
      }
    }
  }
}

TEST_CASE("ops with a constant weight have the bits of the portable kernels") {
  generator random(8);
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    const std::int32_t groups = round % 5 == 0 ? 2 : 1, depth = random.integer(1, 40);
    const std::int32_t ky = random.integer(1, 4), kx = random.integer(1, 4);
    const std::vector<std::int32_t> x{random.integer(1, 2), random.integer(7, 14), random.integer(7, 14),
                                      groups * depth};
    check_weighted(code::conv_2d, random, x, {groups * random.integer(1, 40), ky, kx, depth}, 0,
                   window_options(random));
    check_weighted(code::depthwise_conv_2d, random, x, {1, ky, kx, x[3] * (round % 7 == 0 ? 2 : 1)}, 3,
                   window_options(random));
    const std::int32_t wide = random.integer(1, 700);
    check_weighted(code::fully_connected, random, {random.integer(1, 9), wide}, {random.integer(1, 90), wide}, 0, {});
  }
}

TEST_CASE("large ones are the same on several threads") {
  generator random(9);
  aeq::operation_options o;
  o.stride_height = o.stride_width = o.dilation_height = o.dilation_width = 1;
  o.padding = aeq::window_padding::same;
  check_weighted(code::conv_2d, random, {1, 40, 40, 32}, {48, 3, 3, 32}, 0, o);
  check_weighted(code::fully_connected, random, {2, 2048}, {700, 2048}, 0, {});
}

TEST_SUITE_END();
