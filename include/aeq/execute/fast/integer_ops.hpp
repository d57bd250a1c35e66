// SPDX-License-Identifier: Apache-2.0
// CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, ADD and SUB on int8 by the processor's best loops: the bits of the
// kernels in kernel/integer/. Weights that are constant are packed in setup, which takes their size once more.
//
// Inside: families.ipp includes it, other headers do not.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/execute/fast/integer_product.hpp>
#include <aeq/kernel/arithmetic.hpp>
#include <aeq/kernel/integer/binary.hpp>
#include <aeq/kernel/integer/convolution.hpp>
#include <aeq/kernel/integer/fully_connected.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::execute::fast {

namespace detail {

using int8_call = kernel::weighted_call<std::int8_t, std::int8_t>;

/// Whether the loops compute a call with a weight: all int8 (weights int4 and int2, too), the weight constant and
/// without a zero point. Asked of calls that setup has found good, and before.
[[nodiscard]] inline bool takes_loops(const kernel_arguments& call) {
  if (best_integer_loops() == nullptr || call.inputs.size() < 2) return false;
  const operand& x = call.inputs[0];
  const operand& w = call.inputs[1];
  const bool has_types = x.type == element_type::int8 && (w.type == element_type::int8 || kernel::is_packed(w.type));
  const auto is_zero = [](std::int32_t z) { return z == 0; };
  return has_types && w.is_constant && w.present() && w.is_complete() &&
         std::all_of(w.zero_point.begin(), w.zero_point.end(), is_zero);
}

/// The memory behind the portable kernel's own.
[[nodiscard]] inline std::span<std::byte> behind(std::span<std::byte> workspace, std::size_t own) {
  const std::size_t begin =
      (own + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t);
  return begin > workspace.size() ? std::span<std::byte>() : workspace.subspan(begin);
}

}  // namespace detail

/// A portable kernel of Base, whose products are those of matrices: Shape says how.
template <class Base, class Shape>
struct integer_matrix_op {
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    const std::size_t own = Base::workspace_bytes(call);
    Shape s;
    if (!detail::takes_loops(call) || !s.place(call)) return own;
    return own + alignof(std::max_align_t) + pieces::of(s, {}).bytes;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status fits = Base::setup(call, workspace); fits != status::ready) return fits;
    Shape s;
    if (!detail::takes_loops(call) || !s.place(call)) return status::ready;
    const pieces to = pieces::of(s, detail::behind(workspace, Base::workspace_bytes(call)));
    if (to.packed.size() != to.layout.bytes() * s.groups) return status::small_workspace;
    const detail::int8_call of(call, Shape::form, workspace);
    std::fill(to.packed.begin(), to.packed.end(), std::int8_t(0));
    to.channels.clear();
    for (std::size_t group = 0; group < s.groups; ++group) {
      to.layout.pack(of.w + group * s.columns * s.depth, s.columns, s.depth,
                     to.packed.subspan(group * to.layout.bytes(), to.layout.bytes()));
      for (std::size_t n = 0; n < s.columns; ++n) {
        const std::size_t channel = group * s.columns + n;
        const std::int8_t* const w = of.w + channel * s.depth;
        weight_sums sums;
        for (std::size_t k = 0; k < s.depth; ++k) sums.add(w[k]);
        const std::int32_t bias = Shape::scales && of.narrow_bias != nullptr ? of.narrow_bias[channel] : 0;
        auto offset = static_cast<std::uint32_t>(bias);
        if (best_integer_loops()->is_positive) offset -= sums.sum * static_cast<std::uint32_t>(128 + of.x_zero);
        to.channels.set(group * to.layout.columns + n, offset,
                        Shape::scales ? of.stage.fixed[channel * of.stage.step] : kernel::fixed_multiplier{},
                        sums.largest(bias));
      }
    }
    return status::ready;
  }

  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    Shape s;
    if (!detail::takes_loops(call) || !s.place(call)) return 0;
    return product_scratch(*best_integer_loops(), s.depth) * call.share.width;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    Shape s;
    if (!detail::takes_loops(call) || !s.place(call)) return Base::evaluate(call, workspace);
    const integer_loops& loops = *best_integer_loops();
    if (call.scratch.size() < product_scratch(loops, s.depth)) return Base::evaluate(call, workspace);
    const pieces from = pieces::of(s, detail::behind(workspace, Base::workspace_bytes(call)));
    const detail::int8_call of(call, Shape::form, workspace);
    for (std::size_t group = 0; group < s.groups; ++group) {
      integer_product p;
      p.rows = s.rows;
      p.columns = s.columns;
      p.w = from.packed.data() + group * from.layout.bytes();
      p.scaling = from.channels.scaling(of.stage.zero_point, of.stage.range.lowest, of.stage.range.highest)
                      .from(group * from.layout.columns);
      p.y = of.y + group * s.columns;
      p.y_step = s.columns * s.groups;
      const std::size_t row_bytes = from.layout.steps * loops.together * loops.bytes;
      const auto fill = [&](std::size_t row, std::size_t end, std::byte* to) {
        s.widen(loops, of, group, row, end, row_bytes, to);
      };
      if (Shape::scales && from.channels.is_narrow[0] != 0) {
        multiply(loops, p, from.layout, s.depth, call.share, call.scratch, fill, nullptr);
        continue;
      }
      const std::uint32_t bias_is_in = Shape::scales ? 1 : 0;
      multiply(loops, p, from.layout, s.depth, call.share, call.scratch, fill,
               [&](std::size_t row, std::size_t n, std::size_t count, const std::int32_t* sums) {
                 std::int8_t* const y = p.y + row * p.y_step + n;
                 for (std::size_t i = 0; i < count; ++i) {
                   const std::size_t channel = group * s.columns + n + i;
                   const std::int32_t bias = of.narrow_bias != nullptr ? of.narrow_bias[channel] : 0;
                   y[i] = of.finish(static_cast<std::uint32_t>(sums[i]) - bias_is_in * static_cast<std::uint32_t>(bias),
                                    channel);
                 }
               });
    }
  }

 private:
  struct pieces {
    panel_layout layout;
    channel_scaling channels{};
    std::span<std::int8_t> packed{};
    std::size_t bytes = 0;

    [[nodiscard]] static pieces of(const Shape& s, std::span<std::byte> memory) {
      pieces result{panel_layout(*best_integer_loops(), s.columns, s.depth)};
      kernel::workspace_pieces all(memory);
      result.channels = channel_scaling::of(all, result.layout.columns * s.groups);
      result.packed = all.take<std::int8_t>(result.layout.bytes() * s.groups);
      result.bytes = all.used();
      return result;
    }
  };
};

namespace detail {

/// A convolution as a product: a row is the window of an output pixel.
struct conv_rows {
  static constexpr bool scales = true;
  static constexpr kernel::weighted_form form = kernel::detail::integer_convolution<std::int8_t>::conv_form;

  std::size_t rows = 0;
  std::size_t columns = 0;  ///< of a group
  std::size_t depth = 0;
  std::size_t groups = 1;
  bool is_pointwise = false;  ///< output pixels are input pixels
  kernel::conv_2d_geometry g{};

  [[nodiscard]] bool place(const kernel_arguments& call) {
    if (kernel::conv_2d_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) {
      return false;
    }
    rows = g.output_pixels();
    groups = g.groups;
    columns = g.output_channels / g.groups;
    depth = static_cast<std::size_t>(g.windows.rows.filter * g.windows.columns.filter) * g.depth;
    const auto is_point = [](const kernel::window_axis& a) { return a.filter == 1 && a.stride == 1; };
    is_pointwise = is_point(g.windows.rows) && is_point(g.windows.columns);
    return true;
  }

  /// The windows of output pixels [row, end), row_bytes each; taps in the padding are the zero point, which is worth
  /// nothing.
  void widen(const integer_loops& loops, const int8_call& of, std::size_t group, std::size_t row, std::size_t end,
             std::size_t row_bytes, std::byte* to) const {
    if (is_pointwise && groups == 1 && row_bytes == depth * loops.bytes) {
      loops.widen(of.x + row * depth, (end - row) * depth, of.x_zero, to);
      return;
    }
    if (is_pointwise) {
      for (; row < end; ++row, to += row_bytes) {
        loops.widen(of.x + row * g.input_channels + group * g.depth, g.depth, of.x_zero, to);
      }
      return;
    }
    const auto columns_out = static_cast<std::size_t>(g.windows.columns.outputs);
    const auto rows_out = static_cast<std::size_t>(g.windows.rows.outputs);
    std::size_t line = row / columns_out, column = row % columns_out;
    for (; row < end; ++line, column = 0) {
      const auto y = static_cast<std::int64_t>(line % rows_out);
      const kernel::window_axis::taps ys = g.windows.rows.inside(y);
      const std::int8_t* const image = of.x + line / rows_out * image_elements() + group * g.depth;
      for (; column < columns_out && row < end; ++column, ++row, to += row_bytes) {
        widen_window(loops, image, of.x_zero, g.windows.rows.start(y), ys, static_cast<std::int64_t>(column), to);
      }
    }
  }

 private:
  [[nodiscard]] std::size_t image_elements() const {
    return static_cast<std::size_t>(g.windows.rows.inputs * g.windows.columns.inputs) * g.input_channels;
  }

  void widen_window(const integer_loops& loops, const std::int8_t* image, std::int32_t zero_point, std::int64_t top,
                    const kernel::window_axis::taps& ys, std::int64_t column, std::byte* to) const {
    const kernel::window_axis& height = g.windows.rows;
    const kernel::window_axis& width = g.windows.columns;
    const kernel::window_axis::taps xs = width.inside(column);
    const bool is_run = groups == 1 && width.dilation == 1;
    const std::size_t tap_bytes = g.depth * loops.bytes;
    const auto taps = static_cast<std::size_t>(width.filter);
    const auto first = static_cast<std::size_t>(xs.first), last = static_cast<std::size_t>(xs.last);
    const std::size_t run = is_run ? last - first : 1;
    for (std::int64_t ky = 0; ky < height.filter; ++ky, to += taps * tap_bytes) {
      if (ky < ys.first || ky >= ys.last || first >= last) {
        pad(loops, zero_point, taps * g.depth, to);
        continue;
      }
      if (first > 0) pad(loops, zero_point, first * g.depth, to);
      if (last < taps) pad(loops, zero_point, (taps - last) * g.depth, to + last * tap_bytes);
      const std::int64_t line = (top + ky * height.dilation) * width.inputs + width.start(column);
      for (std::size_t kx = first; kx < last; kx += run) {
        const auto pixel = static_cast<std::size_t>(line + static_cast<std::int64_t>(kx) * width.dilation);
        loops.widen(image + pixel * g.input_channels, run * g.depth, zero_point, to + kx * tap_bytes);
      }
    }
  }

  static void pad(const integer_loops& loops, std::int32_t zero_point, std::size_t n, std::byte* to) {
    std::fill_n(to, n * loops.bytes, static_cast<std::byte>(loops.is_positive ? 128 + zero_point : 0));
  }
};

/// FULLY_CONNECTED is a product.
struct connected_rows {
  static constexpr bool scales = false;
  static constexpr kernel::weighted_form form =
      kernel::integer_fully_connected<std::int8_t, arithmetic::litert>::form(false);

  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t depth = 0;
  static constexpr std::size_t groups = 1;

  [[nodiscard]] bool place(const kernel_arguments& call) {
    if (call.inputs[1].shape.size() != 2 || call.inputs[1].shape[0] < 0 || call.inputs[1].shape[1] < 1) return false;
    columns = static_cast<std::size_t>(call.inputs[1].shape[0]);
    depth = static_cast<std::size_t>(call.inputs[1].shape[1]);
    rows = call.inputs[0].elements() / depth;
    return true;
  }
  void widen(const integer_loops& loops, const int8_call& of, std::size_t, std::size_t row, std::size_t end,
             std::size_t row_bytes, std::byte* to) const {
    for (; row < end; ++row, to += row_bytes) loops.widen(of.x + row * depth, depth, of.x_zero, to);
  }
};

}  // namespace detail

/// kernel::integer_conv_2d<std::int8_t>.
using conv_2d_int8 = integer_matrix_op<kernel::integer_conv_2d<std::int8_t>, detail::conv_rows>;
/// kernel::integer_fully_connected<std::int8_t, arithmetic::litert>.
using fully_connected_int8 =
    integer_matrix_op<kernel::integer_fully_connected<std::int8_t, arithmetic::litert>, detail::connected_rows>;

/// kernel::integer_depthwise_conv_2d<std::int8_t>; by the loops where each input channel has one output channel.
struct depthwise_conv_2d_int8 {
  using base = kernel::integer_depthwise_conv_2d<std::int8_t>;
  static constexpr kernel::weighted_form form = kernel::detail::integer_convolution<std::int8_t>::depthwise_form;

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    const std::size_t own = base::workspace_bytes(call);
    kernel::conv_2d_geometry g;
    return takes_loops(call, g) ? own + alignof(std::max_align_t) + pieces::of(g, {}).bytes : own;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status fits = base::setup(call, workspace); fits != status::ready) return fits;
    kernel::conv_2d_geometry g;
    if (!takes_loops(call, g)) return status::ready;
    const pieces to = pieces::of(g, detail::behind(workspace, base::workspace_bytes(call)));
    if (to.w.size() != steps_of(g) * whole_blocks(g)) return status::small_workspace;
    const detail::int8_call of(call, form, workspace);
    const integer_loops& loops = *best_integer_loops();
    to.channels.clear();
    std::fill(to.w.begin(), to.w.end(), 0);
    for (std::size_t c = 0; c < g.output_channels; ++c) {
      const std::size_t place = loops.place(c, g.output_channels);
      weight_sums sums;
      for (std::size_t tap = 0; tap < taps_of(g); ++tap) {
        const std::int8_t weight = of.w[tap * g.output_channels + c];
        sums.add(weight);
        loops.add_tap(to.w[tap / loops.taps * whole_blocks(g) + place], tap % loops.taps, weight);
      }
      const std::int32_t bias = of.narrow_bias != nullptr ? of.narrow_bias[c] : 0;
      const std::int32_t zero = of.x_zero + (loops.is_positive ? 128 : 0);
      to.channels.set(place, static_cast<std::uint32_t>(bias) - sums.sum * static_cast<std::uint32_t>(zero),
                      of.stage.fixed[c * of.stage.step], sums.largest(bias));
    }
    std::fill(to.padding.begin(), to.padding.end(), static_cast<std::int8_t>(of.x_zero));
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    kernel::conv_2d_geometry g;
    if (!takes_loops(call, g)) return base::evaluate(call, workspace);
    const pieces from = pieces::of(g, detail::behind(workspace, base::workspace_bytes(call)));
    if (from.channels.is_narrow[0] == 0) return base::evaluate(call, workspace);
    const detail::int8_call of(call, form, workspace);
    const integer_loops& loops = *best_integer_loops();
    integer_depthwise_tile shared;
    shared.steps = steps_of(g);
    shared.w = from.w.data();
    shared.w_step = whole_blocks(g);
    shared.channels = g.output_channels;
    shared.scaling = from.channels.scaling(of.stage.zero_point, of.stage.range.lowest, of.stage.range.highest);
    const kernel::window_axis& height = g.windows.rows;
    const kernel::window_axis& width = g.windows.columns;
    const auto rows = static_cast<std::size_t>(height.outputs), columns = static_cast<std::size_t>(width.outputs);
    const std::size_t channels = g.output_channels;
    constexpr std::size_t worth = 262144;  // multiplications that are worth another thread
    const std::size_t work_of_row = columns * taps_of(g) * channels + 1;
    call.share.for_ranges(g.batches * rows, worth / work_of_row + 1, [&](std::size_t begin, std::size_t end) {
      std::array<const std::int8_t*, most_taps> taps;
      taps.fill(from.padding.data());  // behind the last tap these are multiplied by 0
      integer_depthwise_tile t = shared;
      t.rows = taps.data();
      for (std::size_t row = begin; row < end; ++row) {
        const std::int8_t* const image =
            of.x + row / rows * static_cast<std::size_t>(height.inputs * width.inputs) * channels;
        const std::int64_t top = height.start(static_cast<std::int64_t>(row % rows));
        for (std::size_t column = 0; column < columns; ++column) {
          const std::int64_t left = width.start(static_cast<std::int64_t>(column));
          std::size_t tap = 0;
          for (std::int64_t ky = 0; ky < height.filter; ++ky) {
            const std::int64_t y = top + ky * height.dilation;
            const bool is_inside = y >= 0 && y < height.inputs;
            for (std::int64_t kx = 0; kx < width.filter; ++kx) {
              const std::int64_t x = left + kx * width.dilation;
              taps[tap++] = is_inside && x >= 0 && x < width.inputs
                                ? image + static_cast<std::size_t>(y * width.inputs + x) * channels
                                : from.padding.data();
            }
          }
          t.y = of.y + (row * columns + column) * channels;
          loops.depthwise(t);
        }
      }
    });
  }

 private:
  static constexpr std::size_t most_taps = 128;  // a multiple of any loops' steps

  struct pieces {
    channel_scaling channels{};
    std::span<std::int32_t> w{};
    std::span<std::int8_t> padding{};
    std::size_t bytes = 0;

    [[nodiscard]] static pieces of(const kernel::conv_2d_geometry& g, std::span<std::byte> memory) {
      pieces result;
      kernel::workspace_pieces all(memory);
      const std::size_t step = whole_blocks(g);
      result.channels = channel_scaling::of(all, step);
      result.w = all.take<std::int32_t>(steps_of(g) * step);
      result.padding = all.take<std::int8_t>(step);
      result.bytes = all.used();
      return result;
    }
  };

  [[nodiscard]] static std::size_t taps_of(const kernel::conv_2d_geometry& g) {
    return static_cast<std::size_t>(g.windows.rows.filter * g.windows.columns.filter);
  }
  [[nodiscard]] static std::size_t steps_of(const kernel::conv_2d_geometry& g) {
    const std::size_t together = best_integer_loops()->taps;
    return (taps_of(g) + together - 1) / together;
  }
  [[nodiscard]] static std::size_t whole_blocks(const kernel::conv_2d_geometry& g) {
    return (g.output_channels + depthwise_block - 1) / depthwise_block * depthwise_block;
  }

  [[nodiscard]] static bool takes_loops(const kernel_arguments& call, kernel::conv_2d_geometry& g) {
    return detail::takes_loops(call) &&
           kernel::depthwise_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) ==
               status::ready &&
           g.input_channels == g.output_channels && taps_of(g) <= most_taps;
  }
};

/// A sum as the loops compute it. False where its numbers are too large for them: no scales of two numbers of 8 bits
/// make such ones.
template <class Function>
[[nodiscard]] constexpr bool sum_of(const Function& f, integer_sum& s) {
  const auto factor = [](const kernel::fixed_multiplier& m, std::int32_t spare_bits) {
    integer_factor result = integer_factor::of(m.multiplier, m.shift);
    result.left += spare_bits;
    return result;
  };
  s.a = factor(f.a, Function::spare_bits);
  s.b = factor(f.b, Function::spare_bits);
  s.y = factor(f.y, 0);
  s.a_zero = f.a_zero;
  s.b_zero = f.b_zero;
  s.zero_point = static_cast<std::int16_t>(f.y_zero);
  s.low = static_cast<std::int8_t>(f.range.lowest);
  s.high = static_cast<std::int8_t>(f.range.highest);
  constexpr std::uint64_t most = 255, most_scaled = most << Function::spare_bits;
  return f.a.shift <= 0 && f.b.shift <= 0 && s.a.takes(most) && s.b.takes(most) && s.y.takes(2 * most_scaled);
}

/// Base: an integer_binary of a scaled_sum of int8. By the loops where both operands lie beside the result.
template <class Base, bool IsDifference, bool InFloat>
struct integer_sum_op {
  using function = kernel::scaled_sum<std::int8_t, IsDifference, InFloat>;

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept { return Base::workspace_bytes(call); }
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return Base::setup(call, workspace);
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const integer_loops* const loops = best_integer_loops();
    const auto& a = call.inputs[0].shape;
    const auto& b = call.inputs[1].shape;
    integer_sum s;
    s.is_difference = IsDifference;
    if (loops == nullptr || !std::equal(a.begin(), a.end(), b.begin(), b.end()) ||
        !sum_of(kernel::kept<function>(workspace), s)) {
      return Base::evaluate(call, workspace);
    }
    const std::int8_t* const left = call.inputs[0].values<std::int8_t>().data();
    const std::int8_t* const right = call.inputs[1].values<std::int8_t>().data();
    std::int8_t* const y = call.outputs[0].values<std::int8_t>().data();
    call.share.for_ranges(call.outputs[0].elements(), 65536, [&](std::size_t begin, std::size_t end) {
      loops->sum(s, left + begin, right + begin, end - begin, y + begin);
    });
  }
};

using add_int8 = integer_sum_op<kernel::integer_add<std::int8_t>, false, false>;
using sub_int8 =
    integer_sum_op<kernel::integer_sub<std::int8_t, arithmetic::litert>, true, arithmetic::litert::difference_in_float>;

}  // namespace aeq::inline AEQ_ABI::execute::fast
