// SPDX-License-Identifier: Apache-2.0
// A policy that brings a kernel of its own: FULLY_CONNECTED for a processor without a multiplier for requantization.
// All scales are powers of two, so that an accumulator becomes a result by a shift. Needs the freestanding part only,
// as firmware has it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

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
