// SPDX-License-Identifier: Apache-2.0
// FULLY_CONNECTED in integers. (spec: kernels, section 2) Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/integer/weighted.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[b, n] = clamp(factor[n] * (sum over k of (x[b, k] - x_zero) * (w[n, k] - w_zero) + bias[n]) + y_zero).
///
/// Operands, types and sums as integer/weighted.hpp has them, X being the activations' type. x: any shape of B * K
/// elements; w: [N, K], one scale, which may have a zero point, or one per n; bias: N elements, may be absent; y: any
/// shape of B * N elements. Arithmetic::real_fully_connected says how sums are scaled; with int16 weights always by a
/// fixed multiplier.
template <class X, class Arithmetic>
struct integer_fully_connected {
  /// is_wide: the weight is int16.
  [[nodiscard]] static constexpr weighted_form form(bool is_wide) noexcept {
    weighted_form result;
    result.takes_weight_zero_point = result.takes_wide_weight = true;
    result.real = Arithmetic::real_fully_connected && !is_wide;
    result.tensorwise_in_float = !result.real;
    return result;
  }

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return weighted_workspace::of(call, form_of(call), {}).bytes;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const weighted_form has = form_of(call);
    if (const status fits = check_weighted(call, has); fits != status::ready) return fits;
    const operand& x = call.inputs[0];
    const operand& w = call.inputs[1];
    if (w.shape.size() != 2 || call.inputs.size() > 3) return status::wrong_shape;
    const auto depth = static_cast<std::size_t>(w.shape[1]);
    const auto channels = static_cast<std::size_t>(w.shape[0]);
    if (depth == 0 || x.elements() % depth != 0 || call.outputs[0].elements() != x.elements() / depth * channels) {
      return status::wrong_shape;
    }
    return prepare_weighted(call, has, workspace);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if constexpr (sizeof(X) == 2) {
      if (call.inputs[1].type == element_type::int16) return run<std::int16_t>(call, workspace);
      run<std::int8_t>(call, workspace);
    } else {
      run<X>(call, workspace);
    }
  }

 private:
  [[nodiscard]] static constexpr weighted_form form_of(const kernel_arguments& call) noexcept {
    return form(call.inputs.size() > 1 && call.inputs[1].type == element_type::int16);
  }

  template <class W>
  static void run(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const weighted_call<X, W> of(call, form_of(call), workspace);
    const auto depth = static_cast<std::size_t>(call.inputs[1].shape[1]);
    const auto channels = static_cast<std::size_t>(call.inputs[1].shape[0]);
    call.share.for_ranges(call.outputs[0].elements(), 65536 / depth + 1, [&](std::size_t begin, std::size_t end) {
      using sum = typename weighted_call<X, W>::sum;
      std::size_t n = begin % channels;
      const X* x = of.x + begin / channels * depth;
      for (std::size_t i = begin; i < end;) {
        sum sums[4]{};
        const std::size_t rows = channels - n < 4 || end - i < 4 ? 1 : 4;
        if (rows == 4) {
          add_dots<4>(x, of.w + n * depth, depth, depth, of.x_zero, of.w_zero, sums);
        } else {
          add_dots<1>(x, of.w + n * depth, depth, depth, of.x_zero, of.w_zero, sums);
        }
        for (std::size_t r = 0; r < rows; ++r, ++i, ++n) of.y[i] = of.finish(sums[r], n);
        if (n != channels) continue;
        n = 0;
        x += depth;
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
