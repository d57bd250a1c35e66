// SPDX-License-Identifier: Apache-2.0
// BATCH_MATMUL, dynamic range. (spec: kernels, section 2) Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/batch_matmul.hpp>
#include <aeq/kernel/hybrid/quantized_input.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[..., m, n] = (scale[m] * b_scale[n]) * t, q being row m of a quantized around 0, or if the option
/// asymmetric_quantize_inputs says so with a zero point z;
///     t = trunc((sum over k of q[m, k] * b[k, n]) - z * (sum over k of b[k, n])), in float32 after the sums.
///
/// a: [..., M, K], with adj_x [..., K, M], float32; b: [..., K, N], with adj_y [..., N, K], int8, int4 or int2 with one
/// scale, or one per n; y: [..., M, N], float32. Axes before follow numpy's rules of broadcasting.
struct hybrid_batch_matmul {
  template <class = when_used>
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return hybrid_workspace_bytes(call, form_of(call));
  }
  template <class = when_used>
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return quantized(call, {}).bytes;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() != 2) return status::wrong_operands;
    if (call.inputs[1].shape.size() < 2) return status::wrong_shape;
    const weighted_form form = form_of(call);
    if (const status fits = check_hybrid(call, form); fits != status::ready) return fits;
    if (call.inputs[1].block_elements != 0) return status::wrong_parameters;
    if (call.inputs[1].elements() == 0) return status::wrong_shape;
    if (call.options.activation != fused_activation::none) return status::wrong_options;
    return batch_matmul_fits(call) ? prepare_hybrid(call, form, workspace) : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const operand& left = call.inputs[0];
    const operand& right = call.inputs[1];
    const result_operand& product = call.outputs[0];
    batch_matmul_geometry g;
    if (!batch_matmul_geometry_of(left.shape, right.shape, call.options, g) || product.elements() == 0) return;
    const quantized_input q = quantized(call, call.scratch);
    const float* const a = left.values<float>().data();
    const std::int8_t* const b = hybrid_weights(call, form_of(call), workspace);
    float* const y = product.values<float>().data();
    const bool asymmetric = call.options.asymmetric_quantize_inputs;
    const std::size_t step = call.options.adj_x ? g.rows : 1;
    for (std::size_t row = 0; row < q.scales.size(); ++row) {
      const std::size_t inside = row % g.rows * (call.options.adj_x ? 1 : g.depth);
      const float* const from = a + row / g.rows * g.rows * g.depth + inside;
      std::int8_t* const to = q.values.data() + row * g.depth;
      q.scales[row] =
          asymmetric ? quantize_asymmetric(from, g.depth, to, step) : quantize_symmetric(from, g.depth, to, step);
    }
    const std::size_t b_column = call.options.adj_y ? g.depth : 1, b_step = call.options.adj_y ? 1 : g.columns;
    const std::size_t scale_step = right.scale.size() == 1 ? 0 : 1;
    const std::size_t least = 32768 / (g.depth + 1) / (g.columns + 1) + 1;
    call.share.for_ranges(product.elements() / g.columns, least, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const std::size_t at = matrix_offset(left.shape, product.shape, row / g.rows) / g.depth + row % g.rows;
        const std::int8_t* const from = q.values.data() + at * g.depth;
        const std::int8_t* const by = b + matrix_offset(right.shape, product.shape, row / g.rows);
        const input_scale scale = q.scales[at];
        for (std::size_t n = 0; n < g.columns; ++n) {
          std::uint32_t products = 0, weights = 0;
          for (std::size_t k = 0; k < g.depth; ++k) {
            // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers
            const auto weight = static_cast<std::int32_t>(by[n * b_column + k * b_step]);
            products += static_cast<std::uint32_t>(from[k] * weight);
            weights += static_cast<std::uint32_t>(weight);
          }
          const float shift = rounded_product(static_cast<float>(static_cast<std::int32_t>(weights)),
                                              static_cast<float>(scale.zero_point));
          const float total = truncated(static_cast<float>(static_cast<std::int32_t>(products)) - shift);
          y[row * g.columns + n] = 0.0f + rounded_product(scale.scale * right.scale[n * scale_step], total);
        }
      }
    });
  }

 private:
  /// Output channels are b's columns.
  [[nodiscard]] static constexpr weighted_form form_of(const kernel_arguments& call) noexcept {
    weighted_form form;
    const std::size_t rank = call.inputs.size() > 1 ? call.inputs[1].shape.size() : 0;
    if (rank >= 2) form.channel_axis = rank - (call.options.adj_y ? 2 : 1);
    return form;
  }

  [[nodiscard]] static quantized_input quantized(const kernel_arguments& call, std::span<std::byte> memory) noexcept {
    batch_matmul_geometry g;
    if (call.inputs.size() != 2 ||
        !batch_matmul_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) || g.depth == 0) {
      return {};
    }
    return quantized_input::of(call.inputs[0].elements(), call.inputs[0].elements() / g.depth, memory);
  }

  /// Toward zero, as by way of an int32, which sums of 32 bits less a zero point of 8 bits may leave.
  [[nodiscard]] static float truncated(float value) noexcept {
    constexpr float whole = 8388608.0f;  // from 2^23 on floats are integers
    if (!(value < whole && value > -whole)) return value;
    return static_cast<float>(static_cast<std::int32_t>(value));
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
