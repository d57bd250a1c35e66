// SPDX-License-Identifier: Apache-2.0
// RESIZE_BILINEAR in integers. (spec: kernels, section 6) Freestanding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/core/elementary.hpp>
#include <aeq/core/rounded_product.hpp>
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

/// The same of uint8, in float32, as the reference has it: a half is added, and what is behind the point cut off.
struct byte_resize_bilinear : resize_geometry {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (!call.inputs.empty() && call.inputs[0].type != element_type::uint8) return status::wrong_type;
    return setup_of_both(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const result_operand& output = call.outputs[0];
    const std::uint8_t* const x = input.values<std::uint8_t>().data();
    std::uint8_t* const y = output.values<std::uint8_t>().data();
    const std::size_t width = extent_of(input.shape, 2);
    const std::size_t channels = extent_of(input.shape, 3);
    const std::size_t image = extent_of(input.shape, 1) * width * channels;
    const std::size_t rows = extent_of(output.shape, 1);
    const std::size_t columns = extent_of(output.shape, 2);
    if (columns * channels == 0) return;
    const float row_ratio = ratio(input.shape[1], output.shape[1], call.options);
    const float column_ratio = ratio(input.shape[2], output.shape[2], call.options);
    const std::size_t all_rows = extent_of(output.shape, 0) * rows;
    call.share.for_ranges(all_rows, 8192 / (columns * channels) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const place v = at(row % rows, row_ratio, input.shape[1], call.options.half_pixel_centers);
        const std::uint8_t* const above = x + row / rows * image + v.low * width * channels;
        const std::uint8_t* const below = x + row / rows * image + v.high * width * channels;
        for (std::size_t column = 0; column < columns; ++column) {
          const place h = at(column, column_ratio, input.shape[2], call.options.half_pixel_centers);
          const std::size_t left = h.low * channels, right = h.high * channels;
          const auto part = [](std::uint8_t value, float by_row, float by_column) {
            return rounded_product(static_cast<float>(value) * by_row, by_column);
          };
          std::uint8_t* const to = y + (row * columns + column) * channels;
          for (std::size_t c = 0; c < channels; ++c) {
            const float sum = part(above[left + c], 1 - v.rest, 1 - h.rest) +
                              part(below[left + c], v.rest, 1 - h.rest) + part(above[right + c], 1 - v.rest, h.rest) +
                              part(below[right + c], v.rest, h.rest);
            to[c] = to_integer<std::uint8_t>(sum + 0.5f);
          }
        }
      }
    });
  }

 private:
  struct place {
    std::size_t low = 0;
    std::size_t high = 0;
    float rest = 0;  ///< of `high`
  };
  [[nodiscard]] static place at(std::size_t position, float scale, std::int32_t size, bool half_pixel) noexcept {
    const auto p = static_cast<float>(position);
    const float exact = half_pixel ? rounded_product(p + 0.5f, scale) - 0.5f : rounded_product(p, scale);
    const float last = static_cast<float>(size - 1);
    const float low = std::clamp(elementary::floor(exact), 0.0f, last);
    const float high = std::clamp(elementary::ceil(exact), 0.0f, last);
    return {static_cast<std::size_t>(low), static_cast<std::size_t>(high), exact - low};
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
