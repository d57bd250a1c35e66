// SPDX-License-Identifier: Apache-2.0
// The sums of convolutions in integers: which products go into which output. What becomes of a sum is the caller's.
// (spec: kernels, section 2) Freestanding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <aeq/kernel/conv_2d.hpp>
#include <aeq/kernel/integer/weighted.hpp>
#include <aeq/kernel/transpose_conv.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// CONV_2D: calls finish(image, output element, channel, sum) for all outputs, sum over ky, kx, i of
/// (x[b, iy, ix, group * I + i] - zero_of(b)) * (w[n, ky, kx, i] - w_zero), wrapped to Sum. Taps in the padding count
/// 0.
template <class Sum, class X, class W, class Zero, class Finish>
void conv_2d_sums(const kernel_arguments& call, const conv_2d_geometry& g, const X* x, const W* w, const Zero& zero_of,
                  std::int32_t w_zero, const Finish& finish) noexcept {
  const window_axis& rows = g.windows.rows;
  const window_axis& columns = g.windows.columns;
  const std::size_t group_outputs = g.output_channels / g.groups;
  const auto taps = static_cast<std::size_t>(rows.filter * columns.filter);
  const std::size_t channel_step = taps * g.depth;
  const auto height = static_cast<std::size_t>(rows.inputs), width = static_cast<std::size_t>(columns.inputs);
  const bool is_contiguous = columns.dilation == 1 && g.groups == 1;  // a row of taps in x and in w
  detail::for_output_pixels(
      call, g, taps * g.depth * g.output_channels,
      [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
        const window_axis::taps ys = rows.inside(row);
        const window_axis::taps xs = columns.inside(column);
        const std::int32_t x_zero = zero_of(image);
        if (ys.first == ys.last || xs.first == xs.last) {
          for (std::size_t n = 0; n < g.output_channels; ++n) finish(image, pixel * g.output_channels + n, n, Sum(0));
          return;
        }
        const std::size_t run = (is_contiguous ? static_cast<std::size_t>(xs.last - xs.first) : 1) * g.depth;
        const std::size_t runs = is_contiguous ? 1 : static_cast<std::size_t>(xs.last - xs.first);
        const auto lines = static_cast<std::size_t>(ys.last - ys.first);
        // The first tap, and from a tap to the one below it.
        const auto iy = static_cast<std::size_t>(rows.start(row) + ys.first * rows.dilation);
        const auto ix = static_cast<std::size_t>(columns.start(column) + xs.first * columns.dilation);
        const X* const first_x = x + ((image * height + iy) * width + ix) * g.input_channels;
        const W* const first_w = w + static_cast<std::size_t>(ys.first * columns.filter + xs.first) * g.depth;
        const std::size_t x_line = static_cast<std::size_t>(rows.dilation) * width * g.input_channels;
        const std::size_t w_line = static_cast<std::size_t>(columns.filter) * g.depth;
        const std::size_t x_step = static_cast<std::size_t>(columns.dilation) * g.input_channels;
        std::size_t n = 0;
        for (std::size_t group = 0; group < g.groups; ++group) {
          const std::size_t end = n + group_outputs;
          while (n < end) {
            const std::size_t together = end - n < 4 ? 1 : 4;
            const X* from = first_x + group * g.depth;
            const W* by = first_w + n * channel_step;
            Sum sums[4]{};
            for (std::size_t line = 0; line < lines; ++line, from += x_line, by += w_line) {
              for (std::size_t k = 0; k < runs; ++k) {
                if (together == 4) {
                  add_dots<4>(from + k * x_step, by + k * g.depth, channel_step, run, x_zero, w_zero, sums);
                } else {
                  add_dots<1>(from + k * x_step, by + k * g.depth, channel_step, run, x_zero, w_zero, sums);
                }
              }
            }
            for (std::size_t r = 0; r < together; ++r, ++n) finish(image, pixel * g.output_channels + n, n, sums[r]);
          }
        }
      });
}

/// DEPTHWISE_CONV_2D, likewise: sum over ky, kx of (x[b, iy, ix, c] - zero) * (w[0, ky, kx, c * M + m] - w_zero).
template <class Sum, class X, class W, class Zero, class Finish>
void depthwise_sums(const kernel_arguments& call, const conv_2d_geometry& g, const X* x, const W* w,
                    const Zero& zero_of, std::int32_t w_zero, const Finish& finish) noexcept {
  if (g.output_channels == 0) return;
  constexpr std::size_t together = 32;  // channels whose sums are kept at a time
  const window_axis& rows = g.windows.rows;
  const window_axis& columns = g.windows.columns;
  const std::size_t multiplier = g.output_channels / g.input_channels;
  const auto taps = static_cast<std::size_t>(rows.filter * columns.filter);
  detail::for_output_pixels(
      call, g, taps * g.output_channels,
      [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
        const window_axis::taps ys = rows.inside(row);
        const window_axis::taps xs = columns.inside(column);
        const std::int32_t x_zero = zero_of(image);
        for (std::size_t first = 0; first < g.output_channels; first += together) {
          const std::size_t count = std::min(together, g.output_channels - first);
          std::array<Sum, together> sums{};
          for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
            for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
              const std::int64_t iy = rows.start(row) + ky * rows.dilation;
              const std::int64_t ix = columns.start(column) + kx * columns.dilation;
              const std::size_t at = (image * static_cast<std::size_t>(rows.inputs) + static_cast<std::size_t>(iy)) *
                                         static_cast<std::size_t>(columns.inputs) +
                                     static_cast<std::size_t>(ix);
              const X* const from = x + at * g.input_channels;
              const W* const by = w + static_cast<std::size_t>(ky * columns.filter + kx) * g.output_channels + first;
              if (multiplier == 1) {
                for (std::size_t i = 0; i < count; ++i) {
                  sums[i] += static_cast<Sum>((static_cast<std::int32_t>(from[first + i]) - x_zero) *
                                              (static_cast<std::int32_t>(by[i]) - w_zero));
                }
              } else {
                for (std::size_t i = 0; i < count; ++i) {
                  sums[i] += static_cast<Sum>((static_cast<std::int32_t>(from[(first + i) / multiplier]) - x_zero) *
                                              (static_cast<std::int32_t>(by[i]) - w_zero));
                }
              }
            }
          }
          for (std::size_t i = 0; i < count; ++i) {
            finish(image, pixel * g.output_channels + first + i, first + i, sums[i]);
          }
        }
      });
}

/// TRANSPOSE_CONV: calls add(sum, image, channel, from, by) with the g.depth neighbours of x and of w that each tap
/// multiplies, for each output in the order of iy, ix; then finish(image, output element, channel, sum).
template <class Sum, class X, class W, class Add, class Finish>
void transpose_conv_sums(const kernel_arguments& call, const conv_2d_geometry& g, const X* x, const W* w,
                         const Add& add, const Finish& finish) noexcept {
  const window_axis& rows = g.windows.rows;
  const window_axis& columns = g.windows.columns;
  const auto height = static_cast<std::size_t>(rows.inputs), width = static_cast<std::size_t>(columns.inputs);
  const auto rows_in = static_cast<std::size_t>(rows.outputs), columns_in = static_cast<std::size_t>(columns.outputs);
  call.share.for_ranges(g.batches * height, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const std::size_t image = row / height;
      const reaching_windows ys = windows_reaching(rows, static_cast<std::int64_t>(row % height));
      for (std::size_t column = 0; column < width; ++column) {
        const reaching_windows xs = windows_reaching(columns, static_cast<std::int64_t>(column));
        for (std::size_t n = 0; n < g.input_channels; ++n) {
          Sum sum = 0;
          for (std::int64_t iy = ys.first; iy < ys.last; ++iy) {
            for (std::int64_t ix = xs.first; ix < xs.last; ++ix) {
              const auto ky = static_cast<std::size_t>(static_cast<std::int64_t>(row % height) - rows.start(iy));
              const auto kx = static_cast<std::size_t>(static_cast<std::int64_t>(column) - columns.start(ix));
              const std::size_t at =
                  (image * rows_in + static_cast<std::size_t>(iy)) * columns_in + static_cast<std::size_t>(ix);
              const std::size_t tap =
                  (n * static_cast<std::size_t>(rows.filter) + ky) * static_cast<std::size_t>(columns.filter) + kx;
              add(sum, image, n, x + at * g.depth, w + tap * g.depth);
            }
          }
          finish(image, (row * width + column) * g.input_channels + n, n, sum);
        }
      }
    }
  });
}

}  // namespace aeq::inline AEQ_ABI::kernel
