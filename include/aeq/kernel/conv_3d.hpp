// SPDX-License-Identifier: Apache-2.0
// CONV_3D in float32. Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/bias.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/window.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Extents of a convolution over [batches, depth, height, width, channels]; windows in the order of these axes.
struct conv_3d_geometry {
  std::size_t batches = 0;
  std::size_t input_channels = 0;
  std::size_t output_channels = 0;
  window_axis axes[3]{};
};

/// From the shapes of input and weight [depth, height, width, I, O]; I is the number of the input's channels.
[[nodiscard]] constexpr status conv_3d_geometry_of(std::span<const std::int32_t> x, std::span<const std::int32_t> w,
                                                   const operation_options& o, conv_3d_geometry& g) noexcept {
  if (x.size() != 5 || w.size() != 5 || x[4] != w[3] || w[0] < 1 || w[1] < 1 || w[2] < 1) return status::wrong_shape;
  g.batches = static_cast<std::size_t>(x[0]);
  g.input_channels = static_cast<std::size_t>(x[4]);
  g.output_channels = static_cast<std::size_t>(w[4]);
  const bool placed = place_windows(o.padding, x[1], w[0], o.stride_depth, o.dilation_depth, g.axes[0]) &&
                      place_windows(o.padding, x[2], w[1], o.stride_height, o.dilation_height, g.axes[1]) &&
                      place_windows(o.padding, x[3], w[2], o.stride_width, o.dilation_width, g.axes[2]);
  return placed ? status::ready : status::wrong_options;
}

/// y[b, oz, oy, ox, n] = clamp(sum over kz, ky, kx, i of x[b, iz, iy, ix, i] * w[kz, ky, kx, i, n] + bias[n]), float32;
/// what lies outside of x is left out. Sums in the order of kz, ky, kx, i.
///
/// x: [B, D, H, W, I]; w: [KD, KH, KW, I, N]; bias: N elements, may be absent; y: [B, OD, OH, OW, N].
struct conv_3d_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() < 2 || call.inputs.size() > 3 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const operand& w = call.inputs[1];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(x), check_float(w), check_float(y)}) {
      if (s != status::ready) return s;
    }
    conv_3d_geometry g;
    const status placed = conv_3d_geometry_of(x.shape, w.shape, call.options, g);
    if (placed != status::ready) return placed;
    if (y.shape.size() != 5 || y.shape[0] != x.shape[0] || y.shape[4] != w.shape[4]) return status::wrong_shape;
    for (std::size_t i = 0; i < 3; ++i) {
      if (y.shape[i + 1] != g.axes[i].outputs) return status::wrong_shape;
    }
    const status bias = check_bias(call, 2, g.output_channels);
    if (bias != status::ready) return bias;
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    conv_3d_geometry g;
    if (conv_3d_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) return;
    const std::size_t channels = g.output_channels;
    if (channels == 0) return;
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    const auto height = static_cast<std::size_t>(g.axes[1].outputs),
               width = static_cast<std::size_t>(g.axes[2].outputs);
    const auto depth = static_cast<std::size_t>(g.axes[0].outputs);
    call.share.for_ranges(g.batches * depth * height, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t pixel = begin * width; pixel < end * width; ++pixel) {
        float* const to = y + pixel * channels;
        for (std::size_t n = 0; n < channels; ++n) to[n] = 0;
        const std::size_t row = pixel / width;
        sum_window(call, g, row / height / depth, static_cast<std::int64_t>(row / height % depth),
                   static_cast<std::int64_t>(row % height), static_cast<std::int64_t>(pixel % width), to);
        for (std::size_t n = 0; n < channels; ++n) {
          to[n] = clamped(bias != nullptr ? to[n] + bias[n] : to[n], limits);
        }
      }
    });
  }

 private:
  static void sum_window(const kernel_arguments& call, const conv_3d_geometry& g, std::size_t image, std::int64_t oz,
                         std::int64_t oy, std::int64_t ox, float* to) noexcept {
    const float* const x = call.inputs[0].values<float>().data();
    const float* const w = call.inputs[1].values<float>().data();
    const window_axis &z = g.axes[0], &v = g.axes[1], &h = g.axes[2];
    const window_axis::taps zs = z.inside(oz), ys = v.inside(oy), xs = h.inside(ox);
    for (std::int64_t kz = zs.first; kz < zs.last; ++kz) {
      for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
        for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
          const auto iz = static_cast<std::size_t>(z.start(oz) + kz * z.dilation);
          const auto iy = static_cast<std::size_t>(v.start(oy) + ky * v.dilation);
          const auto ix = static_cast<std::size_t>(h.start(ox) + kx * h.dilation);
          const std::size_t at =
              ((image * static_cast<std::size_t>(z.inputs) + iz) * static_cast<std::size_t>(v.inputs) + iy) *
                  static_cast<std::size_t>(h.inputs) +
              ix;
          const auto tap = static_cast<std::size_t>((kz * v.filter + ky) * h.filter + kx);
          for (std::size_t i = 0; i < g.input_channels; ++i) {
            const float value = x[at * g.input_channels + i];
            const float* const by = w + (tap * g.input_channels + i) * g.output_channels;
            for (std::size_t n = 0; n < g.output_channels; ++n) to[n] += value * by[n];
          }
        }
      }
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
