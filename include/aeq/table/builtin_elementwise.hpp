// SPDX-License-Identifier: Apache-2.0
// Kernels of quantized ops on single elements, and on windows and rows of them. Freestanding.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <aeq/kernel/arithmetic.hpp>
#include <aeq/kernel/integer/binary.hpp>
#include <aeq/kernel/integer/sigmoid.hpp>
#include <aeq/kernel/integer/tables.hpp>
#include <aeq/kernel/integer/unary.hpp>
#include <aeq/table/handler.hpp>

namespace aeq::inline AEQ_ABI::detail {

template <class Function, class X>
[[nodiscard]] constexpr kernel_entry function_entry(op::code code) {
  return {code, functions_of<kernel::integer_function<Function, X>>()};
}
template <class Real, class X>
[[nodiscard]] constexpr kernel_entry real_entry(op::code code) {
  return {code, functions_of<kernel::integer_real_function<Real, X>>()};
}
template <class Comparison, class X>
[[nodiscard]] constexpr kernel_entry comparison_entry(op::code code) {
  return {code, functions_of<kernel::integer_comparison<X, Comparison>>()};
}

template <class Arithmetic>
struct elementwise_kernels {
  /// Of all three types.
  template <class X>
  static constexpr kernel_entry of_integers[]{
      kernel_entry{op::code::add, functions_of<kernel::integer_add<X>>()},
      kernel_entry{op::code::sub, functions_of<kernel::integer_sub<X, Arithmetic>>()},
      kernel_entry{op::code::mul, functions_of<kernel::integer_mul<X, Arithmetic>>()},
      kernel_entry{op::code::div, functions_of<kernel::integer_div<X>>()},
      kernel_entry{op::code::prelu, functions_of<kernel::integer_prelu<X, Arithmetic>>()},
      comparison_entry<kernel::equal_to, X>(op::code::equal),
      comparison_entry<kernel::not_equal_to, X>(op::code::not_equal),
      function_entry<kernel::scaled_clamp<fused_activation::relu>, X>(op::code::relu),
      function_entry<kernel::scaled_clamp<fused_activation::relu6>, X>(op::code::relu6),
      function_entry<kernel::scaled_leaky_relu, X>(op::code::leaky_relu),
      real_entry<kernel::gelu_function, X>(op::code::gelu),
  };
  /// Of int8 and uint8.
  template <class X>
  static constexpr kernel_entry of_bytes[]{
      comparison_entry<kernel::less_than, X>(op::code::less),
      comparison_entry<kernel::at_most, X>(op::code::less_equal),
      comparison_entry<kernel::greater_than, X>(op::code::greater),
      comparison_entry<kernel::at_least, X>(op::code::greater_equal),
      function_entry<kernel::scaled_clamp<fused_activation::relu_n1_to_1>, X>(op::code::relu_n1_to_1),
      function_entry<kernel::scaled_unit_clamp, X>(op::code::relu_0_to_1),
      function_entry<kernel::scaled_hard_swish, X>(op::code::hard_swish),
  };
  /// Of int8 and int16.
  template <class X>
  static constexpr kernel_entry of_signed[]{
      function_entry<kernel::scaled_absolute, X>(op::code::abs),
      function_entry<kernel::scaled_negation, X>(op::code::neg),
      function_entry<kernel::scaled_root, X>(op::code::sqrt),
      real_entry<kernel::exp_function, X>(op::code::exp),
      real_entry<kernel::log_with_floor, X>(op::code::log),
  };
  /// Sigmoids of 8 bits by tables of real results.
  template <class X>
  static constexpr kernel_entry of_real_sigmoids[]{
      kernel_entry{op::code::logistic, functions_of<kernel::integer_unary<kernel::logistic_table<X>, X>>()},
      real_entry<kernel::tanh_function, X>(op::code::tanh),
  };
  /// The same in fixed point, of int8.
  template <class X>
  static constexpr kernel_entry of_fixed_sigmoids[]{
      function_entry<kernel::sigmoid_by_exponentials<false>, X>(op::code::logistic),
      function_entry<kernel::sigmoid_by_exponentials<true>, X>(op::code::tanh),
  };
  /// Of int8 alone, and of int16 alone.
  template <class X>
  static constexpr kernel_entry of_int8[]{
      kernel_entry{op::code::squared_difference, functions_of<kernel::integer_squared_difference<X>>()},
      function_entry<kernel::scaled_inverse_root, X>(op::code::rsqrt),
  };
  template <class X>
  static constexpr kernel_entry of_int16[]{
      function_entry<kernel::sigmoid_by_steps<false>, X>(op::code::logistic),
      function_entry<kernel::sigmoid_by_steps<true>, X>(op::code::tanh),
      real_entry<kernel::inverse_root_with_ceiling, X>(op::code::rsqrt),
  };
  [[nodiscard]] static constexpr std::span<const kernel_entry> of_int8_sigmoids() {
    if constexpr (Arithmetic::real_sigmoids) {
      return of_real_sigmoids<std::int8_t>;
    } else {
      return of_fixed_sigmoids<std::int8_t>;
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::detail
