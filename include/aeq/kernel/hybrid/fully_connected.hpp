// SPDX-License-Identifier: Apache-2.0
// FULLY_CONNECTED, dynamic range. (spec: kernels, section 2) Freestanding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/hybrid/quantized_input.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[b, n] = clamp(bias[n] + (sum over k of (q[b, k] - zero[b]) * w[n, k]) * (scale[b] * w_scale[n])), q being row b of
/// x quantized: around 0, or if the option asymmetric_quantize_inputs says so with a zero point.
///
/// Weights in blocks of the last axis: always with a zero point;
///     y[b, n] = clamp(bias[n] + (t - zero[b] * u) * scale[b]),
///     t = sum over blocks of (sum over k in the block of q[b, k] * w[n, k]) * w_scale[n, block],
///     u = sum over blocks of w_scale[n, block] * (sum over k in the block of w[n, k])
/// (LiteRT's reference kernel leaves t and u out; its other kernels compute like this, and ignore the activation.)
///
/// Operands as hybrid/quantized_input.hpp has them. x: any shape of B * K elements; w: [N, K]; bias: N elements, may be
/// absent; y: any shape of B * N elements. If all of x is 0, y is the bias.
struct hybrid_fully_connected {
  template <class = when_used>
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return hybrid_workspace_bytes(call, form);
  }
  template <class = when_used>
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return call.inputs.empty() ? 0 : quantized_input::of(call.inputs[0].elements(), rows_of(call), {}).bytes;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() > 3) return status::wrong_operands;
    if (const status fits = check_hybrid(call, form); fits != status::ready) return fits;
    const operand& x = call.inputs[0];
    const operand& w = call.inputs[1];
    if (w.shape.size() != 2) return status::wrong_shape;
    const auto depth = static_cast<std::size_t>(w.shape[1]);
    const auto channels = static_cast<std::size_t>(w.shape[0]);
    if (depth == 0 || x.elements() % depth != 0 || call.outputs[0].elements() != x.elements() / depth * channels) {
      return status::wrong_shape;
    }
    if (w.block_elements != 0) {
      const auto block = static_cast<std::size_t>(w.block_elements);
      if (w.block_elements < 0 || depth % block != 0 || w.scale.size() != channels * (depth / block)) {
        return status::wrong_parameters;
      }
    }
    return prepare_hybrid(call, form, workspace);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const operand& weight = call.inputs[1];
    const auto depth = static_cast<std::size_t>(weight.shape[1]);
    const auto channels = static_cast<std::size_t>(weight.shape[0]);
    const auto x = call.inputs[0].values<float>();
    const std::int8_t* const w = hybrid_weights(call, form, workspace);
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    const quantized_input q = quantized_input::of(call.inputs[0].elements(), rows_of(call), call.scratch);
    const bool is_blockwise = weight.block_elements != 0;
    const auto elements = static_cast<std::ptrdiff_t>(call.inputs[0].elements());
    const bool is_zero = std::all_of(x.begin(), x.begin() + elements, [](float value) { return value == 0.0f; });
    if (!is_zero) q.fill(x.data(), is_blockwise || call.options.asymmetric_quantize_inputs, call.share);
    const std::size_t step = weight.scale.size() == 1 ? 0 : 1;
    call.share.for_ranges(call.outputs[0].elements(), 65536 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const std::size_t row = i / channels, n = i % channels;
        float sum = bias != nullptr ? bias[n] : 0.0f;
        if (!is_zero) {
          const input_scale scale = q.scales[row];
          const std::int8_t* const from = q.values.data() + row * depth;
          if (is_blockwise) {
            sum = rounded_product(blocks(weight, from, w + n * depth, n, depth, scale.zero_point), scale.scale) + sum;
          } else {
            const auto products =
                static_cast<std::int32_t>(dot<std::uint32_t>(from, w + n * depth, depth, scale.zero_point, 0));
            sum += rounded_product(static_cast<float>(products), scale.scale * weight.scale[n * step]);
          }
        }
        y[i] = clamped(sum, limits);
      }
    });
  }

 private:
  static constexpr weighted_form form{};

  [[nodiscard]] static constexpr std::size_t rows_of(const kernel_arguments& call) noexcept {
    if (call.inputs.size() < 2 || call.inputs[1].shape.size() != 2 || call.inputs[1].shape[1] < 1) return 0;
    return call.inputs[0].elements() / static_cast<std::size_t>(call.inputs[1].shape[1]);
  }

  /// t - zero * u of row n.
  [[nodiscard]] static float blocks(const operand& weight, const std::int8_t* q, const std::int8_t* w, std::size_t n,
                                    std::size_t depth, std::int32_t zero) noexcept {
    const auto block = static_cast<std::size_t>(weight.block_elements);
    const std::size_t count = depth / block;
    float products = 0, weights = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const float scale = weight.scale[n * count + i];
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < block; ++k) sum += w[i * block + k];
      const auto product = static_cast<std::int32_t>(dot<std::uint32_t>(q + i * block, w + i * block, block, 0, 0));
      products += rounded_product(static_cast<float>(product), scale);
      weights += rounded_product(static_cast<float>(sum), scale);
    }
    return products - rounded_product(static_cast<float>(zero), weights);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
