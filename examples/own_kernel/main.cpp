// SPDX-License-Identifier: Apache-2.0
// A policy that brings a kernel of its own: FULLY_CONNECTED for a processor without a multiplier for requantization.
// All scales are powers of two, so that an accumulator becomes a result by a shift. The kernel is found in the table
// and run on data. Needs the freestanding part only.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/kernels.hpp>

/// result = clamp(((sum over k of (x[b, k] - zx) * w[n, k]) + bias[n]) / 2^shift[n] + zy), halves up, where
/// 2^-shift[n] = scale of x * scale of w[n] / scale of y.
///
/// x: int8 [B, K]; w: int8 [N, K], one scale per n, no zero point; bias: int32 [N], may be absent; y: int8 [B, N].
/// Workspace: N int32, the shifts.
struct shifting_fully_connected {
  using operation = aeq::op::fully_connected;

  static std::size_t workspace_bytes(const aeq::kernel_arguments& call) noexcept {
    const bool has_weight = call.inputs.size() > 1 && call.inputs[1].shape.size() == 2;
    return has_weight ? static_cast<std::size_t>(call.inputs[1].shape[0]) * sizeof(std::int32_t) : 0;
  }

  static aeq::status setup(const aeq::kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    using aeq::element_type;
    using aeq::status;
    if (call.inputs.size() < 2 || call.outputs.size() != 1) return status::wrong_operands;
    const aeq::operand& x = call.inputs[0];
    const aeq::operand& w = call.inputs[1];
    const aeq::result_operand& y = call.outputs[0];
    if (x.type != element_type::int8 || w.type != element_type::int8 || y.type != element_type::int8) {
      return status::wrong_type;
    }
    if (x.shape.size() != 2 || w.shape.size() != 2 || y.shape.size() != 2) return status::wrong_shape;
    if (x.shape[1] != w.shape[1] || y.shape[0] != x.shape[0] || y.shape[1] != w.shape[0]) return status::wrong_shape;
    if (!x.is_complete() || !w.is_complete() || !y.is_complete()) return status::wrong_shape;
    const auto channels = static_cast<std::size_t>(w.shape[0]);
    if (has_bias(call)) {
      const aeq::operand& bias = call.inputs[2];
      if (bias.type != element_type::int32) return status::wrong_type;
      if (bias.elements() != channels || !bias.is_complete()) return status::wrong_shape;
    }
    if (x.scale.size() != 1 || y.scale.size() != 1 || w.scale.size() != channels) return status::wrong_parameters;
    if (x.zero_point.size() != 1 || y.zero_point.size() != 1) return status::wrong_parameters;
    if (call.options.activation != aeq::fused_activation::none) return status::wrong_options;
    if (workspace.size() < workspace_bytes(call)) return status::small_workspace;
    for (std::size_t n = 0; n < channels; ++n) {
      int of_x = 0, of_w = 0, of_y = 0;
      if (!exponent(x.scale[0], of_x) || !exponent(w.scale[n], of_w) || !exponent(y.scale[0], of_y)) {
        return status::wrong_parameters;
      }
      const std::int32_t shift = of_y - of_x - of_w;
      if (shift < 1 || shift > 31) return status::wrong_parameters;
      std::memcpy(workspace.data() + n * sizeof shift, &shift, sizeof shift);
    }
    return status::ready;
  }

  static void evaluate(const aeq::kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const auto x = call.inputs[0].values<std::int8_t>();
    const auto w = call.inputs[1].values<std::int8_t>();
    const auto y = call.outputs[0].values<std::int8_t>();
    const auto depth = static_cast<std::size_t>(call.inputs[1].shape[1]);
    const auto channels = static_cast<std::size_t>(call.inputs[1].shape[0]);
    const std::int32_t x_zero = call.inputs[0].zero_point[0];
    const std::int32_t y_zero = call.outputs[0].zero_point[0];
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t n = i % channels;
      const std::size_t row = i / channels;
      std::int32_t sum = has_bias(call) ? call.inputs[2].values<std::int32_t>()[n] : 0;
      for (std::size_t k = 0; k < depth; ++k) sum += (x[row * depth + k] - x_zero) * w[n * depth + k];
      std::int32_t shift = 0;
      std::memcpy(&shift, workspace.data() + n * sizeof shift, sizeof shift);
      const auto half = std::int64_t(1) << (shift - 1);
      const auto result = static_cast<std::int32_t>((sum + half) >> shift) + y_zero;
      y[i] = static_cast<std::int8_t>(result < -128 ? -128 : result > 127 ? 127 : result);
    }
  }

 private:
  static bool has_bias(const aeq::kernel_arguments& call) noexcept {
    return call.inputs.size() > 2 && call.inputs[2].present();
  }
  /// e of scale = 2^e; false if it is something else.
  static bool exponent(float scale, int& e) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(scale);
    e = static_cast<int>(bits >> 23) - 127;
    return (bits & 0x807fffffu) == 0 && e > -127 && e < 128;
  }
};

struct shift_wi8_ai8 {
  static constexpr std::string_view name = "shift_wi8_ai8";
  using activation = aeq::integer<8, aeq::asymmetric, aeq::tensorwise>;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr aeq::compute compute_precision = aeq::compute::integer;
  static constexpr aeq::execution execution_mode = aeq::execution::static_range;
  using policies = aeq::type_list<aeq::power_of_two_fit, aeq::kernels<shifting_fully_connected>>;
};
static_assert(aeq::verify<shift_wi8_ai8, aeq::op::fully_connected>());
static_assert(aeq::verify_accumulator<shift_wi8_ai8, 4096>());

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

}  // namespace

int main() {
  const aeq::kernel_table_view table = aeq::kernel_table<aeq::builtin_schemes, shift_wi8_ai8>();
  const aeq::table_row* row = table.find(aeq::op::code::fully_connected, "shift_wi8_ai8");
  if (row == nullptr || !row->kernel.present()) return 1;
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

  // What an interpreter or firmware does.
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
    return 1;
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
  return close ? 0 : 1;
}
