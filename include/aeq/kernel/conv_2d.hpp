// SPDX-License-Identifier: Apache-2.0
// CONV_2D and DEPTHWISE_CONV_2D: their geometry, and float32. (spec: kernels, section 2) Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/bias.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/window.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Extents of a convolution over [batches, height, width, channels].
struct conv_2d_geometry {
  std::size_t batches = 0;
  std::size_t input_channels = 0;
  std::size_t output_channels = 0;
  std::size_t groups = 1;  ///< CONV_2D: each reads its share of the input channels, and writes its of the output's
  std::size_t depth = 0;   ///< CONV_2D: input channels of a group
  window_plane windows{};

  [[nodiscard]] std::size_t output_pixels() const noexcept {
    return batches * static_cast<std::size_t>(windows.rows.outputs) * static_cast<std::size_t>(windows.columns.outputs);
  }
};

namespace detail {

[[nodiscard]] constexpr status place_conv(std::span<const std::int32_t> x, std::span<const std::int32_t> w,
                                          const operation_options& o, conv_2d_geometry& g) noexcept {
  g.batches = static_cast<std::size_t>(x[0]);
  g.input_channels = static_cast<std::size_t>(x[3]);
  const bool placed = place_windows(o.padding, x[1], w[1], o.stride_height, o.dilation_height, g.windows.rows) &&
                      place_windows(o.padding, x[2], w[2], o.stride_width, o.dilation_width, g.windows.columns);
  return placed ? status::ready : status::wrong_options;
}

}  // namespace detail

/// Geometry from the shapes of input and weight [O, height, width, I]. I divides the input's channels.
[[nodiscard]] constexpr status conv_2d_geometry_of(std::span<const std::int32_t> x, std::span<const std::int32_t> w,
                                                   const operation_options& options, conv_2d_geometry& g) noexcept {
  if (x.size() != 4 || w.size() != 4 || w[1] < 1 || w[2] < 1 || w[3] < 1) return status::wrong_shape;
  if (x[3] < 1 || x[3] % w[3] != 0) return status::wrong_shape;
  g.depth = static_cast<std::size_t>(w[3]);
  g.groups = static_cast<std::size_t>(x[3] / w[3]);
  g.output_channels = static_cast<std::size_t>(w[0]);
  if (g.output_channels % g.groups != 0) return status::wrong_shape;
  return detail::place_conv(x, w, options, g);
}

/// The same for DEPTHWISE_CONV_2D: weight [1, height, width, O], O a multiple of the input's channels.
[[nodiscard]] constexpr status depthwise_geometry_of(std::span<const std::int32_t> x, std::span<const std::int32_t> w,
                                                     const operation_options& options, conv_2d_geometry& g) noexcept {
  if (x.size() != 4 || w.size() != 4 || w[0] != 1 || w[1] < 1 || w[2] < 1) return status::wrong_shape;
  if (x[3] < 1 || w[3] % x[3] != 0) return status::wrong_shape;
  g.output_channels = static_cast<std::size_t>(w[3]);
  g.groups = g.input_channels = static_cast<std::size_t>(x[3]);
  g.depth = 1;
  return detail::place_conv(x, w, options, g);
}

namespace detail {

using geometry_function = status (*)(std::span<const std::int32_t>, std::span<const std::int32_t>,
                                     const operation_options&, conv_2d_geometry&) noexcept;

/// Whether the shapes of input 0, input 1 (the weight) and output go together, and what they are together.
[[nodiscard]] constexpr status check_conv_shapes(const kernel_arguments& call, geometry_function geometry,
                                                 conv_2d_geometry& g) noexcept {
  const std::span<const std::int32_t> x = call.inputs[0].shape;
  const std::span<const std::int32_t> y = call.outputs[0].shape;
  const status placed = geometry(x, call.inputs[1].shape, call.options, g);
  if (placed != status::ready) return placed;
  const bool fits = y.size() == 4 && y[0] == x[0] && y[1] == g.windows.rows.outputs &&
                    y[2] == g.windows.columns.outputs && static_cast<std::size_t>(y[3]) == g.output_channels;
  return fits ? status::ready : status::wrong_shape;
}

/// What both float convolutions ask of their operands: input, weight, bias (may be absent), output of the shape.
[[nodiscard]] inline status check_conv_float(const kernel_arguments& call, geometry_function geometry) noexcept {
  if (call.inputs.size() < 2 || call.inputs.size() > 3 || call.outputs.size() != 1) return status::wrong_operands;
  const operand& x = call.inputs[0];
  const operand& w = call.inputs[1];
  const result_operand& y = call.outputs[0];
  for (const status s : {check_float(x), check_float(w), check_float(y)}) {
    if (s != status::ready) return s;
  }
  conv_2d_geometry g;
  if (const status placed = check_conv_shapes(call, geometry, g); placed != status::ready) return placed;
  const status bias = check_bias(call, 2, g.output_channels);
  if (bias != status::ready) return bias;
  return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
}

/// Calls pixel(input image, output row, output column, output pixel) for all output pixels, rows shared out.
template <class Pixel>
void for_output_pixels(const kernel_arguments& call, const conv_2d_geometry& g, std::size_t work_of_pixel,
                       const Pixel& pixel) noexcept {
  const auto rows = static_cast<std::size_t>(g.windows.rows.outputs);
  const auto columns = static_cast<std::size_t>(g.windows.columns.outputs);
  if (columns == 0) return;
  constexpr std::size_t worth = 32768;  // multiplications that are worth another thread
  const std::size_t least = work_of_pixel < worth ? worth / (columns * work_of_pixel + 1) + 1 : 1;
  call.share.for_ranges(g.batches * rows, least, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      for (std::size_t column = 0; column < columns; ++column) {
        pixel(row / rows, static_cast<std::int64_t>(row % rows), static_cast<std::int64_t>(column),
              row * columns + column);
      }
    }
  });
}

}  // namespace detail

/// y[b, oy, ox, n] = clamp(sum over ky, kx, i of x[b, iy, ix, group(n) * I + i] * w[n, ky, kx, i] + bias[n]), float32,
/// with iy = oy * stride - before + ky * dilation; what lies outside of x is left out. Sums in the order of ky, kx, i.
///
/// x: [B, H, W, groups * I]; w: [N, KH, KW, I], groups divide N; bias: N elements, may be absent; y: [B, OH, OW, N].
struct conv_2d_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    return detail::check_conv_float(call, &conv_2d_geometry_of);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const operand& weight = call.inputs[1];
    conv_2d_geometry g;
    if (conv_2d_geometry_of(input.shape, weight.shape, call.options, g) != status::ready) return;
    const float* const x = input.values<float>().data();
    const float* const w = weight.values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    const window_axis& rows = g.windows.rows;
    const window_axis& columns = g.windows.columns;
    const std::size_t group_outputs = g.output_channels / g.groups;
    const auto taps = static_cast<std::size_t>(rows.filter * columns.filter);
    detail::for_output_pixels(
        call, g, taps * g.depth * g.output_channels,
        [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
          const window_axis::taps ys = rows.inside(row);
          const window_axis::taps xs = columns.inside(column);
          for (std::size_t n = 0; n < g.output_channels; ++n) {
            float sum = 0;
            for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
              for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
                const std::int64_t iy = rows.start(row) + ky * rows.dilation;
                const std::int64_t ix = columns.start(column) + kx * columns.dilation;
                const std::size_t at = (image * static_cast<std::size_t>(rows.inputs) + static_cast<std::size_t>(iy)) *
                                           static_cast<std::size_t>(columns.inputs) +
                                       static_cast<std::size_t>(ix);
                const float* const from = x + at * g.input_channels + n / group_outputs * g.depth;
                const float* const by = w + (n * taps + static_cast<std::size_t>(ky * columns.filter + kx)) * g.depth;
                for (std::size_t i = 0; i < g.depth; ++i) sum += from[i] * by[i];
              }
            }
            if (bias != nullptr) sum += bias[n];
            y[pixel * g.output_channels + n] = clamped(sum, limits);
          }
        });
  }
};

/// y[b, oy, ox, c * M + m] = clamp(sum over ky, kx of x[b, iy, ix, c] * w[0, ky, kx, c * M + m] + bias[c * M + m]),
/// float32, windows as in conv_2d_float.
///
/// x: [B, H, W, C]; w: [1, KH, KW, C * M]; bias: C * M elements, may be absent; y: [B, OH, OW, C * M].
struct depthwise_conv_2d_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    return detail::check_conv_float(call, &depthwise_geometry_of);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const operand& weight = call.inputs[1];
    conv_2d_geometry g;
    if (depthwise_geometry_of(input.shape, weight.shape, call.options, g) != status::ready) return;
    if (g.output_channels == 0) return;
    const float* const x = input.values<float>().data();
    const float* const w = weight.values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    const window_axis& rows = g.windows.rows;
    const window_axis& columns = g.windows.columns;
    const std::size_t multiplier = g.output_channels / g.input_channels;
    const auto taps = static_cast<std::size_t>(rows.filter * columns.filter);
    detail::for_output_pixels(
        call, g, taps * g.output_channels,
        [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
          float* const to = y + pixel * g.output_channels;
          for (std::size_t n = 0; n < g.output_channels; ++n) to[n] = 0;
          const window_axis::taps ys = rows.inside(row);
          const window_axis::taps xs = columns.inside(column);
          for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
            for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
              const std::int64_t iy = rows.start(row) + ky * rows.dilation;
              const std::int64_t ix = columns.start(column) + kx * columns.dilation;
              const std::size_t at = (image * static_cast<std::size_t>(rows.inputs) + static_cast<std::size_t>(iy)) *
                                         static_cast<std::size_t>(columns.inputs) +
                                     static_cast<std::size_t>(ix);
              const float* const from = x + at * g.input_channels;
              const float* const by = w + static_cast<std::size_t>(ky * columns.filter + kx) * g.output_channels;
              for (std::size_t c = 0, n = 0; c < g.input_channels; ++c) {
                for (std::size_t m = 0; m < multiplier; ++m, ++n) to[n] += from[c] * by[n];
              }
            }
          }
          for (std::size_t n = 0; n < g.output_channels; ++n) {
            to[n] = clamped(bias != nullptr ? to[n] + bias[n] : to[n], limits);
          }
        });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
