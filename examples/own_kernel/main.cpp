// SPDX-License-Identifier: Apache-2.0
// A policy with a kernel of its own (shift.hpp): MODEL CALIBRATION PICTURES OUTPUT. The kernel is found in the table
// and called by hand; then a model is quantized by the policy, and the interpreter runs it with the kernel.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/aeq.hpp>

#include "shift.hpp"

namespace {

constexpr std::size_t depth = 4;
constexpr std::size_t channels = 3;
constexpr std::array<float, depth> input{0.9f, -0.25f, 0.5f, 2.0f};
constexpr std::array<float, channels * depth> weight{0.5f,  -0.25f, 0.125f, 1.0f,   //
                                                     -1.5f, 0.75f,  0.3f,   -0.6f,  //
                                                     0.02f, 0.01f,  -0.04f, 0.03f};
constexpr std::array<float, channels> bias{0.1f, -0.2f, 0.05f};

float exact(std::size_t n) {
  float sum = bias[n];
  for (std::size_t k = 0; k < depth; ++k) sum += input[k] * weight[n * depth + k];
  return sum;
}

/// Calls the kernel as firmware does: on data of its own.
bool call_by_hand() {
  const aeq::kernel_table_view table = aeq::kernel_table<aeq::builtin_schemes, shift_wi8_ai8>();
  const aeq::table_row* row = table.find(aeq::op::code::fully_connected, "shift_wi8_ai8");
  if (row == nullptr || !row->kernel.present()) return false;
  std::printf("%s has a kernel of its own\n", std::string(aeq::name_of(*row->operation, *row->scheme).view()).c_str());

  // What calibration and the quantizer do: ranges become scales, floats become integers.
  const aeq::format_descriptor& activations = row->scheme->activation;
  const aeq::scale_zero_point<float> x = row->fits.narrow({-1, 3}, activations);
  const aeq::scale_zero_point<float> y = row->fits.narrow({-4, 4}, activations);
  std::array<std::int8_t, depth> x_integers{};
  aeq::quantize_run<float, std::int8_t>(input, x, activations, x_integers);
  std::array<std::int8_t, channels * depth> w_integers{};
  std::array<float, channels> w_scales{};
  std::array<std::int32_t, channels> bias_integers{};
  for (std::size_t n = 0; n < channels; ++n) {
    const std::span<const float> of_channel = std::span(weight).subspan(n * depth, depth);
    aeq::range<float> values;
    for (const float value : of_channel) {
      values = {aeq::minimum(values.lowest, value), aeq::maximum(values.highest, value)};
    }
    const aeq::scale_zero_point<float> w = row->fits.narrow(values, row->scheme->weight);
    aeq::quantize_run<float, std::int8_t>(of_channel, w, row->scheme->weight,
                                          std::span(w_integers).subspan(n * depth, depth));
    w_scales[n] = w.scale;
    bias_integers[n] = static_cast<std::int32_t>(aeq::round_half_even(bias[n] / (x.scale * w.scale)));
  }

  std::array<std::int8_t, channels> y_integers{};
  constexpr std::array<std::int32_t, 2> x_shape{1, depth}, w_shape{channels, depth}, y_shape{1, channels};
  constexpr std::array<std::int32_t, 1> bias_shape{channels};
  const std::array<aeq::operand, 3> inputs{aeq::operand{.type = aeq::element_type::int8,
                                                        .data = std::as_bytes(std::span(x_integers)),
                                                        .shape = x_shape,
                                                        .scale = {&x.scale, 1},
                                                        .zero_point = {&x.zero_point, 1}},
                                           aeq::operand{.type = aeq::element_type::int8,
                                                        .is_constant = true,
                                                        .data = std::as_bytes(std::span(w_integers)),
                                                        .shape = w_shape,
                                                        .scale = w_scales},
                                           aeq::operand{.type = aeq::element_type::int32,
                                                        .is_constant = true,
                                                        .data = std::as_bytes(std::span(bias_integers)),
                                                        .shape = bias_shape}};
  const std::array<aeq::result_operand, 1> outputs{
      aeq::result_operand{.type = aeq::element_type::int8,
                          .data = std::as_writable_bytes(std::span(y_integers)),
                          .shape = y_shape,
                          .scale = {&y.scale, 1},
                          .zero_point = {&y.zero_point, 1}}};
  const aeq::kernel_arguments call{inputs, outputs, {}};
  std::vector<std::byte> workspace(row->kernel.workspace_bytes(call));
  if (const aeq::status s = row->kernel.setup(call, workspace); s != aeq::status::ready) {
    std::printf("setup: %s\n", std::string(aeq::name_of(s)).c_str());
    return false;
  }
  row->kernel.evaluate(call, workspace);

  bool close = true;
  std::printf("scale of the input %g, of the output %g\n", static_cast<double>(x.scale), static_cast<double>(y.scale));
  for (std::size_t n = 0; n < channels; ++n) {
    const float real = aeq::dequantize_value(y_integers[n], y.scale, y.zero_point);
    std::printf("channel %zu: scale of the weight %g, result %4d = %g, in floats %.4f\n", n,
                static_cast<double>(w_scales[n]), y_integers[n], static_cast<double>(real),
                static_cast<double>(exact(n)));
    close = close && aeq::absolute(real - exact(n)) <= y.scale;
  }
  return close;
}

using predictions = std::vector<std::size_t>;

/// The class of each picture of a file.
predictions classify(aeq::execute::interpreter& engine, const std::string& pictures) {
  const auto signatures = engine.signatures();
  aeq::calibrate::dataset samples(pictures, {signatures.begin(), signatures.end()});
  predictions classes;
  for (const aeq::calibrate::sample& picture : samples) {
    engine.run(picture.signature, picture.inputs);
    const aeq::operand output = engine.output(0);  // integers stand for shares in the same order
    const auto shares = output.values<std::int8_t>();
    classes.push_back(static_cast<std::size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin()));
  }
  return classes;
}

/// Quantizes a model by the policy, and runs it with the policy's kernel and without.
bool run_in_a_model(const std::string& model, const std::string& data, const std::string& pictures,
                    const std::string& output) {
  const aeq::kernel_table_view table = aeq::kernel_table<aeq::builtin_schemes, shift_wi8_ai8>();
  aeq::quantizer quantizer(model, table);
  aeq::recipe::recipe recipe;
  recipe.add<shift_wi8_ai8>(".*");
  quantizer.set_recipe(recipe);
  (void)quantizer.calibrate(data);
  quantizer.save(output, {.file = {.overwrite = true}});

  aeq::warnings notes;
  const aeq::model::model quantized = aeq::model::read(output, notes);
  aeq::execute::interpreter with(quantized, {.kernels = table.rows()});
  aeq::execute::interpreter without(quantized);
  const predictions ours = classify(with, pictures);
  const predictions plain = classify(without, pictures);
  const std::vector<aeq::model::operation>& operations = quantized.subgraphs[0].operations;
  std::size_t own = 0;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (quantized.builtin(operations[i]) != aeq::op::code::fully_connected) continue;
    const std::string_view scheme = with.scheme_of(0, i);
    std::printf("operator %zu: FULLY_CONNECTED by %s\n", i, scheme.empty() ? "aeq" : std::string(scheme).c_str());
    own += scheme == shift_wi8_ai8::name ? 1u : 0u;
  }
  std::size_t agree = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) agree += ours[i] == plain[i] ? 1u : 0u;
  std::printf("%zu of %zu pictures are the same class with aeq's kernels alone\n", agree, ours.size());
  return own == 1 && 100 * agree >= 99 * ours.size();
}

}  // namespace

int main(int count, char** words) try {
  if (count != 5) throw aeq::error(aeq::error_code::wrong_usage, "own_kernel MODEL CALIBRATION PICTURES OUTPUT");
  const bool is_close = call_by_hand();
  return run_in_a_model(words[1], words[2], words[3], words[4]) && is_close ? 0 : 1;
} catch (const aeq::error& problem) {
  std::fprintf(stderr, "%s\n", problem.what());
  return static_cast<int>(problem.code());
}
