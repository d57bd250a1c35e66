// SPDX-License-Identifier: Apache-2.0
// Options of the catalogue's ops as one struct, so that all kernels have one signature. A kernel reads the fields of
// its op; the others keep their defaults. Names and numbers are the schema's. Freestanding. (spec: tflite_schema,
// section 4)
#pragma once

#include <cstdint>
#include <span>

#include <aeq/kernel/operand.hpp>

namespace aeq::inline AEQ_ABI {

enum class window_padding : std::uint8_t { same, valid };
enum class fused_activation : std::uint8_t { none, relu, relu_n1_to_1, relu6, tanh, sign_bit };

struct operation_options {
  // convolutions and pools
  window_padding padding = window_padding::same;
  std::int32_t stride_height = 1;
  std::int32_t stride_width = 1;
  std::int32_t dilation_height = 1;
  std::int32_t dilation_width = 1;
  std::int32_t stride_depth = 1;  ///< CONV_3D
  std::int32_t dilation_depth = 1;
  std::int32_t filter_height = 1;  ///< pools; a convolution's is in its weight's shape
  std::int32_t filter_width = 1;
  // all with a fused activation
  fused_activation activation = fused_activation::none;
  // ops with a weight
  bool keep_num_dims = false;               ///< FULLY_CONNECTED
  bool asymmetric_quantize_inputs = false;  ///< dynamic range
  bool adj_x = false;                       ///< BATCH_MATMUL
  bool adj_y = false;
  element_type quantized_bias_type = element_type::absent;  ///< 16-bit activations; absent: int64
  // the rest
  bool pot_scale_int16 = true;  ///< ADD, SUB
  bool keep_dims = false;       ///< reductions
  bool align_corners = false;   ///< resizing
  bool half_pixel_centers = false;
  bool approximate = false;  ///< GELU
  float beta = 1;            ///< SOFTMAX
  std::int32_t axis = 0;     ///< CONCATENATION, GATHER, PACK, UNPACK
  std::int32_t batch_dims = 0;
  std::int32_t block_size = 1;  ///< SPACE_TO_DEPTH
  std::int32_t begin_mask = 0;  ///< STRIDED_SLICE
  std::int32_t end_mask = 0;
  std::int32_t ellipsis_mask = 0;
  std::int32_t new_axis_mask = 0;
  std::int32_t shrink_axis_mask = 0;
  bool offset = false;
  bool repeats_edge = false;                  ///< MIRROR_PAD: SYMMETRIC, else REFLECT
  std::span<const std::int32_t> new_shape{};  ///< RESHAPE without a second input
  std::span<const std::int32_t> squeeze_dims{};
  float alpha = 0;          ///< LEAKY_RELU, LOCAL_RESPONSE_NORMALIZATION
  std::int32_t radius = 0;  ///< LOCAL_RESPONSE_NORMALIZATION
  float bias = 0;
  float min = 0;  ///< FAKE_QUANT
  float max = 0;
  std::int32_t num_bits = 0;
  bool narrow_range = false;
  std::int32_t seq_dim = 0;  ///< REVERSE_SEQUENCE
  std::int32_t batch_dim = 0;
  bool exclusive = false;  ///< CUMSUM
  bool reverse = false;
  float cell_clip = 0;  ///< LSTM; 0: no clipping
  float proj_clip = 0;
  bool time_major = false;
  bool merge_outputs = false;
  std::int32_t rank = 0;  ///< SVDF
};

}  // namespace aeq::inline AEQ_ABI
