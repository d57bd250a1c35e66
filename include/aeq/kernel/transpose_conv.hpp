// SPDX-License-Identifier: Apache-2.0
// TRANSPOSE_CONV. (spec: kernels, section 2) Freestanding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/bias.hpp>
#include <aeq/kernel/conv_2d.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/window.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// The convolution that this one turns round: from y's pixels to x's. Its input channels are y's.
[[nodiscard]] constexpr status transpose_conv_geometry_of(std::span<const std::int32_t> x,
                                                          std::span<const std::int32_t> w,
                                                          std::span<const std::int32_t> y, const operation_options& o,
                                                          conv_2d_geometry& g) noexcept {
  if (x.size() != 4 || w.size() != 4 || y.size() != 4 || w[1] < 1 || w[2] < 1) return status::wrong_shape;
  if (y[0] != x[0] || y[3] != w[0] || w[3] != x[3]) return status::wrong_shape;
  g.batches = static_cast<std::size_t>(x[0]);
  g.input_channels = static_cast<std::size_t>(y[3]);
  g.output_channels = g.depth = static_cast<std::size_t>(x[3]);
  if (!place_windows(o.padding, y[1], w[1], o.stride_height, 1, g.windows.rows) ||
      !place_windows(o.padding, y[2], w[2], o.stride_width, 1, g.windows.columns)) {
    return status::wrong_options;
  }
  return g.windows.rows.outputs == x[1] && g.windows.columns.outputs == x[2] ? status::ready : status::wrong_shape;
}

/// Windows [first, last) have a tap at a position.
struct reaching_windows {
  std::int64_t first = 0;
  std::int64_t last = 0;
};
[[nodiscard]] constexpr reaching_windows windows_reaching(const window_axis& axis, std::int64_t position) noexcept {
  const std::int64_t at = position + axis.before;
  const std::int64_t first = at < axis.filter ? 0 : (at - axis.filter) / axis.stride + 1;
  return {first, std::min(at / axis.stride + 1, axis.outputs)};
}

/// y[b, oy, ox, n] = clamp(sum over iy, ix, i of x[b, iy, ix, i] * w[n, ky, kx, i] + bias[n]), float32, over all iy and
/// ix for which ky = oy + before - iy * stride and kx alike lie in the filter. Sums in the order of iy, ix, i.
///
/// inputs: shape of y, int32; w: [N, KH, KW, I]; x: [B, H, W, I]; bias: N elements, may be absent. y: [B, OH, OW, N].
struct transpose_conv_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() < 3 || call.inputs.size() > 4 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& w = call.inputs[1];
    const operand& x = call.inputs[2];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(x), check_float(w), check_float(y)}) {
      if (s != status::ready) return s;
    }
    conv_2d_geometry g;
    const status placed = transpose_conv_geometry_of(x.shape, w.shape, y.shape, call.options, g);
    if (placed != status::ready) return placed;
    const status bias = check_bias(call, 3, g.input_channels);
    if (bias != status::ready) return bias;
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& weight = call.inputs[1];
    const operand& input = call.inputs[2];
    const result_operand& output = call.outputs[0];
    conv_2d_geometry g;
    if (transpose_conv_geometry_of(input.shape, weight.shape, output.shape, call.options, g) != status::ready) return;
    const float* const x = input.values<float>().data();
    const float* const w = weight.values<float>().data();
    float* const y = output.values<float>().data();
    const float* const bias = bias_of(call, 3);
    const clamp_range limits = clamp_of(call.options.activation);
    const window_axis& rows = g.windows.rows;
    const window_axis& columns = g.windows.columns;
    const std::size_t channels = g.input_channels;
    const auto height = static_cast<std::size_t>(rows.inputs), width = static_cast<std::size_t>(columns.inputs);
    call.share.for_ranges(g.batches * height, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const reaching_windows ys = windows_reaching(rows, static_cast<std::int64_t>(row % height));
        for (std::size_t column = 0; column < width; ++column) {
          const reaching_windows xs = windows_reaching(columns, static_cast<std::int64_t>(column));
          for (std::size_t n = 0; n < channels; ++n) {
            float sum = 0;
            for (std::int64_t iy = ys.first; iy < ys.last; ++iy) {
              for (std::int64_t ix = xs.first; ix < xs.last; ++ix) {
                const std::int64_t ky = static_cast<std::int64_t>(row % height) - rows.start(iy);
                const std::int64_t kx = static_cast<std::int64_t>(column) - columns.start(ix);
                const float* const from =
                    x + ((row / height * static_cast<std::size_t>(rows.outputs) + static_cast<std::size_t>(iy)) *
                             static_cast<std::size_t>(columns.outputs) +
                         static_cast<std::size_t>(ix)) *
                            g.depth;
                const float* const by =
                    w + ((n * static_cast<std::size_t>(rows.filter) + static_cast<std::size_t>(ky)) *
                             static_cast<std::size_t>(columns.filter) +
                         static_cast<std::size_t>(kx)) *
                            g.depth;
                for (std::size_t i = 0; i < g.depth; ++i) sum += from[i] * by[i];
              }
            }
            if (bias != nullptr) sum += bias[n];
            y[(row * width + column) * channels + n] = clamped(sum, limits);
          }
        }
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
