// SPDX-License-Identifier: Apache-2.0
// BATCH_MATMUL in integers. (spec: kernels, section 2) Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <aeq/kernel/batch_matmul.hpp>
#include <aeq/kernel/integer/weighted.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[..., m, n] = clamp(factor * (sum over k of (a[..., m, k] - a_zero) * (b[..., k, n] - b_zero)) + y_zero).
///
/// a: [..., M, K], with adj_x [..., K, M], of type X, int8 or int16; b: [..., K, N], with adj_y [..., N, K], int8, or
/// int16 as a is; y: [..., M, N], as a. All have one scale. Axes before follow numpy's rules of broadcasting. The
/// product of a's and b's scales is rounded to float32. Where y is int32 it has the sums of the integers themselves,
/// and no scale counts.
template <class X>
requires std::is_same_v<X, std::int8_t> || std::is_same_v<X, std::int16_t>
struct integer_batch_matmul {
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return has_sums(call) ? 0 : weighted_workspace::of(call, form, {}).bytes;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() != 2 || call.outputs.size() != 1) return status::wrong_operands;
    if (has_sums(call)) {
      const bool is_whole =
          call.inputs[0].is_complete() && call.inputs[1].is_complete() && call.outputs[0].is_complete();
      if (call.inputs[0].type != element_type::int8 || call.inputs[1].type != element_type::int8) {
        return status::wrong_type;
      }
      return is_whole && batch_matmul_fits(call) ? status::ready : status::wrong_shape;
    }
    if (const status fits = check_weighted(call, form); fits != status::ready) return fits;
    if (is_packed(call.inputs[1].type)) return status::wrong_type;
    if (call.inputs[1].scale.size() != 1) return status::wrong_parameters;
    if (call.options.activation != fused_activation::none) return status::wrong_options;
    return batch_matmul_fits(call) ? prepare_weighted(call, form, workspace) : status::wrong_shape;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if constexpr (std::is_same_v<X, std::int16_t>) {
      if (call.inputs[1].type == element_type::int16) return run<std::int16_t>(call, workspace);
      run<std::int8_t>(call, workspace);
    } else {
      if (has_sums(call)) return run_sums(call);
      run<X>(call, workspace);
    }
  }

 private:
  static constexpr weighted_form form{
      .bias = 2, .takes_weight_zero_point = true, .takes_wide_weight = true, .tensorwise_in_float = true};

  [[nodiscard]] static constexpr bool has_sums(const kernel_arguments& call) noexcept {
    return call.outputs.size() == 1 && call.outputs[0].type == element_type::int32;
  }

  template <class W>
  static void run(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const weighted_call<X, W> of(call, form, workspace);
    using sum = typename weighted_call<X, W>::sum;
    for_products<sum>(call, of.x, of.w, of.x_zero, of.w_zero,
                      [&](std::size_t at, sum products) { of.y[at] = of.finish(products, 0); });
  }

  static void run_sums(const kernel_arguments& call) noexcept {
    std::int32_t* const y = call.outputs[0].values<std::int32_t>().data();
    const auto* const a = call.inputs[0].values<std::int8_t>().data();
    const auto* const b = call.inputs[1].values<std::int8_t>().data();
    for_products<std::uint32_t>(
        call, a, b, 0, 0, [&](std::size_t at, std::uint32_t products) { y[at] = static_cast<std::int32_t>(products); });
  }

  template <class Sum, class W, class Finish>
  static void for_products(const kernel_arguments& call, const X* a, const W* b, std::int32_t a_zero,
                           std::int32_t b_zero, const Finish& finish) noexcept {
    const result_operand& product = call.outputs[0];
    batch_matmul_geometry g;
    const std::span<const std::int32_t> left = call.inputs[0].shape;
    const std::span<const std::int32_t> right = call.inputs[1].shape;
    if (!batch_matmul_geometry_of(left, right, call.options, g) || product.elements() == 0) return;
    const std::size_t a_row = call.options.adj_x ? 1 : g.depth, a_step = call.options.adj_x ? g.rows : 1;
    const std::size_t b_column = call.options.adj_y ? g.depth : 1, b_step = call.options.adj_y ? 1 : g.columns;
    const std::size_t least = 32768 / (g.depth + 1) / (g.columns + 1) + 1;
    call.share.for_ranges(product.elements() / g.columns, least, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const X* const from = a + matrix_offset(left, product.shape, row / g.rows) + row % g.rows * a_row;
        const W* const by = b + matrix_offset(right, product.shape, row / g.rows);
        for (std::size_t n = 0; n < g.columns; ++n) {
          Sum total = 0;
          for (std::size_t k = 0; k < g.depth; ++k) {
            total += static_cast<Sum>((static_cast<std::int32_t>(from[k * a_step]) - a_zero) *
                                      (static_cast<std::int32_t>(by[n * b_column + k * b_step]) - b_zero));
          }
          finish(row * g.columns + n, total);
        }
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
