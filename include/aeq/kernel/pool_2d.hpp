// SPDX-License-Identifier: Apache-2.0
// AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D. (spec: kernels, section 6) Freestanding, but for the C library's sqrtf.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <aeq/core/elementary.hpp>
#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/bias.hpp>
#include <aeq/kernel/conv_2d.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/window.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Geometry of a pool; its filter is in the options.
[[nodiscard]] constexpr status pool_2d_geometry_of(std::span<const std::int32_t> x, const operation_options& o,
                                                   conv_2d_geometry& g) noexcept {
  if (x.size() != 4) return status::wrong_shape;
  g.batches = static_cast<std::size_t>(x[0]);
  g.input_channels = g.output_channels = static_cast<std::size_t>(x[3]);
  const bool placed = place_windows(o.padding, x[1], o.filter_height, o.stride_height, 1, g.windows.rows) &&
                      place_windows(o.padding, x[2], o.filter_width, o.stride_width, 1, g.windows.columns);
  return placed ? status::ready : status::wrong_options;
}

/// The mean of a window's values, without the padding.
struct average_pool {
  static constexpr float first = 0;
  [[nodiscard]] static constexpr float join(float sum, float x) noexcept { return sum + x; }
  [[nodiscard]] static float finish(float sum, float count) noexcept { return sum / count; }
};

struct max_pool {
  static constexpr float first = std::numeric_limits<float>::lowest();
  [[nodiscard]] static constexpr float join(float highest, float x) noexcept { return highest < x ? x : highest; }
  [[nodiscard]] static float finish(float highest, float) noexcept { return highest; }
};

/// The root of the mean of squares.
struct l2_pool {
  static constexpr float first = 0;
  [[nodiscard]] static constexpr float join(float sum, float x) noexcept { return sum + x * x; }
  [[nodiscard]] static float finish(float sum, float count) noexcept { return elementary::sqrt(sum / count); }
};

/// y[b, oy, ox, c] = clamp(Pool over the window's values of channel c), float32, in the order of the rows.
///
/// x: [B, H, W, C]; y: [B, OH, OW, C].
template <class Pool>
struct pool_2d_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(x), check_float(y)}) {
      if (s != status::ready) return s;
    }
    conv_2d_geometry g;
    const status placed = pool_2d_geometry_of(x.shape, call.options, g);
    if (placed != status::ready) return placed;
    if (y.shape.size() != 4 || y.shape[0] != x.shape[0] || y.shape[1] != g.windows.rows.outputs ||
        y.shape[2] != g.windows.columns.outputs || y.shape[3] != x.shape[3]) {
      return status::wrong_shape;
    }
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    conv_2d_geometry g;
    if (pool_2d_geometry_of(input.shape, call.options, g) != status::ready) return;
    const float* const x = input.values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    const clamp_range limits = clamp_of(call.options.activation);
    const window_axis& rows = g.windows.rows;
    const window_axis& columns = g.windows.columns;
    const std::size_t channels = g.output_channels;
    detail::for_output_pixels(
        call, g, static_cast<std::size_t>(rows.filter * columns.filter) * channels,
        [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
          float* const to = y + pixel * channels;
          for (std::size_t c = 0; c < channels; ++c) to[c] = Pool::first;
          const window_axis::taps ys = rows.inside(row);
          const window_axis::taps xs = columns.inside(column);
          for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
            for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
              const auto iy = static_cast<std::size_t>(rows.start(row) + ky);
              const auto ix = static_cast<std::size_t>(columns.start(column) + kx);
              const float* const from =
                  x + ((image * static_cast<std::size_t>(rows.inputs) + iy) * static_cast<std::size_t>(columns.inputs) +
                       ix) *
                          channels;
              for (std::size_t c = 0; c < channels; ++c) to[c] = Pool::join(to[c], from[c]);
            }
          }
          const auto count = static_cast<float>((ys.last - ys.first) * (xs.last - xs.first));
          for (std::size_t c = 0; c < channels; ++c) to[c] = clamped(Pool::finish(to[c], count), limits);
        });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
