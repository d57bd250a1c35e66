// SPDX-License-Identifier: Apache-2.0
// FULLY_CONNECTED. (spec: kernels, section 2) Freestanding.
#pragma once

#include <cstddef>
#include <span>

#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/bias.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[b, n] = clamp((sum over k of x[b, k] * w[n, k]) + bias[n]), float32; sums in the order of k.
///
/// x: any shape of B * K elements; w: [N, K]; bias: N elements, may be absent; y: any shape of B * N elements.
struct fully_connected_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() < 2 || call.inputs.size() > 3 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const operand& w = call.inputs[1];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(x), check_float(w), check_float(y)}) {
      if (s != status::ready) return s;
    }
    if (w.shape.size() != 2) return status::wrong_shape;
    const auto depth = static_cast<std::size_t>(w.shape[1]);
    const auto channels = static_cast<std::size_t>(w.shape[0]);
    if (depth == 0 || x.elements() % depth != 0 || y.elements() != x.elements() / depth * channels) {
      return status::wrong_shape;
    }
    const status bias = check_bias(call, 2, channels);
    if (bias != status::ready) return bias;
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const float* const x = call.inputs[0].values<float>().data();
    const float* const w = call.inputs[1].values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const auto depth = static_cast<std::size_t>(call.inputs[1].shape[1]);
    const auto channels = static_cast<std::size_t>(call.inputs[1].shape[0]);
    const clamp_range limits = clamp_of(call.options.activation);
    call.share.for_ranges(call.outputs[0].elements(), 32768 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const float* const from = x + i / channels * depth;
        const float* const by = w + i % channels * depth;
        float sum = 0;
        for (std::size_t k = 0; k < depth; ++k) sum += from[k] * by[k];
        if (bias != nullptr) sum += bias[i % channels];
        y[i] = clamped(sum, limits);
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
