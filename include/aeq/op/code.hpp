// SPDX-License-Identifier: Apache-2.0
// The builtin operators of the .tflite schema, and the two virtual operations of a recipe. Freestanding.
// (spec: tflite_schema, section 3; quantization, section 3)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::op {

/// BuiltinOperator of the schema, lower case; an underscore follows where C++ has the word. Negative: virtual
/// operations that stand for the inputs and outputs of a subgraph.
// clang-format off
enum class code : std::int32_t {
  graph_output = -2,
  graph_input = -1,
  add, average_pool_2d, concatenation, conv_2d, depthwise_conv_2d, depth_to_space, dequantize, embedding_lookup,
  floor, fully_connected, hashtable_lookup, l2_normalization, l2_pool_2d, local_response_normalization, logistic,
  lsh_projection, lstm, max_pool_2d, mul, relu, relu_n1_to_1, relu6, reshape, resize_bilinear, rnn, softmax,
  space_to_depth, svdf, tanh, concat_embeddings, skip_gram, call, custom, embedding_lookup_sparse, pad,
  unidirectional_sequence_rnn, gather, batch_to_space_nd, space_to_batch_nd, transpose, mean, sub, div, squeeze,
  unidirectional_sequence_lstm, strided_slice, bidirectional_sequence_rnn, exp, topk_v2, split, log_softmax,
  delegate, bidirectional_sequence_lstm, cast, prelu, maximum, arg_max, minimum, less, neg, padv2, greater,
  greater_equal, less_equal, select, slice, sin, transpose_conv, sparse_to_dense, tile, expand_dims, equal,
  not_equal, log, sum, sqrt, rsqrt, shape, pow, arg_min, fake_quant, reduce_prod, reduce_max, pack, logical_or,
  one_hot, logical_and, logical_not, unpack, reduce_min, floor_div, reduce_any, square, zeros_like, fill, floor_mod,
  range, resize_nearest_neighbor, leaky_relu, squared_difference, mirror_pad, abs, split_v, unique, ceil, reverse_v2,
  add_n, gather_nd, cos, where, rank, elu, reverse_sequence, matrix_diag, quantize, matrix_set_diag, round,
  hard_swish, if_, while_, non_max_suppression_v4, non_max_suppression_v5, scatter_nd, select_v2, densify,
  segment_sum, batch_matmul, placeholder_for_greater_op_codes, cumsum, call_once, broadcast_to, rfft2d, conv_3d,
  imag, real, complex_abs, hashtable, hashtable_find, hashtable_import, hashtable_size, reduce_all,
  conv_3d_transpose, var_handle, read_variable, assign_variable, broadcast_args, random_standard_normal, bucketize,
  random_uniform, multinomial, gelu, dynamic_update_slice, relu_0_to_1, unsorted_segment_prod, unsorted_segment_max,
  unsorted_segment_sum, atan2, unsorted_segment_min, sign, bitcast, bitwise_xor, right_shift, stablehlo_logistic,
  stablehlo_add, stablehlo_divide, stablehlo_multiply, stablehlo_maximum, stablehlo_reshape, stablehlo_clamp,
  stablehlo_concatenate, stablehlo_broadcast_in_dim, stablehlo_convolution, stablehlo_slice, stablehlo_custom_call,
  stablehlo_reduce, stablehlo_abs, stablehlo_and, stablehlo_cosine, stablehlo_exponential, stablehlo_floor,
  stablehlo_log, stablehlo_minimum, stablehlo_negate, stablehlo_or, stablehlo_power, stablehlo_remainder,
  stablehlo_rsqrt, stablehlo_select, stablehlo_subtract, stablehlo_tanh, stablehlo_scatter, stablehlo_compare,
  stablehlo_convert, stablehlo_dynamic_slice, stablehlo_dynamic_update_slice, stablehlo_pad, stablehlo_iota,
  stablehlo_dot_general, stablehlo_reduce_window, stablehlo_sort, stablehlo_while, stablehlo_gather,
  stablehlo_transpose, dilate, stablehlo_rng_bit_generator, reduce_window, stablehlo_composite, stablehlo_shift_left,
  stablehlo_cbrt, stablehlo_case,
};
// clang-format on

inline constexpr std::int32_t code_count = 210;

namespace detail {
// clang-format off
inline constexpr std::array<std::string_view, code_count> code_names{
    "ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D", "DEPTH_TO_SPACE", "DEQUANTIZE",
    "EMBEDDING_LOOKUP", "FLOOR", "FULLY_CONNECTED", "HASHTABLE_LOOKUP", "L2_NORMALIZATION", "L2_POOL_2D",
    "LOCAL_RESPONSE_NORMALIZATION", "LOGISTIC", "LSH_PROJECTION", "LSTM", "MAX_POOL_2D", "MUL", "RELU",
    "RELU_N1_TO_1", "RELU6", "RESHAPE", "RESIZE_BILINEAR", "RNN", "SOFTMAX", "SPACE_TO_DEPTH", "SVDF", "TANH",
    "CONCAT_EMBEDDINGS", "SKIP_GRAM", "CALL", "CUSTOM", "EMBEDDING_LOOKUP_SPARSE", "PAD",
    "UNIDIRECTIONAL_SEQUENCE_RNN", "GATHER", "BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND", "TRANSPOSE", "MEAN", "SUB",
    "DIV", "SQUEEZE", "UNIDIRECTIONAL_SEQUENCE_LSTM", "STRIDED_SLICE", "BIDIRECTIONAL_SEQUENCE_RNN", "EXP",
    "TOPK_V2", "SPLIT", "LOG_SOFTMAX", "DELEGATE", "BIDIRECTIONAL_SEQUENCE_LSTM", "CAST", "PRELU", "MAXIMUM",
    "ARG_MAX", "MINIMUM", "LESS", "NEG", "PADV2", "GREATER", "GREATER_EQUAL", "LESS_EQUAL", "SELECT", "SLICE", "SIN",
    "TRANSPOSE_CONV", "SPARSE_TO_DENSE", "TILE", "EXPAND_DIMS", "EQUAL", "NOT_EQUAL", "LOG", "SUM", "SQRT", "RSQRT",
    "SHAPE", "POW", "ARG_MIN", "FAKE_QUANT", "REDUCE_PROD", "REDUCE_MAX", "PACK", "LOGICAL_OR", "ONE_HOT",
    "LOGICAL_AND", "LOGICAL_NOT", "UNPACK", "REDUCE_MIN", "FLOOR_DIV", "REDUCE_ANY", "SQUARE", "ZEROS_LIKE", "FILL",
    "FLOOR_MOD", "RANGE", "RESIZE_NEAREST_NEIGHBOR", "LEAKY_RELU", "SQUARED_DIFFERENCE", "MIRROR_PAD", "ABS",
    "SPLIT_V", "UNIQUE", "CEIL", "REVERSE_V2", "ADD_N", "GATHER_ND", "COS", "WHERE", "RANK", "ELU",
    "REVERSE_SEQUENCE", "MATRIX_DIAG", "QUANTIZE", "MATRIX_SET_DIAG", "ROUND", "HARD_SWISH", "IF", "WHILE",
    "NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5", "SCATTER_ND", "SELECT_V2", "DENSIFY", "SEGMENT_SUM",
    "BATCH_MATMUL", "PLACEHOLDER_FOR_GREATER_OP_CODES", "CUMSUM", "CALL_ONCE", "BROADCAST_TO", "RFFT2D", "CONV_3D",
    "IMAG", "REAL", "COMPLEX_ABS", "HASHTABLE", "HASHTABLE_FIND", "HASHTABLE_IMPORT", "HASHTABLE_SIZE", "REDUCE_ALL",
    "CONV_3D_TRANSPOSE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "BROADCAST_ARGS",
    "RANDOM_STANDARD_NORMAL", "BUCKETIZE", "RANDOM_UNIFORM", "MULTINOMIAL", "GELU", "DYNAMIC_UPDATE_SLICE",
    "RELU_0_TO_1", "UNSORTED_SEGMENT_PROD", "UNSORTED_SEGMENT_MAX", "UNSORTED_SEGMENT_SUM", "ATAN2",
    "UNSORTED_SEGMENT_MIN", "SIGN", "BITCAST", "BITWISE_XOR", "RIGHT_SHIFT", "STABLEHLO_LOGISTIC", "STABLEHLO_ADD",
    "STABLEHLO_DIVIDE", "STABLEHLO_MULTIPLY", "STABLEHLO_MAXIMUM", "STABLEHLO_RESHAPE", "STABLEHLO_CLAMP",
    "STABLEHLO_CONCATENATE", "STABLEHLO_BROADCAST_IN_DIM", "STABLEHLO_CONVOLUTION", "STABLEHLO_SLICE",
    "STABLEHLO_CUSTOM_CALL", "STABLEHLO_REDUCE", "STABLEHLO_ABS", "STABLEHLO_AND", "STABLEHLO_COSINE",
    "STABLEHLO_EXPONENTIAL", "STABLEHLO_FLOOR", "STABLEHLO_LOG", "STABLEHLO_MINIMUM", "STABLEHLO_NEGATE",
    "STABLEHLO_OR", "STABLEHLO_POWER", "STABLEHLO_REMAINDER", "STABLEHLO_RSQRT", "STABLEHLO_SELECT",
    "STABLEHLO_SUBTRACT", "STABLEHLO_TANH", "STABLEHLO_SCATTER", "STABLEHLO_COMPARE", "STABLEHLO_CONVERT",
    "STABLEHLO_DYNAMIC_SLICE", "STABLEHLO_DYNAMIC_UPDATE_SLICE", "STABLEHLO_PAD", "STABLEHLO_IOTA",
    "STABLEHLO_DOT_GENERAL", "STABLEHLO_REDUCE_WINDOW", "STABLEHLO_SORT", "STABLEHLO_WHILE", "STABLEHLO_GATHER",
    "STABLEHLO_TRANSPOSE", "DILATE", "STABLEHLO_RNG_BIT_GENERATOR", "REDUCE_WINDOW", "STABLEHLO_COMPOSITE",
    "STABLEHLO_SHIFT_LEFT", "STABLEHLO_CBRT", "STABLEHLO_CASE"
};
// clang-format on
}  // namespace detail

/// The schema's name of a builtin operator ("CONV_2D"); empty for a number that the schema does not know.
[[nodiscard]] constexpr std::string_view builtin_name(code value) noexcept {
  const auto number = static_cast<std::int32_t>(value);
  if (value == code::graph_input) return "INPUT";
  if (value == code::graph_output) return "OUTPUT";
  if (number < 0 || number >= code_count) return {};
  return detail::code_names[static_cast<std::size_t>(number)];
}

}  // namespace aeq::inline AEQ_ABI::op
