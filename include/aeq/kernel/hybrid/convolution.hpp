// SPDX-License-Identifier: Apache-2.0
// CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV, dynamic range. (spec: kernels, section 2) Freestanding.
//
// Each image of x is quantized as a whole, to q with scale s and zero point z; sums are those of integer convolutions.
// Operands as hybrid/quantized_input.hpp has them, shapes as the float kernels of the same op. The ops differ in which
// zero point they choose and in the order of their products, which the last bits show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/hybrid/quantized_input.hpp>
#include <aeq/kernel/integer/convolution_sums.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

namespace detail {

[[nodiscard]] inline quantized_input quantized_images(const kernel_arguments& call, const weighted_form& form,
                                                      std::span<std::byte> memory) noexcept {
  if (call.inputs.size() <= form.x || call.inputs[form.x].shape.empty()) return {};
  const operand& x = call.inputs[form.x];
  return quantized_input::of(x.elements(), static_cast<std::size_t>(x.shape[0]), memory);
}

[[nodiscard]] inline status setup_hybrid_conv(const kernel_arguments& call, const weighted_form& form,
                                              geometry_function geometry, std::span<std::byte> workspace) noexcept {
  if (call.inputs.size() > 3) return status::wrong_operands;
  if (const status fits = check_hybrid(call, form); fits != status::ready) return fits;
  if (call.inputs[form.w].block_elements != 0) return status::wrong_parameters;
  conv_2d_geometry g;
  if (const status placed = check_conv_shapes(call, geometry, g); placed != status::ready) return placed;
  return prepare_hybrid(call, form, workspace);
}

}  // namespace detail

/// Weights with different scales: q with a zero point, y = clamp((sum * w_scale[n]) * s + bias[n]). With one scale, or
/// equal ones: q around 0, y = clamp(bias[n] + sum * (s * w_scale)).
struct hybrid_conv_2d {
  template <class = when_used>
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return hybrid_workspace_bytes(call, form);
  }
  template <class = when_used>
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return detail::quantized_images(call, form, {}).bytes;
  }
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return detail::setup_hybrid_conv(call, form, &conv_2d_geometry_of, workspace);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    conv_2d_geometry g;
    if (conv_2d_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) return;
    const std::span<const float> w_scale = call.inputs[1].scale;
    bool is_channelwise = false;
    for (const float scale : w_scale) is_channelwise = is_channelwise || scale != w_scale[0];
    const quantized_input q = detail::quantized_images(call, form, call.scratch);
    q.fill(call.inputs[0].values<float>().data(), is_channelwise, call.share);
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    conv_2d_sums<std::uint32_t>(
        call, g, q.values.data(), hybrid_weights(call, form, workspace),
        [&](std::size_t image) { return q.scales[image].zero_point; }, 0,
        [&](std::size_t image, std::size_t at, std::size_t n, std::uint32_t sum) {
          const auto products = static_cast<float>(static_cast<std::int32_t>(sum));
          const float add = bias != nullptr ? bias[n] : 0.0f;
          const float scale = q.scales[image].scale;
          y[at] = clamped(is_channelwise ? rounded_product(products * w_scale[n], scale) + add
                                         : add + rounded_product(products, scale * w_scale[0]),
                          limits);
        });
  }

 private:
  static constexpr weighted_form form{};
};

/// q with a zero point; y = clamp(sum * (w_scale[n] * s) + bias[n]).
struct hybrid_depthwise_conv_2d {
  template <class = when_used>
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return hybrid_workspace_bytes(call, form);
  }
  template <class = when_used>
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return detail::quantized_images(call, form, {}).bytes;
  }
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return detail::setup_hybrid_conv(call, form, &depthwise_geometry_of, workspace);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    conv_2d_geometry g;
    if (depthwise_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) return;
    const quantized_input q = detail::quantized_images(call, form, call.scratch);
    q.fill(call.inputs[0].values<float>().data(), true, call.share);
    const std::span<const float> w_scale = call.inputs[1].scale;
    const std::size_t step = w_scale.size() == 1 ? 0 : 1;
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    depthwise_sums<std::uint32_t>(
        call, g, q.values.data(), hybrid_weights(call, form, workspace),
        [&](std::size_t image) { return q.scales[image].zero_point; }, 0,
        [&](std::size_t image, std::size_t at, std::size_t n, std::uint32_t sum) {
          float value = rounded_product(static_cast<float>(static_cast<std::int32_t>(sum)),
                                        w_scale[n * step] * q.scales[image].scale);
          if (bias != nullptr) value += bias[n];
          y[at] = clamped(value, limits);
        });
  }

 private:
  static constexpr weighted_form form{.channel_axis = 3};
};

/// q with a zero point; y = clamp(sum over the products p = (q - z) * w of (p * w_scale[n]) * s, in floats and in the
/// order of iy, ix, i, + bias[n]).
struct hybrid_transpose_conv {
  template <class = when_used>
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return hybrid_workspace_bytes(call, form);
  }
  template <class = when_used>
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return detail::quantized_images(call, form, {}).bytes;
  }
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() > 4) return status::wrong_operands;
    if (const status fits = check_hybrid(call, form); fits != status::ready) return fits;
    if (call.inputs[form.w].block_elements != 0) return status::wrong_parameters;
    conv_2d_geometry g;
    if (const status placed = geometry(call, g); placed != status::ready) return placed;
    return prepare_hybrid(call, form, workspace);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    conv_2d_geometry g;
    if (geometry(call, g) != status::ready) return;
    const quantized_input q = detail::quantized_images(call, form, call.scratch);
    q.fill(call.inputs[form.x].values<float>().data(), true, call.share);
    const std::span<const float> w_scale = call.inputs[form.w].scale;
    const std::size_t step = w_scale.size() == 1 ? 0 : 1;
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, form.bias);
    const clamp_range limits = clamp_of(call.options.activation);
    transpose_conv_sums<float>(
        call, g, q.values.data(), hybrid_weights(call, form, workspace),
        [&](float& sum, std::size_t image, std::size_t n, const std::int8_t* from, const std::int8_t* by) {
          const input_scale scale = q.scales[image];
          for (std::size_t i = 0; i < g.depth; ++i) {
            const std::int32_t product = (from[i] - scale.zero_point) * by[i];
            sum += rounded_product(static_cast<float>(product) * w_scale[n * step], scale.scale);
          }
        },
        [&](std::size_t, std::size_t at, std::size_t n, float sum) {
          y[at] = clamped(bias != nullptr ? sum + bias[n] : sum, limits);
        });
  }

 private:
  static constexpr weighted_form form{.x = 2, .w = 1, .bias = 3};

  [[nodiscard]] static status geometry(const kernel_arguments& call, conv_2d_geometry& g) noexcept {
    return transpose_conv_geometry_of(call.inputs[2].shape, call.inputs[1].shape, call.outputs[0].shape, call.options,
                                      g);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
