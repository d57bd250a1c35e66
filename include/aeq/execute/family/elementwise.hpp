// SPDX-License-Identifier: Apache-2.0
// Ops on one element at a time, with or without broadcasting.
//
// Inside: operation.ipp includes it, other headers do not.
#pragma once

#include <array>

#include <aeq/execute/fast/function_ops.hpp>
#include <aeq/execute/operation.hpp>
#include <aeq/kernel/binary.hpp>
#include <aeq/kernel/cast.hpp>
#include <aeq/kernel/quantize_op.hpp>
#include <aeq/kernel/select.hpp>
#include <aeq/kernel/unary.hpp>

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// An op on single elements: of its one input, or of two that broadcast. Its output may lie where the first lies if it
/// has its type, and so as many elements.
template <class Kernel>
[[nodiscard]] constexpr operation unary_row(op::code code) {
  return {code, functions_of<Kernel>(), &shape_of_first, 0, storage::in_place};
}
template <class Kernel>
[[nodiscard]] constexpr operation binary_row(op::code code) {
  return {code, functions_of<Kernel>(), &shape_of_two, 0, storage::in_place};
}
template <class Operation>
[[nodiscard]] constexpr operation comparison_row(op::code code) {
  return {code, functions_of<kernel::comparison<Operation>>(), &shape_of_two};
}

}  // namespace detail

namespace family {

inline constexpr std::array elementwise{
    detail::unary_row<kernel::unary<kernel::absolute_function, kernel::wide_numbers>>(op::code::abs),
    detail::binary_row<kernel::arithmetic<kernel::plus>>(op::code::add),
    operation{op::code::add_n, functions_of<kernel::add_n>(), &detail::shape_of_first},
    detail::binary_row<kernel::binary<kernel::angle_of, kernel::float_only>>(op::code::atan2),
    detail::binary_row<kernel::binary<kernel::exclusive_or, kernel::all_integers>>(op::code::bitwise_xor),
    detail::unary_row<kernel::cast>(op::code::cast),
    detail::unary_row<kernel::unary<kernel::ceil_function>>(op::code::ceil),
    detail::unary_row<kernel::unary<kernel::cos_function>>(op::code::cos),
    detail::unary_row<kernel::dequantize_op>(op::code::dequantize),
    detail::binary_row<kernel::arithmetic<kernel::divided, kernel::quotient_rules>>(op::code::div),
    detail::unary_row<fast::elu>(op::code::elu),
    detail::comparison_row<kernel::equal_to>(op::code::equal),
    detail::unary_row<fast::exponential>(op::code::exp),
    detail::unary_row<kernel::fake_quant>(op::code::fake_quant),
    detail::unary_row<kernel::unary<kernel::floor_function>>(op::code::floor),
    detail::binary_row<kernel::binary<kernel::floor_divided, kernel::wide_numbers, kernel::divisor_is_not_zero>>(
        op::code::floor_div),
    detail::binary_row<kernel::binary<kernel::floor_remainder, kernel::wide_numbers, kernel::divisor_is_not_zero>>(
        op::code::floor_mod),
    detail::unary_row<fast::gelu>(op::code::gelu),
    detail::comparison_row<kernel::greater_than>(op::code::greater),
    detail::comparison_row<kernel::at_least>(op::code::greater_equal),
    detail::unary_row<kernel::unary<kernel::hard_swish_function>>(op::code::hard_swish),
    detail::unary_row<kernel::unary<kernel::leaky_relu_function>>(op::code::leaky_relu),
    detail::comparison_row<kernel::less_than>(op::code::less),
    detail::comparison_row<kernel::at_most>(op::code::less_equal),
    detail::unary_row<kernel::unary<kernel::log_function>>(op::code::log),
    detail::binary_row<kernel::binary<kernel::both, kernel::truth_values>>(op::code::logical_and),
    detail::unary_row<kernel::unary<kernel::not_function, kernel::truth_values>>(op::code::logical_not),
    detail::binary_row<kernel::binary<kernel::either, kernel::truth_values>>(op::code::logical_or),
    detail::unary_row<fast::logistic>(op::code::logistic),
    detail::binary_row<kernel::binary<kernel::larger, kernel::all_numbers>>(op::code::maximum),
    detail::binary_row<kernel::binary<kernel::smaller, kernel::all_numbers>>(op::code::minimum),
    detail::binary_row<kernel::arithmetic<kernel::times>>(op::code::mul),
    detail::unary_row<kernel::unary<kernel::negative_function, kernel::wide_numbers>>(op::code::neg),
    detail::comparison_row<kernel::not_equal_to>(op::code::not_equal),
    detail::binary_row<kernel::binary<kernel::power, kernel::wide_numbers, kernel::exponent_is_not_negative>>(
        op::code::pow),
    detail::binary_row<kernel::binary<kernel::prelu_function, kernel::float_only>>(op::code::prelu),
    detail::unary_row<kernel::quantize_op>(op::code::quantize),
    detail::unary_row<kernel::unary<kernel::relu_function>>(op::code::relu),
    detail::unary_row<kernel::unary<kernel::clamp_between<0, 6>>>(op::code::relu6),
    detail::unary_row<kernel::unary<kernel::clamp_between<0, 1>>>(op::code::relu_0_to_1),
    detail::unary_row<kernel::unary<kernel::clamp_between<-1, 1>>>(op::code::relu_n1_to_1),
    detail::binary_row<kernel::binary<kernel::shifted_right, kernel::signed_integers>>(op::code::right_shift),
    detail::unary_row<kernel::unary<kernel::round_function>>(op::code::round),
    detail::unary_row<kernel::unary<kernel::rsqrt_function>>(op::code::rsqrt),
    detail::row_of<kernel::select>(op::code::select),
    detail::row_of<kernel::select_v2>(op::code::select_v2),
    detail::unary_row<kernel::unary<kernel::sign_function, kernel::wide_numbers>>(op::code::sign),
    detail::unary_row<kernel::unary<kernel::sin_function>>(op::code::sin),
    detail::unary_row<kernel::unary<kernel::sqrt_function>>(op::code::sqrt),
    detail::unary_row<kernel::unary<kernel::square_function>>(op::code::square),
    detail::binary_row<kernel::binary<kernel::difference_squared, kernel::wide_numbers>>(op::code::squared_difference),
    detail::binary_row<kernel::arithmetic<kernel::minus>>(op::code::sub),
    detail::unary_row<fast::hyperbolic_tangent>(op::code::tanh),
};

}  // namespace family

}  // namespace aeq::inline AEQ_ABI::execute
