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
    for (std::size_t group = 0; group < s.groups; ++group) {
      to.layout.pack(of.w + group * s.columns * s.depth, s.columns, s.depth,
                     to.packed.subspan(group * to.layout.bytes(), to.layout.bytes()));
      for (std::size_t n = 0; n < to.layout.columns; ++n) {
        const std::size_t channel = group * s.columns + n, at = group * to.layout.columns + n;
        if (n >= s.columns) {
          to.channels.set(at, 0, {});
          continue;
        }
        std::uint32_t offset =
            Shape::scales && of.narrow_bias != nullptr ? static_cast<std::uint32_t>(of.narrow_bias[channel]) : 0u;
        if (best_integer_loops()->is_positive) {
          const std::int8_t* const w = of.w + channel * s.depth;
          std::uint32_t sum = 0;
          for (std::size_t k = 0; k < s.depth; ++k) sum += static_cast<std::uint32_t>(w[k]);
          offset -= sum * static_cast<std::uint32_t>(128 + of.x_zero);
        }
        to.channels.set(at, offset,
                        Shape::scales ? of.stage.fixed[channel * of.stage.step] : kernel::fixed_multiplier{});
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
      const auto fill = [&](std::size_t row, std::byte* to) { s.widen(loops, of, group, row, to); };
      if constexpr (Shape::scales) {
        multiply(loops, p, from.layout, s.depth, call.share, call.scratch, fill, nullptr);
      } else {
        multiply(loops, p, from.layout, s.depth, call.share, call.scratch, fill,
                 [&](std::size_t row, std::size_t n, std::size_t count, const std::int32_t* sums) {
                   std::int8_t* const y = p.y + row * p.y_step + n;
                   for (std::size_t i = 0; i < count; ++i) {
                     y[i] = of.finish(static_cast<std::uint32_t>(sums[i]), group * s.columns + n + i);
                   }
                 });
      }
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

  /// The window of output pixel `row`; taps in the padding are the zero point, which is worth nothing.
  void widen(const integer_loops& loops, const int8_call& of, std::size_t group, std::size_t row, std::byte* to) const {
    const kernel::window_axis& height = g.windows.rows;
    const kernel::window_axis& width = g.windows.columns;
    if (is_pointwise) {
      loops.widen(of.x + row * g.input_channels + group * g.depth, g.depth, of.x_zero, to);
      return;
    }
    const auto columns_out = static_cast<std::size_t>(width.outputs);
    const auto rows_out = static_cast<std::size_t>(height.outputs);
    const std::size_t image = row / columns_out / rows_out;
    const auto y = static_cast<std::int64_t>(row / columns_out % rows_out);
    const auto x = static_cast<std::int64_t>(row % columns_out);
    const kernel::window_axis::taps ys = height.inside(y), xs = width.inside(x);
    const bool is_run = groups == 1 && width.dilation == 1;
    const std::size_t tap_bytes = g.depth * loops.bytes;
    const auto taps = static_cast<std::size_t>(width.filter);
    for (std::int64_t ky = 0; ky < height.filter; ++ky, to += taps * tap_bytes) {
      if (ky < ys.first || ky >= ys.last || xs.first >= xs.last) {
        pad(loops, of.x_zero, taps * g.depth, to);
        continue;
      }
      const auto first = static_cast<std::size_t>(xs.first), last = static_cast<std::size_t>(xs.last);
      pad(loops, of.x_zero, first * g.depth, to);
      pad(loops, of.x_zero, (taps - last) * g.depth, to + last * tap_bytes);
      const auto iy = static_cast<std::size_t>(height.start(y) + ky * height.dilation);
      const std::size_t line =
          (image * static_cast<std::size_t>(height.inputs) + iy) * static_cast<std::size_t>(width.inputs);
      const std::size_t run = is_run ? last - first : 1;
      for (std::size_t kx = first; kx < last; kx += run) {
        const auto ix = static_cast<std::size_t>(width.start(x) + static_cast<std::int64_t>(kx) * width.dilation);
        const std::int8_t* const from = of.x + (line + ix) * g.input_channels + group * g.depth;
        loops.widen(from, run * g.depth, of.x_zero, to + kx * tap_bytes);
      }
    }
  }

 private:
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
  void widen(const integer_loops& loops, const int8_call& of, std::size_t, std::size_t row, std::byte* to) const {
    loops.widen(of.x + row * depth, depth, of.x_zero, to);
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
    if (to.w.size() != pairs_of(g) * whole_panels(g.output_channels)) return status::small_workspace;
    const detail::int8_call of(call, form, workspace);
    const std::size_t step = whole_panels(g.output_channels), taps = taps_of(g);
    for (std::size_t c = 0; c < step; ++c) {
      const auto weight = [&](std::size_t tap) -> std::int32_t {
        return c < g.output_channels && tap < taps ? of.w[tap * g.output_channels + c] : 0;
      };
      std::uint32_t sum = 0;
      for (std::size_t pair = 0; pair < pairs_of(g); ++pair) {
        const std::int32_t even = weight(2 * pair), odd = weight(2 * pair + 1);
        sum += static_cast<std::uint32_t>(even) + static_cast<std::uint32_t>(odd);
        to.w[pair * step + c] = static_cast<std::int32_t>((static_cast<std::uint32_t>(even) & 0xffffu) |
                                                          static_cast<std::uint32_t>(odd) << 16u);
      }
      if (c >= g.output_channels) {
        to.channels.set(c, 0, {});
        continue;
      }
      const std::uint32_t bias = of.narrow_bias != nullptr ? static_cast<std::uint32_t>(of.narrow_bias[c]) : 0u;
      to.channels.set(c, bias - sum * static_cast<std::uint32_t>(of.x_zero), of.stage.fixed[c * of.stage.step]);
    }
    std::fill(to.padding.begin(), to.padding.end(), static_cast<std::int8_t>(of.x_zero));
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    kernel::conv_2d_geometry g;
    if (!takes_loops(call, g)) return base::evaluate(call, workspace);
    const pieces from = pieces::of(g, detail::behind(workspace, base::workspace_bytes(call)));
    const detail::int8_call of(call, form, workspace);
    const integer_loops& loops = *best_integer_loops();
    integer_depthwise_tile shared;
    shared.pairs = pairs_of(g);
    shared.w = from.w.data();
    shared.w_step = whole_panels(g.output_channels);
    shared.channels = g.output_channels;
    shared.scaling = from.channels.scaling(of.stage.zero_point, of.stage.range.lowest, of.stage.range.highest);
    const kernel::window_axis& height = g.windows.rows;
    const kernel::window_axis& width = g.windows.columns;
    const std::size_t taps = taps_of(g), channels = g.output_channels;
    kernel::detail::for_output_pixels(
        call, g, taps * channels / 8, [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
          std::array<const std::int8_t*, most_taps + 1> rows;
          std::size_t at = 0;
          for (std::int64_t ky = 0; ky < height.filter; ++ky) {
            const std::int64_t iy = height.start(row) + ky * height.dilation;
            for (std::int64_t kx = 0; kx < width.filter; ++kx) {
              const std::int64_t ix = width.start(column) + kx * width.dilation;
              const bool is_inside = iy >= 0 && iy < height.inputs && ix >= 0 && ix < width.inputs;
              rows[at++] =
                  is_inside ? of.x + ((image * static_cast<std::size_t>(height.inputs) + static_cast<std::size_t>(iy)) *
                                          static_cast<std::size_t>(width.inputs) +
                                      static_cast<std::size_t>(ix)) *
                                         channels
                            : from.padding.data();
            }
          }
          if (at % 2 != 0) rows[at] = from.padding.data();  // times 0
          integer_depthwise_tile t = shared;
          t.rows = rows.data();
          t.y = of.y + pixel * channels;
          loops.depthwise(t);
        });
  }

 private:
  static constexpr std::size_t most_taps = 128;

  struct pieces {
    channel_scaling channels{};
    std::span<std::int32_t> w{};
    std::span<std::int8_t> padding{};
    std::size_t bytes = 0;

    [[nodiscard]] static pieces of(const kernel::conv_2d_geometry& g, std::span<std::byte> memory) {
      pieces result;
      kernel::workspace_pieces all(memory);
      const std::size_t step = whole_panels(g.output_channels);
      result.channels = channel_scaling::of(all, step);
      result.w = all.take<std::int32_t>(pairs_of(g) * step);
      result.padding = all.take<std::int8_t>(step);
      result.bytes = all.used();
      return result;
    }
  };

  [[nodiscard]] static std::size_t taps_of(const kernel::conv_2d_geometry& g) {
    return static_cast<std::size_t>(g.windows.rows.filter * g.windows.columns.filter);
  }
  [[nodiscard]] static std::size_t pairs_of(const kernel::conv_2d_geometry& g) { return (taps_of(g) + 1) / 2; }

  [[nodiscard]] static bool takes_loops(const kernel_arguments& call, kernel::conv_2d_geometry& g) {
    return detail::takes_loops(call) &&
           kernel::depthwise_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) ==
               status::ready &&
           g.input_channels == g.output_channels && taps_of(g) <= most_taps;
  }
};

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
    if (loops == nullptr || !std::equal(a.begin(), a.end(), b.begin(), b.end())) {
      return Base::evaluate(call, workspace);
    }
    const auto f = kernel::kept<function>(workspace);
    const auto factor = [](const kernel::fixed_multiplier& m, std::int32_t spare_bits) {
      return integer_sum::factor{m.multiplier, std::max(m.shift, 0) + spare_bits, std::max(-m.shift, 0)};
    };
    integer_sum s;
    s.a = factor(f.a, function::spare_bits);
    s.b = factor(f.b, function::spare_bits);
    s.y = factor(f.y, 0);
    s.a_zero = f.a_zero;
    s.b_zero = f.b_zero;
    s.zero_point = f.y_zero;
    s.low = f.range.lowest - f.y_zero;
    s.high = f.range.highest - f.y_zero;
    s.is_difference = IsDifference;
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
