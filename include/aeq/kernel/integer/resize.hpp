// SPDX-License-Identifier: Apache-2.0
// RESIZE_BILINEAR in integers. (spec: kernels, section 6) Freestanding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/integer/elementwise.hpp>
#include <aeq/kernel/resize.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Between the four nearest positions, which are known to 10 bits. x and y: int8 or int16, of one scale (not looked at:
/// integers are interpolated as they are).
template <class X>
struct integer_resize_bilinear : resize_geometry {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (!call.inputs.empty() && call.inputs[0].type != type_of_integers<X>) return status::wrong_type;
    return setup_of_both(call);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const result_operand& output = call.outputs[0];
    const X* const x = input.template values<X>().data();
    X* const y = output.template values<X>().data();
    const std::size_t width = extent_of(input.shape, 2);
    const std::size_t channels = extent_of(input.shape, 3);
    const std::size_t image = extent_of(input.shape, 1) * width * channels;
    const std::size_t rows = extent_of(output.shape, 1);
    const std::size_t columns = extent_of(output.shape, 2);
    if (columns * channels == 0) return;
    const axis vertical(input.shape[1], output.shape[1], call.options);
    const axis horizontal(input.shape[2], output.shape[2], call.options);
    const std::size_t all_rows = extent_of(output.shape, 0) * rows;
    call.share.for_ranges(all_rows, 8192 / (columns * channels) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const place v = vertical.at(row % rows);
        const X* const above = x + row / rows * image + v.low * width * channels;
        const X* const below = x + row / rows * image + v.high * width * channels;
        for (std::size_t column = 0; column < columns; ++column) {
          const place h = horizontal.at(column);
          const std::size_t left = h.low * channels, right = h.high * channels;
          X* const to = y + (row * columns + column) * channels;
          for (std::size_t c = 0; c < channels; ++c) {
            const std::int64_t sum = (above[left + c] * h.of_low + above[right + c] * h.of_high) * v.of_low +
                                     (below[left + c] * h.of_low + below[right + c] * h.of_high) * v.of_high;
            to[c] = static_cast<X>((sum + (sum > 0 ? half : -half)) / (2 * half));
          }
        }
      }
    });
  }

 private:
  static constexpr std::int64_t one = 1024;
  static constexpr std::int64_t half = one * one / 2;

  struct place {
    std::size_t low = 0;
    std::size_t high = 0;
    std::int64_t of_low = one;  ///< weights
    std::int64_t of_high = 0;
  };

  struct axis {
    std::int64_t size = 1;   ///< of x
    std::int64_t step = 0;   ///< positions of x per position of y
    std::int64_t start = 0;  ///< of the first position

    constexpr axis(std::int64_t from, std::int64_t to, const operation_options& options) noexcept : size(from) {
      const bool at_corners = options.align_corners && to > 1;
      const std::int64_t span = at_corners ? from - 1 : from, parts = at_corners ? to - 1 : to;
      step = (one * span + parts / 2) / parts;
      if (options.half_pixel_centers) start = step / 2 - one / 2;
    }

    [[nodiscard]] constexpr place at(std::size_t position) const noexcept {
      const std::int64_t exact = static_cast<std::int64_t>(position) * step + start;
      const std::int64_t low = std::clamp<std::int64_t>(exact / one, 0, size - 1);
      const std::int64_t high = std::clamp<std::int64_t>((exact + one - 1) / one, 0, size - 1);
      const std::int64_t rest = exact - low * one;
      return {static_cast<std::size_t>(low), static_cast<std::size_t>(high), one - rest, rest};
    }
  };
};

}  // namespace aeq::inline AEQ_ABI::kernel
