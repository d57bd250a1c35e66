// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/families.hpp>
#include <aeq/execute/operation.hpp>
#include <aeq/execute/thread_pool.hpp>

#include "support/compute.hpp"
#include "support/random_values.hpp"

using aeq::operation_options;
using aeq::status;
using aeq_test::floats;
using aeq_test::value;
using code = aeq::op::code;

namespace {

/// Runs an op with states: `states` are the numbers of the inputs that are variables, which it updates. Answers the
/// status of setup; the output is the last argument.
status run(code op, std::vector<value>& inputs, const std::vector<std::size_t>& states,
           const operation_options& options, value& y, const aeq::work_sharing& share = {}) {
  const aeq::execute::operation* what = aeq::execute::find_operation(op);
  REQUIRE(what != nullptr);
  std::vector<aeq::operand> views;
  for (const value& v : inputs) views.push_back({v.type, false, v.data.span(), v.shape, {}, {}, 0, 0});
  std::vector<aeq::execute::shape> shapes(1);
  const status shaped = what->shapes(views, options, shapes);
  if (shaped != status::ready) return shaped;
  std::size_t elements = 1;
  for (const std::int32_t extent : shapes[0]) elements *= static_cast<std::size_t>(extent);
  y = floats(shapes[0], std::vector<float>(elements, -77.0f));
  std::vector<aeq::result_operand> results{{y.type, false, y.data.span(), y.shape, {}, {}, 0, 0}};
  for (const std::size_t i : states) {
    results.push_back({inputs[i].type, false, inputs[i].data.span(), inputs[i].shape, {}, {}, 0, 0});
  }
  aeq::kernel_arguments call{views, results, options, {}, share};
  const status ready = what->kernel.setup(call, {});
  if (ready != status::ready) return ready;
  const aeq::execute::aligned_bytes scratch(what->kernel.scratch_bytes(call));
  call.scratch = scratch.span();
  what->kernel.evaluate(call, {});
  return status::ready;
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

/// What an LSTM has besides its plain form.
struct form {
  bool input_gate = true, peephole = false, projection = false, norm = false, time_major = true;
};

/// The inputs of an LSTM of `cells` cells for x [T, B, I] or [B, T, I]; M outputs.
std::vector<value> lstm_inputs(aeq_test::generator& random, const form& f, int batches, int steps, int inputs,
                               int cells, int width) {
  std::vector<value> all(24);
  all[0] = f.time_major ? random.floats({steps, batches, inputs}) : random.floats({batches, steps, inputs});
  for (std::size_t gate = f.input_gate ? 0 : 1; gate < 4; ++gate) {
    all[1 + gate] = random.floats({cells, inputs});
    all[5 + gate] = random.floats({cells, width});
    all[12 + gate] = random.floats({cells});
    if (f.norm) all[20 + gate] = random.floats({cells});
  }
  if (f.peephole) {
    for (std::size_t i = f.input_gate ? 9 : 10; i < 12; ++i) all[i] = random.floats({cells});
  }
  if (f.projection) {
    all[16] = random.floats({width, cells});
    all[17] = random.floats({width});
  }
  all[18] = random.floats({batches, width});
  all[19] = random.floats({batches, cells});
  return all;
}

/// One step of one batch in double: h and c become those after it.
void slow_step(const std::vector<value>& in, const float* x, std::vector<double>& h, std::vector<double>& c,
               const operation_options& options) {
  const std::size_t inputs = static_cast<std::size_t>(in[0].shape[2]), cells = c.size(), width = h.size();
  const std::vector<double> before = c;
  std::vector<std::vector<double>> gates(4, std::vector<double>(cells));
  const auto sum = [&](std::size_t gate, std::size_t peephole) {
    const auto w = in[1 + gate].floats(), r = in[5 + gate].floats(), b = in[12 + gate].floats();
    std::vector<double>& q = gates[gate];
    for (std::size_t n = 0; n < cells; ++n) {
      for (std::size_t i = 0; i < inputs; ++i) {
        q[n] += static_cast<double>(w[n * inputs + i]) * static_cast<double>(x[i]);
      }
      for (std::size_t i = 0; i < width; ++i) q[n] += static_cast<double>(r[n * width + i]) * h[i];
      if (peephole != 0 && in[peephole].type != aeq::element_type::absent) {
        q[n] += static_cast<double>(in[peephole].floats()[n]) * c[n];
      }
    }
    if (in[20 + gate].type != aeq::element_type::absent) {
      double mean = 0, variance = 0;
      for (const double value : q) mean += value / static_cast<double>(cells);
      for (const double value : q) variance += (value - mean) * (value - mean) / static_cast<double>(cells);
      const auto coefficient = in[20 + gate].floats();
      for (std::size_t n = 0; n < cells; ++n) {
        q[n] = (q[n] - mean) / std::sqrt(variance + 1e-8) * static_cast<double>(coefficient[n]);
      }
    }
    for (std::size_t n = 0; n < cells; ++n) q[n] += static_cast<double>(b[n]);
  };
  const bool has_input_gate = in[1].type != aeq::element_type::absent;
  if (has_input_gate) sum(0, 9);
  sum(1, 10);
  sum(2, 0);
  for (std::size_t n = 0; n < cells; ++n) {
    const double forget = sigmoid(gates[1][n]);
    c[n] = forget * before[n] + (has_input_gate ? sigmoid(gates[0][n]) : 1 - forget) * std::tanh(gates[2][n]);
    const auto clip = static_cast<double>(options.cell_clip);
    if (clip > 0) c[n] = std::clamp(c[n], -clip, clip);
  }
  sum(3, 11);
  std::vector<double> out(cells);
  for (std::size_t n = 0; n < cells; ++n) out[n] = sigmoid(gates[3][n]) * std::tanh(c[n]);
  if (in[16].type == aeq::element_type::absent) {
    h = out;
    return;
  }
  const auto p = in[16].floats(), b = in[17].floats();
  for (std::size_t m = 0; m < width; ++m) {
    h[m] = static_cast<double>(b[m]);
    for (std::size_t n = 0; n < cells; ++n) h[m] += static_cast<double>(p[m * cells + n]) * out[n];
    const auto clip = static_cast<double>(options.proj_clip);
    if (clip > 0) h[m] = std::clamp(h[m], -clip, clip);
  }
}

}  // namespace

TEST_SUITE_BEGIN("kernel/recurrent");

TEST_CASE("an LSTM agrees with its formula in all its forms, and its states go on") {
  aeq_test::generator random(23);
  aeq::execute::thread_pool pool(3);
  for (const form& f :
       {form{}, form{.time_major = false}, form{.input_gate = false}, form{.peephole = true}, form{.projection = true},
        form{.norm = true}, form{.input_gate = false, .peephole = true, .projection = true, .norm = true}}) {
    CAPTURE(f.input_gate);
    CAPTURE(f.peephole);
    CAPTURE(f.projection);
    CAPTURE(f.norm);
    CAPTURE(f.time_major);
    const std::size_t batches = 2, steps = 3, inputs = 5, cells = 7, width = f.projection ? 4 : 7;
    std::vector<value> in = lstm_inputs(random, f, 2, 3, 5, 7, static_cast<int>(width));
    operation_options options;
    options.activation = aeq::fused_activation::tanh;
    options.time_major = f.time_major;
    options.cell_clip = f.peephole ? 0.25f : 0;
    options.proj_clip = f.projection ? 0.5f : 0;
    const auto state = in[18].floats(), cell = in[19].floats();
    std::vector<std::vector<double>> h(batches), c(batches);
    for (std::size_t b = 0; b < batches; ++b) {
      h[b].assign(state.begin() + static_cast<long>(b * width), state.begin() + static_cast<long>((b + 1) * width));
      c[b].assign(cell.begin() + static_cast<long>(b * cells), cell.begin() + static_cast<long>((b + 1) * cells));
    }
    const std::vector<float> x = in[0].floats();
    for (int round = 0; round < 2; ++round) {
      std::vector<value> again = in;
      value y, same;
      REQUIRE(run(code::unidirectional_sequence_lstm, again, {18, 19}, options, same, pool.share()) == status::ready);
      REQUIRE(run(code::unidirectional_sequence_lstm, in, {18, 19}, options, y) == status::ready);
      CHECK(y.floats() == same.floats());
      double worst = 0;
      for (std::size_t t = 0; t < steps; ++t) {
        for (std::size_t b = 0; b < batches; ++b) {
          const std::size_t row = f.time_major ? t * batches + b : b * steps + t;
          slow_step(in, x.data() + row * inputs, h[b], c[b], options);
          for (std::size_t m = 0; m < width; ++m) {
            worst = std::fmax(worst, std::fabs(static_cast<double>(y.floats()[row * width + m]) - h[b][m]));
          }
        }
      }
      for (std::size_t i = 0; i < batches * cells; ++i) {
        worst = std::fmax(worst, std::fabs(static_cast<double>(in[19].floats()[i]) - c[i / cells][i % cells]));
      }
      CHECK(worst < 5e-6);
    }
  }
}

TEST_CASE("LSTMs that lack a part are refused") {
  aeq_test::generator random(29);
  operation_options options;
  options.activation = aeq::fused_activation::tanh;
  options.time_major = true;
  const std::vector<value> good = lstm_inputs(random, {}, 1, 2, 3, 4, 4);
  value y;
  const auto refused = [&](std::size_t input, const value& other) {
    std::vector<value> in = good;
    in[input] = other;
    return run(code::unidirectional_sequence_lstm, in, {18, 19}, options, y);
  };
  for (const std::size_t input : std::initializer_list<std::size_t>{1, 2, 3, 4, 5, 7, 8, 12, 13, 14, 15}) {
    CAPTURE(input);
    CHECK(refused(input, {}) != status::ready);
    CHECK(refused(input, floats({1, 3}, {1, 2, 3})) == status::wrong_shape);
  }
  CHECK(refused(16, random.floats({4, 5})) == status::wrong_shape);
  CHECK(refused(17, random.floats({4})) == status::wrong_shape);  // a bias of no projection
  CHECK(refused(18, random.floats({2, 4})) == status::wrong_shape);
  CHECK(refused(21, random.floats({4})) == status::wrong_operands);  // coefficients of one gate only
  std::vector<value> in = good;
  CHECK(run(code::unidirectional_sequence_lstm, in, {18}, options, y) == status::wrong_operands);
  options.activation = aeq::fused_activation::sign_bit;
  CHECK(run(code::unidirectional_sequence_lstm, in, {18, 19}, options, y) == status::wrong_options);
}

TEST_CASE("an RNN feeds its output back") {
  std::vector<value> in{floats({1, 2, 1}, {1, 2}), floats({2, 1}, {1, -1}), floats({2, 2}, {0.5f, 0, 0, 2}),
                        floats({2}, {0, 1}), floats({1, 2}, {4, 0})};
  operation_options options;
  value y;
  REQUIRE(run(code::unidirectional_sequence_rnn, in, {4}, options, y) == status::ready);
  CHECK(y.floats() == std::vector<float>{3, 0, 3.5f, -1});
  CHECK(in[4].floats() == std::vector<float>{3.5f, -1});
  in[0] = floats({1, 1}, {1});
  REQUIRE(run(code::rnn, in, {4}, options, y) == status::ready);
  CHECK(y.shape == std::vector<std::int32_t>{1, 2});
  CHECK(y.floats() == std::vector<float>{2.75f, -2});
  in[2] = floats({2, 1}, {1, 2});
  CHECK(run(code::rnn, in, {4}, options, y) == status::wrong_shape);
}

TEST_SUITE_END();
