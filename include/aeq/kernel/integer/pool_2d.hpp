// SPDX-License-Identifier: Apache-2.0
// AVERAGE_POOL_2D and MAX_POOL_2D in integers. (spec: kernels, section 6) Freestanding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <aeq/kernel/integer/elementwise.hpp>
#include <aeq/kernel/pool_2d.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[b, oy, ox, c] = clamp(the greatest, or the mean, of the window's integers of channel c), without the padding;
/// means are rounded to nearest, halves away from zero.
///
/// x: [B, H, W, C]; y: [B, OH, OW, C]. Both of type X, with one scale and zero point.
template <class X, bool IsMean>
struct integer_pool_2d {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 1, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != type_of_integers<X> || y.type != type_of_integers<X>) return status::wrong_type;
    if (!is_quantized_tensorwise(x) || !is_quantized_tensorwise(y)) return status::wrong_parameters;
    const float difference = x.scale[0] - y.scale[0];
    if (difference > 1e-6f || difference < -1e-6f || zero_point_of(x, 0) != zero_point_of(y, 0)) {
      return status::wrong_parameters;
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

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    conv_2d_geometry g;
    if (pool_2d_geometry_of(input.shape, call.options, g) != status::ready) return;
    const X* const x = input.template values<X>().data();
    X* const y = call.outputs[0].template values<X>().data();
    const integer_range range = integer_range_of(call.outputs[0], call.options.activation);
    const window_axis& rows = g.windows.rows;
    const window_axis& columns = g.windows.columns;
    const std::size_t channels = g.output_channels;
    const auto width = static_cast<std::size_t>(columns.inputs);
    detail::for_output_pixels(
        call, g, static_cast<std::size_t>(rows.filter * columns.filter) * channels,
        [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
          const window_axis::taps ys = rows.inside(row);
          const window_axis::taps xs = columns.inside(column);
          const auto count = static_cast<std::int32_t>((ys.last - ys.first) * (xs.last - xs.first));
          constexpr std::size_t together = 64;  // channels
          for (std::size_t first = 0; first < channels; first += together) {
            const std::size_t n = std::min(together, channels - first);
            std::array<std::int32_t, together> sums;
            sums.fill(IsMean ? 0 : std::numeric_limits<X>::min());
            for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
              const std::size_t line =
                  image * static_cast<std::size_t>(rows.inputs) + static_cast<std::size_t>(rows.start(row) + ky);
              for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
                const std::size_t at = line * width + static_cast<std::size_t>(columns.start(column) + kx);
                const X* const from = x + at * channels + first;
                for (std::size_t c = 0; c < n; ++c) sums[c] = join(sums[c], from[c]);
              }
            }
            X* const to = y + pixel * channels + first;
            for (std::size_t c = 0; c < n; ++c)
              to[c] = static_cast<X>(range.clamp(IsMean ? mean(sums[c], count) : sums[c]));
          }
        });
  }

 private:
  [[nodiscard]] static constexpr std::int32_t join(std::int32_t sum, std::int32_t x) noexcept {
    if constexpr (IsMean) return sum + x;
    return sum < x ? x : sum;
  }
  [[nodiscard]] static constexpr std::int32_t mean(std::int32_t sum, std::int32_t count) noexcept {
    if (count == 0) return 0;
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
