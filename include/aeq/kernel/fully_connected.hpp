// SPDX-License-Identifier: Apache-2.0
// FULLY_CONNECTED. (spec: kernels, section 2) Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[b, n] = clamp((sum over k of x[b, k] * w[n, k]) + bias[n]), float32; sums in the order of k.
///
/// x: any shape of B * K elements; w: [N, K]; bias: N elements, may be absent; y: any shape of B * N elements.
struct fully_connected_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() < 2 || call.inputs.size() > 3 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const operand& w = call.inputs[1];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32 || w.type != x.type || y.type != x.type) return status::wrong_type;
    if (w.shape.size() != 2 || !x.is_complete() || !w.is_complete() || !y.is_complete()) return status::wrong_shape;
    const auto depth = static_cast<std::size_t>(w.shape[1]);
    const auto channels = static_cast<std::size_t>(w.shape[0]);
    if (depth == 0 || x.elements() % depth != 0 || y.elements() != x.elements() / depth * channels) {
      return status::wrong_shape;
    }
    if (has_bias(call)) {
      const operand& bias = call.inputs[2];
      if (bias.type != element_type::float32) return status::wrong_type;
      if (bias.elements() != channels || !bias.is_complete()) return status::wrong_shape;
    }
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const auto x = call.inputs[0].values<float>();
    const auto w = call.inputs[1].values<float>();
    const auto y = call.outputs[0].values<float>();
    const auto depth = static_cast<std::size_t>(call.inputs[1].shape[1]);
    const auto channels = static_cast<std::size_t>(call.inputs[1].shape[0]);
    if (channels == 0) return;
    const clamp_range limits = clamp_of(call.options.activation);
    const std::span<const float> bias = has_bias(call) ? call.inputs[2].values<float>() : std::span<const float>();
    for (std::size_t b = 0; b * depth < call.inputs[0].elements(); ++b) {
      for (std::size_t n = 0; n < channels; ++n) {
        float sum = 0;
        for (std::size_t k = 0; k < depth; ++k) sum += x[b * depth + k] * w[n * depth + k];
        if (!bias.empty()) sum += bias[n];
        y[b * channels + n] = clamped(sum, limits);
      }
    }
  }

  [[nodiscard]] static constexpr bool has_bias(const kernel_arguments& call) noexcept {
    return call.inputs.size() > 2 && call.inputs[2].present();
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
