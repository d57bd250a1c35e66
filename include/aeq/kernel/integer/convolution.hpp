// SPDX-License-Identifier: Apache-2.0
// CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV in integers. (spec: kernels, section 2) Freestanding.
//
//   y = clamp(factor[n] * (sum of (x - x_zero) * (w - w_zero) + bias[n]) + y_zero)
//
// over the products that the float kernels of the same op add. Operands, types and sums as integer/weighted.hpp has
// them, X being the activations' type; only weights of uint8 may have a zero point. The factor is a fixed multiplier,
// of 15 bits where sums have 64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <aeq/kernel/integer/convolution_sums.hpp>
#include <aeq/kernel/integer/weighted.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

namespace detail {

/// What the three have in common. Of LiteRT's kernels those on uint8 round the product of the scales to float32.
template <class X>
struct integer_convolution {
  using weight = std::conditional_t<std::is_same_v<X, std::uint8_t>, std::uint8_t, std::int8_t>;
  using operands = weighted_call<X, weight>;
  using sum = typename operands::sum;

  static constexpr weighted_form conv_form{.tensorwise_in_float = std::is_same_v<X, std::uint8_t>};
  static constexpr weighted_form depthwise_form{.channel_axis = 3,
                                                .tensorwise_in_float = std::is_same_v<X, std::uint8_t>};
  static constexpr weighted_form transpose_form{
      .x = 2, .w = 1, .bias = 3, .tensorwise_in_float = std::is_same_v<X, std::uint8_t>};
};

[[nodiscard]] inline status setup_integer_conv(const kernel_arguments& call, const weighted_form& form,
                                               geometry_function geometry, std::span<std::byte> workspace) noexcept {
  if (call.inputs.size() > 3) return status::wrong_operands;
  if (const status fits = check_weighted(call, form); fits != status::ready) return fits;
  conv_2d_geometry g;
  if (const status placed = check_conv_shapes(call, geometry, g); placed != status::ready) return placed;
  return prepare_weighted(call, form, workspace);
}

}  // namespace detail

/// x: [B, H, W, groups * I]; w: [N, KH, KW, I], groups divide N, one scale or one per n; y: [B, OH, OW, N].
template <class X>
struct integer_conv_2d : private detail::integer_convolution<X> {
  using base = detail::integer_convolution<X>;

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return weighted_workspace::of(call, base::conv_form, {}).bytes;
  }
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return detail::setup_integer_conv(call, base::conv_form, &conv_2d_geometry_of, workspace);
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const typename base::operands of(call, base::conv_form, workspace);
    conv_2d_geometry g;
    if (conv_2d_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) return;
    using sum = typename base::sum;
    conv_2d_sums<sum>(
        call, g, of.x, of.w, [&](std::size_t) { return of.x_zero; }, of.w_zero,
        [&](std::size_t, std::size_t at, std::size_t n, sum products) { of.y[at] = of.finish(products, n); });
  }
};

/// x: [B, H, W, C]; w: [1, KH, KW, C * M], one scale or one per output channel; y: [B, OH, OW, C * M].
template <class X>
struct integer_depthwise_conv_2d : private detail::integer_convolution<X> {
  using base = detail::integer_convolution<X>;

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return weighted_workspace::of(call, base::depthwise_form, {}).bytes;
  }
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return detail::setup_integer_conv(call, base::depthwise_form, &depthwise_geometry_of, workspace);
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const typename base::operands of(call, base::depthwise_form, workspace);
    conv_2d_geometry g;
    if (depthwise_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) return;
    using sum = typename base::sum;
    depthwise_sums<sum>(
        call, g, of.x, of.w, [&](std::size_t) { return of.x_zero; }, of.w_zero,
        [&](std::size_t, std::size_t at, std::size_t n, sum products) { of.y[at] = of.finish(products, n); });
  }
};

/// inputs: shape of y, int32; w: [N, KH, KW, I], one scale or one per n; x: [B, H, W, I]; bias: N elements, may be
/// absent. y: [B, OH, OW, N].
template <class X>
struct integer_transpose_conv : private detail::integer_convolution<X> {
  using base = detail::integer_convolution<X>;

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return weighted_workspace::of(call, base::transpose_form, {}).bytes;
  }
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status fits = check_weighted(call, base::transpose_form); fits != status::ready) return fits;
    conv_2d_geometry g;
    if (const status placed = geometry(call, g); placed != status::ready) return placed;
    return prepare_weighted(call, base::transpose_form, workspace);
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const typename base::operands of(call, base::transpose_form, workspace);
    conv_2d_geometry g;
    if (geometry(call, g) != status::ready) return;
    using sum = typename base::sum;
    transpose_conv_sums<sum>(
        call, g, of.x, of.w,
        [&](sum& total, std::size_t, std::size_t, const X* from, const auto* by) {
          total += dot<sum>(from, by, g.depth, of.x_zero, of.w_zero);
        },
        [&](std::size_t, std::size_t at, std::size_t n, sum products) { of.y[at] = of.finish(products, n); });
  }

 private:
  [[nodiscard]] static status geometry(const kernel_arguments& call, conv_2d_geometry& g) noexcept {
    return transpose_conv_geometry_of(call.inputs[2].shape, call.inputs[1].shape, call.outputs[0].shape, call.options,
                                      g);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
