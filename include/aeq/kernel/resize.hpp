// SPDX-License-Identifier: Apache-2.0
// RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR. Freestanding, but for the C library's functions.
// (spec: kernels, section 6)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <aeq/core/elementary.hpp>
#include <aeq/kernel/extents.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Images [B, H, W, C] and a size of two, the new height and width.
struct resize_geometry {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (inputs[1].type != element_type::int32) return status::wrong_type;
    const auto x = inputs[0].shape;
    if (x.size() != 4 || inputs[1].shape.size() != 1 || inputs[1].elements() != 2 || !inputs[1].is_complete()) {
      return status::wrong_shape;
    }
    const auto size = inputs[1].values<std::int32_t>();
    if (size[0] < 1 || size[1] < 1) return status::wrong_data;
    const bool fits = result.push(x[0]) && result.push(size[0]) && result.push(size[1]) && result.push(x[3]);
    return fits ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<resize_geometry>(call);
  }

  static status setup_of_both(const kernel_arguments& call) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type) return status::wrong_type;
    if (x.shape.size() != 4 || call.outputs[0].shape.size() != 4) return status::wrong_shape;
    if (x.shape[1] < 1 || x.shape[2] < 1) return status::wrong_shape;
    if (call.options.align_corners && call.options.half_pixel_centers) return status::wrong_options;
    return shape_is_as_said_if_known<resize_geometry>(call);
  }

  /// Positions of x per position of y along one axis.
  [[nodiscard]] static float ratio(std::int32_t from, std::int32_t to, const operation_options& options) noexcept {
    return options.align_corners && to > 1 ? static_cast<float>(from - 1) / static_cast<float>(to - 1)
                                           : static_cast<float>(from) / static_cast<float>(to);
  }
};

/// Between the four nearest positions, float32.
struct resize_bilinear_float : resize_geometry {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (!call.inputs.empty() && call.inputs[0].type != element_type::float32) return status::wrong_type;
    return setup_of_both(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const result_operand& output = call.outputs[0];
    const float* x = input.values<float>().data();
    float* y = output.values<float>().data();
    const std::size_t width = extent_of(input.shape, 2);
    const std::size_t channels = extent_of(input.shape, 3);
    const std::size_t image = extent_of(input.shape, 1) * width * channels;
    const std::size_t rows = extent_of(output.shape, 1);
    const std::size_t columns = extent_of(output.shape, 2);
    const float row_ratio = ratio(input.shape[1], output.shape[1], call.options);
    const float column_ratio = ratio(input.shape[2], output.shape[2], call.options);
    if (columns * channels == 0) return;
    const auto all_rows = extent_of(output.shape, 0) * rows;
    call.share.for_ranges(all_rows, 8192 / (columns * channels) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const place v = at(row % rows, row_ratio, input.shape[1], call.options.half_pixel_centers);
        const float* above = x + row / rows * image + v.low * width * channels;
        const float* below = x + row / rows * image + v.high * width * channels;
        for (std::size_t column = 0; column < columns; ++column) {
          const place h = at(column, column_ratio, input.shape[2], call.options.half_pixel_centers);
          const float* corner[] = {above + h.low * channels, below + h.low * channels, above + h.high * channels,
                                   below + h.high * channels};
          const float weight[] = {(1 - v.rest) * (1 - h.rest), v.rest * (1 - h.rest), (1 - v.rest) * h.rest,
                                  v.rest * h.rest};
          float* to = y + (row * columns + column) * channels;
          for (std::size_t c = 0; c < channels; ++c) {
            to[c] = corner[0][c] * weight[0] + corner[1][c] * weight[1] + corner[2][c] * weight[2] +
                    corner[3][c] * weight[3];
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
    const float exact = half_pixel ? (p + 0.5f) * scale - 0.5f : p * scale;
    const float last = static_cast<float>(size - 1);
    const float low = std::clamp(elementary::floor(exact), 0.0f, last);
    const float high = std::clamp(elementary::ceil(exact), 0.0f, last);
    return {static_cast<std::size_t>(low), static_cast<std::size_t>(high), exact - low};
  }
};

/// The nearest position; elements of whole bytes.
struct resize_nearest_neighbor : resize_geometry {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (!call.inputs.empty() && bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    return setup_of_both(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const result_operand& output = call.outputs[0];
    const std::size_t pixel = extent_of(input.shape, 3) * bytes_of(input.type);
    const std::size_t width = extent_of(input.shape, 2);
    const std::size_t image = extent_of(input.shape, 1) * width * pixel;
    const std::size_t rows = extent_of(output.shape, 1);
    const std::size_t columns = extent_of(output.shape, 2);
    const float row_ratio = ratio(input.shape[1], output.shape[1], call.options);
    const float column_ratio = ratio(input.shape[2], output.shape[2], call.options);
    if (columns * pixel == 0) return;
    const auto all_rows = extent_of(output.shape, 0) * rows;
    call.share.for_ranges(all_rows, 32768 / (columns * pixel) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const std::size_t v = at(row % rows, row_ratio, input.shape[1], call.options);
        const std::byte* from = input.data.data() + row / rows * image + v * width * pixel;
        std::byte* to = output.data.data() + row * columns * pixel;
        for (std::size_t column = 0; column < columns; ++column) {
          std::memcpy(to + column * pixel, from + at(column, column_ratio, input.shape[2], call.options) * pixel,
                      pixel);
        }
      }
    });
  }

 private:
  [[nodiscard]] static std::size_t at(std::size_t position, float scale, std::int32_t size,
                                      const operation_options& options) noexcept {
    const float exact = (static_cast<float>(position) + (options.half_pixel_centers ? 0.5f : 0.0f)) * scale;
    const float nearest = options.align_corners ? elementary::round(exact) : elementary::floor(exact);
    return static_cast<std::size_t>(std::clamp(nearest, 0.0f, static_cast<float>(size - 1)));
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
