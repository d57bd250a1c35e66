// SPDX-License-Identifier: Apache-2.0
// CONV_2D and DEPTHWISE_CONV_2D in float32 by the processor's best loops.
//
// Inside: family/convolution.hpp includes it, other headers do not.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/execute/fast/float_product.hpp>
#include <aeq/kernel/conv_2d.hpp>
#include <aeq/kernel/workspace.hpp>

namespace aeq::inline AEQ_ABI::execute::fast {

namespace detail {

/// Where the windows of output pixels lie in an image of [batches, height, width, channels].
struct image_windows {
  const kernel::conv_2d_geometry& g;
  const float* x;
  const float* zeros;  ///< for taps in the padding

  struct pixel {
    std::size_t image = 0;
    std::int64_t row = 0;
    std::int64_t column = 0;
    std::int64_t top = 0;
    std::int64_t left = 0;
  };
  [[nodiscard]] pixel at(std::size_t output) const {
    const auto columns = static_cast<std::size_t>(g.windows.columns.outputs);
    const auto rows = static_cast<std::size_t>(g.windows.rows.outputs);
    pixel p{output / columns / rows, static_cast<std::int64_t>(output / columns % rows),
            static_cast<std::int64_t>(output % columns)};
    p.top = g.windows.rows.start(p.row);
    p.left = g.windows.columns.start(p.column);
    return p;
  }
  /// To the next output pixel.
  void advance(pixel& p) const {
    if (++p.column == g.windows.columns.outputs) {
      p.column = 0;
      if (++p.row == g.windows.rows.outputs) {
        p.row = 0;
        ++p.image;
      }
    }
    p.top = g.windows.rows.start(p.row);
    p.left = g.windows.columns.start(p.column);
  }
  /// Null outside of the image.
  [[nodiscard]] const float* at(std::size_t image, std::int64_t iy, std::int64_t ix) const {
    const kernel::window_axis& rows = g.windows.rows;
    const kernel::window_axis& columns = g.windows.columns;
    if (iy < 0 || iy >= rows.inputs || ix < 0 || ix >= columns.inputs) return nullptr;
    const std::size_t row = image * static_cast<std::size_t>(rows.inputs) + static_cast<std::size_t>(iy);
    return x + (row * static_cast<std::size_t>(columns.inputs) + static_cast<std::size_t>(ix)) * g.input_channels;
  }
  [[nodiscard]] const float* tap(const pixel& p, std::int64_t ky, std::int64_t kx) const {
    const float* const found =
        at(p.image, p.top + ky * g.windows.rows.dilation, p.left + kx * g.windows.columns.dilation);
    return found != nullptr ? found : zeros;
  }
};

/// The left factor of a convolution as a product: a row is an output pixel's window. Where a row of the filter is one
/// run of the image, the run is a tap; else each of the filter's positions is.
struct window_rows {
  image_windows windows;
  bool runs = false;
  std::size_t first_channel = 0;  ///< of the group

  void operator()(std::size_t output, std::size_t count, const block_range& range, tile_rows& rows,
                  std::size_t stride) const {
    const kernel::window_axis& columns = windows.g.windows.columns;
    image_windows::pixel p = windows.at(output);
    float* free = rows.gathered.data();
    // Windows that all lie in one row of the image, and reach over no edge at its sides, are as far from each other.
    const std::int64_t reach = (columns.filter - 1) * columns.dilation + 1;
    const std::int64_t last = p.left + static_cast<std::int64_t>(count - 1) * columns.stride;
    const bool is_regular =
        p.column + static_cast<std::int64_t>(count) <= columns.outputs && p.left >= 0 && last + reach <= columns.inputs;
    if (is_regular) {
      const std::size_t step = static_cast<std::size_t>(columns.stride) * windows.g.input_channels;
      for (std::size_t i = 0; i < range.taps; ++i) {
        const auto tap = static_cast<std::int64_t>(range.tap + i);
        const float* const found = windows.tap(p, runs ? tap : tap / columns.filter, runs ? 0 : tap % columns.filter);
        const bool is_inside = found != windows.zeros;
        const float* const first = is_inside ? found + first_channel + range.k : found;
        for (std::size_t r = 0; r < count; ++r) rows.at[i * stride + r] = is_inside ? first + r * step : first;
      }
      return;
    }
    for (std::size_t r = 0; r < count; ++r, windows.advance(p)) {
      for (std::size_t i = 0; i < range.taps; ++i) {
        const auto tap = static_cast<std::int64_t>(range.tap + i);
        const float*& to = rows.at[i * stride + r];
        if (runs) {
          to = run(p, tap, range.depth, free);
        } else {
          const float* const found = windows.tap(p, tap / columns.filter, tap % columns.filter);
          to = found == windows.zeros ? found : found + first_channel + range.k;
        }
      }
    }
  }

 private:
  /// Row `ky` of the window; if it reaches over an edge, gathered in `free`, which moves on.
  [[nodiscard]] const float* run(const image_windows::pixel& p, std::int64_t ky, std::size_t depth,
                                 float*& free) const {
    const kernel::window_axis& columns = windows.g.windows.columns;
    const std::int64_t iy = p.top + ky * windows.g.windows.rows.dilation;
    const std::int64_t begin = std::max<std::int64_t>(p.left, 0);
    const std::int64_t end = std::min(p.left + columns.filter, columns.inputs);
    const float* const inside = begin < end ? windows.at(p.image, iy, begin) : nullptr;
    if (inside == nullptr) return windows.zeros;
    if (end - begin == columns.filter) return inside;
    float* const result = free;
    const std::size_t channels = windows.g.input_channels;
    const auto before = static_cast<std::size_t>(begin - p.left) * channels;
    const auto length = static_cast<std::size_t>(end - begin) * channels;
    std::fill_n(result, before, 0.0f);
    std::copy_n(inside, length, result + before);
    std::fill_n(result + before + length, depth - before - length, 0.0f);
    free += depth;
    return result;
  }
};

}  // namespace detail

/// kernel::conv_2d_float; sums may differ from its in their last bits.
struct conv_2d_float {
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return kernel::conv_2d_float::setup(call, workspace);
  }

  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    kernel::conv_2d_geometry g;
    if (call.inputs.size() < 2 || !is_placed(call, g)) return 0;
    const plan p = plan_of(g);
    return kernel::bytes_for<float>(p.depth + packed(p, g) * call.share.width);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    kernel::conv_2d_geometry g;
    if (!is_placed(call, g)) return;
    const plan shape = plan_of(g);
    if (call.scratch.size() / sizeof(float) < shape.depth + packed(shape, g)) {
      return kernel::conv_2d_float::evaluate(call, workspace);
    }
    const std::span<float> scratch(reinterpret_cast<float*>(call.scratch.data()), call.scratch.size() / sizeof(float));
    std::fill_n(scratch.begin(), shape.depth, 0.0f);
    const std::size_t group_outputs = g.output_channels / g.groups;
    float_product p;
    p.rows = g.output_pixels();
    p.columns = group_outputs;
    p.taps = shape.taps;
    p.depth = shape.depth;
    p.b_k = 1;
    p.b_n = shape.taps * shape.depth;
    p.y_step = g.output_channels;
    p.limits = kernel::clamp_of(call.options.activation);
    for (std::size_t group = 0; group < g.groups; ++group) {
      p.b = call.inputs[1].values<float>().data() + group * group_outputs * p.b_n;
      p.y = call.outputs[0].values<float>().data() + group * group_outputs;
      const float* const bias = kernel::bias_of(call, 2);
      p.bias = bias != nullptr ? bias + group * group_outputs : nullptr;
      const detail::window_rows rows{
          {g, call.inputs[0].values<float>().data(), scratch.data()}, shape.runs, group * g.depth};
      multiply(best_float_loops(), p, call.share, scratch.subspan(shape.depth), rows);
    }
  }

 private:
  struct plan {
    bool runs = false;
    std::size_t taps = 0;
    std::size_t depth = 0;
  };

  [[nodiscard]] static bool is_placed(const kernel_arguments& call, kernel::conv_2d_geometry& g) noexcept {
    return kernel::conv_2d_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) == status::ready;
  }
  [[nodiscard]] static plan plan_of(const kernel::conv_2d_geometry& g) noexcept {
    const auto height = static_cast<std::size_t>(g.windows.rows.filter);
    const auto width = static_cast<std::size_t>(g.windows.columns.filter);
    const bool is_pointwise = height == 1 && width == 1;
    const bool runs =
        !is_pointwise && g.groups == 1 && g.windows.columns.dilation == 1 && width * g.depth <= block_depth;
    return runs ? plan{true, height, width * g.depth} : plan{false, height * width, g.depth};
  }
  [[nodiscard]] static std::size_t packed(const plan& p, const kernel::conv_2d_geometry& g) noexcept {
    return packed_floats_of(best_float_loops(), g.output_channels / g.groups, p.taps, p.depth);
  }
};

/// kernel::depthwise_conv_2d_float; sums may differ from its in their last bits.
struct depthwise_conv_2d_float {
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return kernel::depthwise_conv_2d_float::setup(call, workspace);
  }

  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return call.inputs.empty() || call.inputs[0].shape.size() != 4
               ? 0
               : kernel::bytes_for<float>(static_cast<std::size_t>(call.inputs[0].shape[3]));
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    kernel::conv_2d_geometry g;
    if (kernel::depthwise_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) {
      return;
    }
    const kernel::window_axis& height = g.windows.rows;
    const kernel::window_axis& width = g.windows.columns;
    const std::size_t channels = g.input_channels;
    if (g.output_channels != channels || height.filter * width.filter > static_cast<std::int64_t>(most_taps) ||
        call.scratch.size() / sizeof(float) < channels) {
      return kernel::depthwise_conv_2d_float::evaluate(call, workspace);
    }
    float* const zeros = reinterpret_cast<float*>(call.scratch.data());
    std::fill_n(zeros, channels, 0.0f);
    const detail::image_windows windows{g, call.inputs[0].values<float>().data(), zeros};
    const kernel::clamp_range limits = kernel::clamp_of(call.options.activation);
    const float_loops& loops = best_float_loops();
    const auto taps = static_cast<std::size_t>(height.filter * width.filter);
    const std::size_t pixels = g.output_pixels();
    const std::size_t least = 16384 / (taps * channels + 1) + 4;
    call.share.for_ranges(
        (pixels + depthwise_pixels - 1) / depthwise_pixels, least, [&](std::size_t begin, std::size_t end) {
          std::array<const float*, most_taps * depthwise_pixels> rows{};
          std::array<float*, depthwise_pixels> y{};
          detail::image_windows::pixel place = windows.at(begin * depthwise_pixels);
          for (std::size_t four = begin; four < end; ++four) {
            for (std::size_t p = 0; p < depthwise_pixels; ++p) {  // at the end, the last pixel once more
              const std::size_t pixel = std::min(four * depthwise_pixels + p, pixels - 1);
              y[p] = call.outputs[0].values<float>().data() + pixel * channels;
              for (std::int64_t tap = 0; tap < static_cast<std::int64_t>(taps); ++tap) {
                rows[static_cast<std::size_t>(tap) * depthwise_pixels + p] =
                    windows.tap(place, tap / width.filter, tap % width.filter);
              }
              if (pixel + 1 < pixels) windows.advance(place);
            }
            depthwise_tile t;
            t.rows = rows.data();
            t.taps = taps;
            t.w = call.inputs[1].values<float>().data();
            t.channels = channels;
            t.y = y.data();
            t.bias = kernel::bias_of(call, 2);
            t.low = limits.low;
            t.high = limits.high;
            loops.depthwise(t);
          }
        });
  }

 private:
  static constexpr std::size_t most_taps = 128;
};

}  // namespace aeq::inline AEQ_ABI::execute::fast
