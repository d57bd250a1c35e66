// SPDX-License-Identifier: Apache-2.0
// The ops that the interpreter computes by the processor's best loops, on random shapes, against the portable kernels.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/thread_pool.hpp>
#include <aeq/kernel/batch_matmul.hpp>
#include <aeq/kernel/conv_2d.hpp>
#include <aeq/kernel/fully_connected.hpp>
#include <aeq/kernel/normalize.hpp>
#include <aeq/kernel/softmax.hpp>
#include <aeq/kernel/unary.hpp>

#include "support/compute.hpp"
#include "support/random_values.hpp"

namespace kernel = aeq::kernel;
using aeq::fused_activation;
using aeq::operation_options;
using aeq_test::value;
using code = aeq::op::code;

namespace {

using floats = std::vector<float>;

/// What a kernel of the portable ones makes of the inputs.
template <class Kernel>
floats by_kernel(const std::vector<value>& inputs, const operation_options& options,
                 const std::vector<std::int32_t>& shape) {
  std::vector<aeq::operand> views;
  for (const value& v : inputs) views.push_back({v.type, false, v.data.span(), v.shape, {}, {}, 0, 0});
  std::size_t elements = 1;
  for (const std::int32_t extent : shape) elements *= static_cast<std::size_t>(extent);
  value y = aeq_test::floats(shape, floats(elements, 77.0f));
  const std::vector<aeq::result_operand> results{{y.type, false, y.data.span(), y.shape, {}, {}, 0, 0}};
  const aeq::kernel_arguments call{views, results, options, {}, {}};
  const aeq::kernel_functions functions = aeq::functions_of<Kernel>();
  const aeq::execute::aligned_bytes workspace(functions.workspace_bytes(call));
  REQUIRE((functions.setup(call, workspace.span()) == aeq::status::ready));
  functions.evaluate(call, workspace.span());
  return y.floats();
}

value magnitudes(const value& v) {
  floats all = v.floats();
  for (float& x : all) x = std::fabs(x);
  return aeq_test::floats(v.shape, all);
}

/// Both ways, alone and with threads. Sums may differ by what rounds off, which the sum of magnitudes bounds.
template <class Kernel>
void compare_sums(code op, const std::vector<value>& inputs, const operation_options& options,
                  const aeq::work_sharing& share) {
  const value y = aeq_test::compute(op, inputs, options)[0];
  const floats ours = y.floats();
  CHECK(aeq_test::compute(op, inputs, options, {}, share)[0].floats() == ours);
  const floats theirs = by_kernel<Kernel>(inputs, options, y.shape);
  std::vector<value> positive;
  for (const value& v : inputs) positive.push_back(magnitudes(v));
  operation_options plain = options;
  plain.activation = fused_activation::none;
  const floats sizes = by_kernel<Kernel>(positive, plain, y.shape);
  float worst = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const float error = std::fabs(ours[i] - theirs[i]) / (sizes[i] + 1e-30f);
    worst = std::isnan(error) ? 1 : std::max(worst, error);
  }
  CHECK(worst < 2e-6f);
}

fused_activation any_activation(aeq_test::generator& random) {
  constexpr fused_activation all[]{fused_activation::none, fused_activation::relu, fused_activation::relu6,
                                   fused_activation::relu_n1_to_1};
  return all[random.next() % 4];
}

}  // namespace

TEST_SUITE_BEGIN("execute/random_shapes");

TEST_CASE("convolutions") {
  aeq_test::generator random(31);
  aeq::execute::thread_pool pool(3);
  for (int round = 0; round < 160; ++round) {
    const bool is_depthwise = round % 3 == 2;
    const bool is_large = round % 20 == 0;  // many pixels: threads take rows of them
    operation_options o;
    o.stride_height = is_large ? 1 : random.integer(1, 3);
    o.stride_width = is_large ? 1 : random.integer(1, 3);
    o.dilation_height = random.integer(1, 2);
    o.dilation_width = random.integer(1, 2);
    o.padding = random.next() % 2 == 0 ? aeq::window_padding::same : aeq::window_padding::valid;
    o.activation = any_activation(random);
    const std::int32_t kh = random.integer(1, is_large ? 2 : 5), kw = random.integer(1, is_large ? 2 : 5);
    const std::int32_t height = (kh - 1) * o.dilation_height + random.integer(is_large ? 40 : 1, is_large ? 50 : 17);
    const std::int32_t width = (kw - 1) * o.dilation_width + random.integer(is_large ? 40 : 1, is_large ? 50 : 17);
    const std::int32_t groups = is_depthwise || random.next() % 4 != 0 ? 1 : random.integer(2, 3);
    const std::int32_t depth = random.integer(1, is_large ? 6 : 40), channels = groups * depth;
    const std::int32_t outputs = groups * random.integer(1, is_large ? 40 : 70);
    const std::int32_t batches = random.integer(1, 2);
    CAPTURE(round);
    CAPTURE(height);
    CAPTURE(width);
    CAPTURE(channels);
    CAPTURE(outputs);
    const value x = random.floats({batches, height, width, channels});
    if (is_depthwise) {
      const std::int32_t multiplier = random.next() % 4 == 0 ? 2 : 1;
      const std::vector<value> inputs{x, random.floats({1, kh, kw, channels * multiplier}),
                                      random.floats({channels * multiplier})};
      compare_sums<kernel::depthwise_conv_2d_float>(code::depthwise_conv_2d, inputs, o, pool.share());
    } else {
      const std::vector<value> inputs{x, random.floats({outputs, kh, kw, depth}), random.floats({outputs})};
      compare_sums<kernel::conv_2d_float>(code::conv_2d, inputs, o, pool.share());
    }
  }
}

TEST_CASE("products") {
  aeq_test::generator random(37);
  aeq::execute::thread_pool pool(3);
  for (int round = 0; round < 160; ++round) {
    CAPTURE(round);
    const bool is_large = round % 20 == 0;
    const std::int32_t rows = is_large ? random.integer(1600, 2000) : random.integer(1, round % 2 == 0 ? 12 : 150);
    const std::int32_t depth = is_large ? random.integer(1, 20) : random.integer(1, round % 3 == 0 ? 1500 : 100);
    const std::int32_t columns = random.integer(1, is_large ? 40 : 200);
    operation_options o;
    o.activation = any_activation(random);
    const std::vector<value> connected{random.floats({rows, depth}), random.floats({columns, depth}),
                                       random.floats({columns})};
    compare_sums<kernel::fully_connected_float>(code::fully_connected, connected, o, pool.share());
    o = {};
    o.adj_x = random.next() % 2 == 0;
    o.adj_y = random.next() % 2 == 0;
    const std::int32_t batches = is_large ? 1 : random.integer(1, 5);
    const value a = random.floats({batches, o.adj_x ? depth : rows, o.adj_x ? rows : depth});
    const value b =
        random.floats({random.next() % 2 == 0 ? 1 : batches, o.adj_y ? columns : depth, o.adj_y ? depth : columns});
    compare_sums<kernel::batch_matmul_float>(code::batch_matmul, {a, b}, o, pool.share());
  }
}

TEST_CASE("functions") {
  aeq_test::generator random(41);
  aeq::execute::thread_pool pool(3);
  const auto compare = [&]<class Kernel>(Kernel, code op, const value& x, const operation_options& o) {
    CAPTURE(std::string(aeq::op::builtin_name(op)));
    const floats ours = aeq_test::compute(op, {x}, o)[0].floats();
    CHECK(aeq_test::compute(op, {x}, o, {}, pool.share())[0].floats() == ours);
    const floats theirs = by_kernel<Kernel>({x}, o, x.shape);
    const floats from = x.floats();
    float worst = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {  // where terms cancel, what rounds off is in proportion to x
      const float error = std::fabs(ours[i] - theirs[i]) / std::max({std::fabs(theirs[i]), std::fabs(from[i]), 1e-3f});
      worst = std::isnan(error) ? 1 : std::max(worst, error);
    }
    CHECK(worst < 2e-6f);
  };
  for (int round = 0; round < 30; ++round) {
    value x = random.floats({random.integer(1, round % 10 == 0 ? 900 : 30), random.integer(1, 100)});
    floats wide = x.floats();
    for (float& one : wide) one *= 12;
    x = aeq_test::floats(x.shape, wide);
    operation_options o;
    o.beta = round % 2 == 0 ? 1.0f : 0.25f;
    compare(kernel::unary<kernel::elu_function>(), code::elu, x, o);
    compare(kernel::unary<kernel::exp_function>(), code::exp, x, o);
    compare(kernel::unary<kernel::logistic_function>(), code::logistic, x, o);
    compare(kernel::unary<kernel::tanh_function>(), code::tanh, x, o);
    compare(kernel::softmax_float(), code::softmax, x, o);
    compare(kernel::rows_float<kernel::log_softmax_row>(), code::log_softmax, x, o);
    for (const bool approximate : {false, true}) {
      o.approximate = approximate;
      compare(kernel::unary<kernel::gelu_function>(), code::gelu, x, o);
    }
  }
}

TEST_SUITE_END();
