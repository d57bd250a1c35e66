// SPDX-License-Identifier: Apache-2.0
// The kernels on numbers as they are, which the table does not list: the interpreter has faster loops for some of them,
// firmware calls them by their names. tests/freestanding/run.sh sees to it that no op of the interpreter is left out.
#pragma once

#include <array>

#include <aeq/kernels.hpp>

namespace firmware {

namespace kernel = aeq::kernel;
namespace op = aeq::op;

template <class Kernel>
[[nodiscard]] constexpr aeq::kernel_entry entry(op::code code) {
  return {code, aeq::functions_of<Kernel>()};
}

inline constexpr std::array plain_kernels{
    entry<kernel::conv_2d_float>(op::code::conv_2d),
    entry<kernel::depthwise_conv_2d_float>(op::code::depthwise_conv_2d),
    entry<kernel::conv_3d_float>(op::code::conv_3d),
    entry<kernel::transpose_conv_float>(op::code::transpose_conv),
    entry<kernel::pool_2d_float<kernel::average_pool>>(op::code::average_pool_2d),
    entry<kernel::pool_2d_float<kernel::max_pool>>(op::code::max_pool_2d),
    entry<kernel::pool_2d_float<kernel::l2_pool>>(op::code::l2_pool_2d),
    entry<kernel::unary<kernel::absolute_function, kernel::wide_numbers>>(op::code::abs),
    entry<kernel::arithmetic<kernel::plus>>(op::code::add),
    entry<kernel::add_n>(op::code::add_n),
    entry<kernel::binary<kernel::angle_of, kernel::float_only>>(op::code::atan2),
    entry<kernel::binary<kernel::exclusive_or, kernel::all_integers>>(op::code::bitwise_xor),
    entry<kernel::cast>(op::code::cast),
    entry<kernel::unary<kernel::ceil_function>>(op::code::ceil),
    entry<kernel::unary<kernel::cos_function>>(op::code::cos),
    entry<kernel::dequantize_op>(op::code::dequantize),
    entry<kernel::arithmetic<kernel::divided, kernel::quotient_rules>>(op::code::div),
    entry<kernel::unary<kernel::elu_function>>(op::code::elu),
    entry<kernel::comparison<kernel::equal_to>>(op::code::equal),
    entry<kernel::unary<kernel::exp_function>>(op::code::exp),
    entry<kernel::fake_quant>(op::code::fake_quant),
    entry<kernel::unary<kernel::floor_function>>(op::code::floor),
    entry<kernel::binary<kernel::floor_divided, kernel::wide_numbers, kernel::divisor_is_not_zero>>(
        op::code::floor_div),
    entry<kernel::binary<kernel::floor_remainder, kernel::wide_numbers, kernel::divisor_is_not_zero>>(
        op::code::floor_mod),
    entry<kernel::unary<kernel::gelu_function>>(op::code::gelu),
    entry<kernel::comparison<kernel::greater_than>>(op::code::greater),
    entry<kernel::comparison<kernel::at_least>>(op::code::greater_equal),
    entry<kernel::unary<kernel::hard_swish_function>>(op::code::hard_swish),
    entry<kernel::unary<kernel::leaky_relu_function>>(op::code::leaky_relu),
    entry<kernel::comparison<kernel::less_than>>(op::code::less),
    entry<kernel::comparison<kernel::at_most>>(op::code::less_equal),
    entry<kernel::unary<kernel::log_function>>(op::code::log),
    entry<kernel::binary<kernel::both, kernel::truth_values>>(op::code::logical_and),
    entry<kernel::unary<kernel::not_function, kernel::truth_values>>(op::code::logical_not),
    entry<kernel::binary<kernel::either, kernel::truth_values>>(op::code::logical_or),
    entry<kernel::unary<kernel::logistic_function>>(op::code::logistic),
    entry<kernel::binary<kernel::larger, kernel::all_numbers>>(op::code::maximum),
    entry<kernel::binary<kernel::smaller, kernel::all_numbers>>(op::code::minimum),
    entry<kernel::arithmetic<kernel::times>>(op::code::mul),
    entry<kernel::unary<kernel::negative_function, kernel::wide_numbers>>(op::code::neg),
    entry<kernel::comparison<kernel::not_equal_to>>(op::code::not_equal),
    entry<kernel::binary<kernel::power, kernel::wide_numbers, kernel::exponent_is_not_negative>>(op::code::pow),
    entry<kernel::binary<kernel::prelu_function, kernel::float_only>>(op::code::prelu),
    entry<kernel::quantize_op>(op::code::quantize),
    entry<kernel::unary<kernel::relu_function>>(op::code::relu),
    entry<kernel::unary<kernel::clamp_between<0, 6>>>(op::code::relu6),
    entry<kernel::unary<kernel::clamp_between<0, 1>>>(op::code::relu_0_to_1),
    entry<kernel::unary<kernel::clamp_between<-1, 1>>>(op::code::relu_n1_to_1),
    entry<kernel::binary<kernel::shifted_right, kernel::signed_integers>>(op::code::right_shift),
    entry<kernel::unary<kernel::round_function>>(op::code::round),
    entry<kernel::unary<kernel::rsqrt_function>>(op::code::rsqrt),
    entry<kernel::select>(op::code::select),
    entry<kernel::select_v2>(op::code::select_v2),
    entry<kernel::unary<kernel::sign_function, kernel::wide_numbers>>(op::code::sign),
    entry<kernel::unary<kernel::sin_function>>(op::code::sin),
    entry<kernel::unary<kernel::sqrt_function>>(op::code::sqrt),
    entry<kernel::unary<kernel::square_function>>(op::code::square),
    entry<kernel::binary<kernel::difference_squared, kernel::wide_numbers>>(op::code::squared_difference),
    entry<kernel::arithmetic<kernel::minus>>(op::code::sub),
    entry<kernel::unary<kernel::tanh_function>>(op::code::tanh),
    entry<kernel::fully_connected_float>(op::code::fully_connected),
    entry<kernel::batch_matmul_float>(op::code::batch_matmul),
    entry<kernel::embedding_lookup>(op::code::embedding_lookup),
    entry<kernel::copy_as_bits>(op::code::bitcast),
    entry<kernel::broadcast_args>(op::code::broadcast_args),
    entry<kernel::broadcast_to>(op::code::broadcast_to),
    entry<kernel::concatenation>(op::code::concatenation),
    entry<kernel::depth_to_space>(op::code::depth_to_space),
    entry<kernel::cumulative_sum>(op::code::cumsum),
    entry<kernel::dilate>(op::code::dilate),
    entry<kernel::dynamic_update_slice>(op::code::dynamic_update_slice),
    entry<kernel::copy>(op::code::expand_dims),
    entry<kernel::fill>(op::code::fill),
    entry<kernel::gather>(op::code::gather),
    entry<kernel::gather_nd>(op::code::gather_nd),
    entry<kernel::matrix_diagonal<false>>(op::code::matrix_diag),
    entry<kernel::matrix_diagonal<true>>(op::code::matrix_set_diag),
    entry<kernel::mirror_pad>(op::code::mirror_pad),
    entry<kernel::one_hot>(op::code::one_hot),
    entry<kernel::pack_axis>(op::code::pack),
    entry<kernel::pad>(op::code::pad),
    entry<kernel::pad_v2>(op::code::padv2),
    entry<kernel::range_of>(op::code::range),
    entry<kernel::shape_of<true>>(op::code::rank),
    entry<kernel::copy>(op::code::reshape),
    entry<kernel::reverse_sequence>(op::code::reverse_sequence),
    entry<kernel::reverse>(op::code::reverse_v2),
    entry<kernel::scatter_nd>(op::code::scatter_nd),
    entry<kernel::segment<kernel::joining::sum, true>>(op::code::segment_sum),
    entry<kernel::shape_of<false>>(op::code::shape),
    entry<kernel::slice>(op::code::slice),
    entry<kernel::space_to_batch_nd>(op::code::space_to_batch_nd),
    entry<kernel::batch_to_space_nd>(op::code::batch_to_space_nd),
    entry<kernel::space_to_depth>(op::code::space_to_depth),
    entry<kernel::split>(op::code::split),
    entry<kernel::split_v>(op::code::split_v),
    entry<kernel::copy>(op::code::squeeze),
    entry<kernel::strided_slice>(op::code::strided_slice),
    entry<kernel::tile>(op::code::tile),
    entry<kernel::top_k>(op::code::topk_v2),
    entry<kernel::transpose>(op::code::transpose),
    entry<kernel::unpack_axis>(op::code::unpack),
    entry<kernel::segment<kernel::joining::larger, false>>(op::code::unsorted_segment_max),
    entry<kernel::segment<kernel::joining::smaller, false>>(op::code::unsorted_segment_min),
    entry<kernel::segment<kernel::joining::product, false>>(op::code::unsorted_segment_prod),
    entry<kernel::segment<kernel::joining::sum, false>>(op::code::unsorted_segment_sum),
    entry<kernel::where_true>(op::code::where),
    entry<kernel::zeros_like>(op::code::zeros_like),
    entry<kernel::sequence_lstm_float<>>(op::code::unidirectional_sequence_lstm),
    entry<kernel::sequence_rnn_float<>>(op::code::unidirectional_sequence_rnn),
    entry<kernel::sequence_rnn_float<>>(op::code::rnn),
    entry<kernel::arg_extreme<true>>(op::code::arg_max),
    entry<kernel::arg_extreme<false>>(op::code::arg_min),
    entry<kernel::rows_float<kernel::l2_normalization_row>>(op::code::l2_normalization),
    entry<kernel::rows_float<kernel::local_response_row>>(op::code::local_response_normalization),
    entry<kernel::rows_float<kernel::log_softmax_row>>(op::code::log_softmax),
    entry<kernel::reduce_mean>(op::code::mean),
    entry<kernel::reduce_all>(op::code::reduce_all),
    entry<kernel::reduce_any>(op::code::reduce_any),
    entry<kernel::reduce_max>(op::code::reduce_max),
    entry<kernel::reduce_min>(op::code::reduce_min),
    entry<kernel::reduce_prod>(op::code::reduce_prod),
    entry<kernel::resize_bilinear_float>(op::code::resize_bilinear),
    entry<kernel::resize_nearest_neighbor>(op::code::resize_nearest_neighbor),
    entry<kernel::softmax_float>(op::code::softmax),
    entry<kernel::reduce_sum>(op::code::sum),
};

/// The kernel of a call on floats, truth values, indices, and of whatever only moves.
[[nodiscard]] constexpr aeq::kernel_functions plain_kernel(op::code code) {
  for (const aeq::kernel_entry& candidate : plain_kernels) {
    if (candidate.operation == code) return candidate.functions;
  }
  return {};
}

}  // namespace firmware
