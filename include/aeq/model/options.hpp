// SPDX-License-Identifier: Apache-2.0
// The 126 + 23 option tables of operators, as data. (spec: tflite_schema, section 4)
//
// Inside: definitions (*.ipp) include it, other headers do not.
#pragma once

#include <array>

#include <aeq/model/schema.hpp>

namespace aeq::inline AEQ_ABI::model::schema {

namespace detail {
using t = field_type;

// clang-format off

inline constexpr std::array conv2_d_options{
    scalar("padding", t::int8), scalar("stride_w", t::int32), scalar("stride_h", t::int32),
    scalar("fused_activation_function", t::int8), scalar("dilation_w_factor", t::int32, 1),
    scalar("dilation_h_factor", t::int32, 1), scalar("quantized_bias_type", t::int8)};
inline constexpr std::array depthwise_conv2_d_options{
    scalar("padding", t::int8), scalar("stride_w", t::int32), scalar("stride_h", t::int32),
    scalar("depth_multiplier", t::int32), scalar("fused_activation_function", t::int8),
    scalar("dilation_w_factor", t::int32, 1), scalar("dilation_h_factor", t::int32, 1)};
inline constexpr std::array concat_embeddings_options{
    scalar("num_channels", t::int32), vector_of("num_columns_per_channel", t::int32),
    vector_of("embedding_dim_per_channel", t::int32)};
inline constexpr std::array lsh_projection_options{scalar("type", t::int8)};
inline constexpr std::array pool2_d_options{
    scalar("padding", t::int8), scalar("stride_w", t::int32), scalar("stride_h", t::int32),
    scalar("filter_width", t::int32), scalar("filter_height", t::int32), scalar("fused_activation_function", t::int8)};
inline constexpr std::array svdf_options{
    scalar("rank", t::int32), scalar("fused_activation_function", t::int8),
    scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array rnn_options{
    scalar("fused_activation_function", t::int8), scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array fully_connected_options{
    scalar("fused_activation_function", t::int8), scalar("weights_format", t::int8),
    scalar("keep_num_dims", t::boolean), scalar("asymmetric_quantize_inputs", t::boolean),
    scalar("quantized_bias_type", t::int8), vector_of("quant_spec", t::uint8)};
inline constexpr std::array softmax_options{scalar("beta", t::float32)};
inline constexpr std::array concatenation_options{
    scalar("axis", t::int32), scalar("fused_activation_function", t::int8)};
inline constexpr std::array add_options{
    scalar("fused_activation_function", t::int8), scalar("pot_scale_int16", t::boolean, 1)};
inline constexpr std::array l2_norm_options{scalar("fused_activation_function", t::int8)};
inline constexpr std::array local_response_normalization_options{
    scalar("radius", t::int32), scalar("bias", t::float32), scalar("alpha", t::float32), scalar("beta", t::float32)};
inline constexpr std::array lstm_options{
    scalar("fused_activation_function", t::int8), scalar("cell_clip", t::float32), scalar("proj_clip", t::float32),
    scalar("kernel_type", t::int8), scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array resize_bilinear_options{
    deprecated(scalar("new_height", t::int32)), deprecated(scalar("new_width", t::int32)),
    scalar("align_corners", t::boolean), scalar("half_pixel_centers", t::boolean)};
inline constexpr std::array call_options{scalar("subgraph", t::uint32)};
inline constexpr std::array reshape_options{vector_of("new_shape", t::int32)};
inline constexpr std::array skip_gram_options{
    scalar("ngram_size", t::int32), scalar("max_skip_size", t::int32), scalar("include_all_ngrams", t::boolean)};
inline constexpr std::array space_to_depth_options{scalar("block_size", t::int32)};
inline constexpr std::array embedding_lookup_sparse_options{scalar("combiner", t::int8)};
inline constexpr std::array mul_options{scalar("fused_activation_function", t::int8)};
inline constexpr std::array gather_options{scalar("axis", t::int32), scalar("batch_dims", t::int32)};
inline constexpr std::array reducer_options{scalar("keep_dims", t::boolean)};
inline constexpr std::array sub_options{
    scalar("fused_activation_function", t::int8), scalar("pot_scale_int16", t::boolean, 1)};
inline constexpr std::array div_options{scalar("fused_activation_function", t::int8)};
inline constexpr std::array squeeze_options{vector_of("squeeze_dims", t::int32)};
inline constexpr std::array sequence_rnn_options{
    scalar("time_major", t::boolean), scalar("fused_activation_function", t::int8),
    scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array strided_slice_options{
    scalar("begin_mask", t::int32), scalar("end_mask", t::int32), scalar("ellipsis_mask", t::int32),
    scalar("new_axis_mask", t::int32), scalar("shrink_axis_mask", t::int32), scalar("offset", t::boolean)};
inline constexpr std::array split_options{scalar("num_splits", t::int32)};
inline constexpr std::array cast_options{scalar("in_data_type", t::int8), scalar("out_data_type", t::int8)};
inline constexpr std::array arg_max_options{scalar("output_type", t::int8)};
inline constexpr std::array transpose_conv_options{
    scalar("padding", t::int8), scalar("stride_w", t::int32), scalar("stride_h", t::int32),
    scalar("fused_activation_function", t::int8), scalar("quantized_bias_type", t::int8)};
inline constexpr std::array sparse_to_dense_options{scalar("validate_indices", t::boolean)};
inline constexpr std::array shape_options{scalar("out_type", t::int8)};
inline constexpr std::array arg_min_options{scalar("output_type", t::int8)};
inline constexpr std::array fake_quant_options{
    scalar("min", t::float32), scalar("max", t::float32), scalar("num_bits", t::int32),
    scalar("narrow_range", t::boolean)};
inline constexpr std::array pack_options{scalar("values_count", t::int32), scalar("axis", t::int32)};
inline constexpr std::array one_hot_options{scalar("axis", t::int32)};
inline constexpr std::array unpack_options{scalar("num", t::int32), scalar("axis", t::int32)};
inline constexpr std::array bidirectional_sequence_lstm_options{
    scalar("fused_activation_function", t::int8), scalar("cell_clip", t::float32), scalar("proj_clip", t::float32),
    scalar("merge_outputs", t::boolean), scalar("time_major", t::boolean, 1),
    scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array bidirectional_sequence_rnn_options{
    scalar("time_major", t::boolean), scalar("fused_activation_function", t::int8),
    scalar("merge_outputs", t::boolean), scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array unidirectional_sequence_lstm_options{
    scalar("fused_activation_function", t::int8), scalar("cell_clip", t::float32), scalar("proj_clip", t::float32),
    scalar("time_major", t::boolean), scalar("asymmetric_quantize_inputs", t::boolean),
    scalar("diagonal_recurrent_tensors", t::boolean)};
inline constexpr std::array resize_nearest_neighbor_options{
    scalar("align_corners", t::boolean), scalar("half_pixel_centers", t::boolean)};
inline constexpr std::array leaky_relu_options{scalar("alpha", t::float32)};
inline constexpr std::array mirror_pad_options{scalar("mode", t::int8)};
inline constexpr std::array split_v_options{scalar("num_splits", t::int32)};
inline constexpr std::array unique_options{scalar("idx_out_type", t::int8, 2)};
inline constexpr std::array reverse_sequence_options{scalar("seq_dim", t::int32), scalar("batch_dim", t::int32)};
inline constexpr std::array if_options{
    scalar("then_subgraph_index", t::int32), scalar("else_subgraph_index", t::int32)};
inline constexpr std::array while_options{
    scalar("cond_subgraph_index", t::int32), scalar("body_subgraph_index", t::int32)};
inline constexpr std::array depth_to_space_options{scalar("block_size", t::int32)};
inline constexpr std::array batch_mat_mul_options{
    scalar("adj_x", t::boolean), scalar("adj_y", t::boolean), scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array cumsum_options{scalar("exclusive", t::boolean), scalar("reverse", t::boolean)};
inline constexpr std::array call_once_options{scalar("init_subgraph_index", t::int32)};
inline constexpr std::array conv3_d_options{
    scalar("padding", t::int8), scalar("stride_d", t::int32), scalar("stride_w", t::int32),
    scalar("stride_h", t::int32), scalar("fused_activation_function", t::int8),
    scalar("dilation_d_factor", t::int32, 1), scalar("dilation_w_factor", t::int32, 1),
    scalar("dilation_h_factor", t::int32, 1)};
inline constexpr std::array hashtable_options{
    scalar("table_id", t::int32), scalar("key_dtype", t::int8), scalar("value_dtype", t::int8)};
inline constexpr std::array var_handle_options{scalar("container", t::string), scalar("shared_name", t::string)};
inline constexpr std::array random_options{scalar("seed", t::int64), scalar("seed2", t::int64)};
inline constexpr std::array bucketize_options{vector_of("boundaries", t::float32)};
inline constexpr std::array gelu_options{scalar("approximate", t::boolean)};
inline constexpr std::array stablehlo_concatenate_options{scalar("dimension", t::int64)};
inline constexpr std::array stablehlo_broadcast_in_dim_options{vector_of("broadcast_dimensions", t::int64)};
inline constexpr std::array stablehlo_slice_options{
    vector_of("start_indices", t::int64), vector_of("limit_indices", t::int64), vector_of("strides", t::int64)};
inline constexpr std::array stablehlo_convolution_options{
    vector_of("window_strides", t::int64), vector_of("padding", t::int64), vector_of("lhs_dilation", t::int64),
    vector_of("rhs_dilation", t::int64), vector_of("window_reversal", t::boolean),
    scalar("input_batch_dimension", t::int64), scalar("input_feature_dimension", t::int64),
    vector_of("input_spatial_dimensions", t::int64), scalar("kernel_input_feature_dimension", t::int64),
    scalar("kernel_output_feature_dimension", t::int64), vector_of("kernel_spatial_dimensions", t::int64),
    scalar("output_batch_dimension", t::int64), scalar("output_feature_dimension", t::int64),
    vector_of("output_spatial_dimensions", t::int64), scalar("feature_group_count", t::int64),
    scalar("batch_group_count", t::int64), vector_of("precision_config", t::uint32)};
inline constexpr std::array stablehlo_custom_call_options{
    scalar("call_target_name", t::string), scalar("has_side_effect", t::boolean), scalar("backend_config", t::string),
    scalar("api_version", t::int32), vector_of("called_computations", t::int32),
    vector_of("custom_attributes", t::uint8)};
inline constexpr std::array stablehlo_reduce_options{
    vector_of("dimensions", t::int64), scalar("body_subgraph_index", t::int32)};
inline constexpr std::array stablehlo_scatter_options{
    scalar("indices_are_sorted", t::boolean), vector_of("update_window_dims", t::int64),
    vector_of("inserted_window_dims", t::int64), vector_of("scatter_dims_to_operand_dims", t::int64),
    scalar("index_vector_dim", t::int64), scalar("unique_indices", t::boolean),
    scalar("update_computation_subgraph_index", t::int32)};
inline constexpr std::array stablehlo_compare_options{
    scalar("comparison_direction", t::uint32), scalar("compare_type", t::uint32)};
inline constexpr std::array stablehlo_dynamic_slice_options{vector_of("slice_sizes", t::int64)};
inline constexpr std::array stablehlo_pad_options{
    vector_of("edge_padding_low", t::int64), vector_of("edge_padding_high", t::int64),
    vector_of("interior_padding", t::int64)};
inline constexpr std::array stablehlo_iota_options{scalar("iota_dimension", t::int64)};
inline constexpr std::array stablehlo_dot_general_options{
    vector_of("lhs_batching_dimensions", t::int64), vector_of("rhs_batching_dimensions", t::int64),
    vector_of("lhs_contracting_dimensions", t::int64), vector_of("rhs_contracting_dimensions", t::int64),
    vector_of("precision_config", t::uint32)};
inline constexpr std::array stablehlo_reduce_window_options{
    vector_of("window_dimensions", t::int64), vector_of("window_strides", t::int64),
    vector_of("base_dilations", t::int64), vector_of("window_dilations", t::int64), vector_of("padding", t::int64),
    scalar("body_subgraph_index", t::int32)};
inline constexpr std::array stablehlo_sort_options{
    scalar("dimension", t::int64), scalar("is_stable", t::boolean), scalar("comparator_subgraph_index", t::int32)};
inline constexpr std::array stablehlo_while_options{
    scalar("cond_subgraph_index", t::int32), scalar("body_subgraph_index", t::int32)};
inline constexpr std::array stablehlo_gather_options{
    vector_of("offset_dims", t::int64), vector_of("collapsed_slice_dims", t::int64),
    vector_of("start_index_map", t::int64), scalar("index_vector_dim", t::int64), vector_of("slice_sizes", t::int64),
    scalar("indices_are_sorted", t::boolean)};
inline constexpr std::array stablehlo_transpose_options{vector_of("permutation", t::int64)};
inline constexpr std::array stablehlo_rng_bit_generator_options{scalar("algorithm", t::int8)};
inline constexpr std::array reduce_window_options{scalar("reduce_function", t::int32)};
inline constexpr std::array stable_hlo_composite_options{
    scalar("name", t::string), scalar("decomposition_subgraph_index", t::int32),
    vector_of("composite_attributes", t::uint8), scalar("composite_attributes_format", t::int8),
    scalar("version", t::int32)};
inline constexpr std::array stablehlo_case_options{vector_of("branch_subgraph_indices", t::int32)};
// clang-format on

}  // namespace detail

inline constexpr std::array<table_descriptor, 127> builtin_options_members{
    {{"NONE", {}},
     {"Conv2DOptions", detail::conv2_d_options},
     {"DepthwiseConv2DOptions", detail::depthwise_conv2_d_options},
     {"ConcatEmbeddingsOptions", detail::concat_embeddings_options},
     {"LSHProjectionOptions", detail::lsh_projection_options},
     {"Pool2DOptions", detail::pool2_d_options},
     {"SVDFOptions", detail::svdf_options},
     {"RNNOptions", detail::rnn_options},
     {"FullyConnectedOptions", detail::fully_connected_options},
     {"SoftmaxOptions", detail::softmax_options},
     {"ConcatenationOptions", detail::concatenation_options},
     {"AddOptions", detail::add_options},
     {"L2NormOptions", detail::l2_norm_options},
     {"LocalResponseNormalizationOptions", detail::local_response_normalization_options},
     {"LSTMOptions", detail::lstm_options},
     {"ResizeBilinearOptions", detail::resize_bilinear_options},
     {"CallOptions", detail::call_options},
     {"ReshapeOptions", detail::reshape_options},
     {"SkipGramOptions", detail::skip_gram_options},
     {"SpaceToDepthOptions", detail::space_to_depth_options},
     {"EmbeddingLookupSparseOptions", detail::embedding_lookup_sparse_options},
     {"MulOptions", detail::mul_options},
     {"PadOptions", {}},
     {"GatherOptions", detail::gather_options},
     {"BatchToSpaceNDOptions", {}},
     {"SpaceToBatchNDOptions", {}},
     {"TransposeOptions", {}},
     {"ReducerOptions", detail::reducer_options},
     {"SubOptions", detail::sub_options},
     {"DivOptions", detail::div_options},
     {"SqueezeOptions", detail::squeeze_options},
     {"SequenceRNNOptions", detail::sequence_rnn_options},
     {"StridedSliceOptions", detail::strided_slice_options},
     {"ExpOptions", {}},
     {"TopKV2Options", {}},
     {"SplitOptions", detail::split_options},
     {"LogSoftmaxOptions", {}},
     {"CastOptions", detail::cast_options},
     {"DequantizeOptions", {}},
     {"MaximumMinimumOptions", {}},
     {"ArgMaxOptions", detail::arg_max_options},
     {"LessOptions", {}},
     {"NegOptions", {}},
     {"PadV2Options", {}},
     {"GreaterOptions", {}},
     {"GreaterEqualOptions", {}},
     {"LessEqualOptions", {}},
     {"SelectOptions", {}},
     {"SliceOptions", {}},
     {"TransposeConvOptions", detail::transpose_conv_options},
     {"SparseToDenseOptions", detail::sparse_to_dense_options},
     {"TileOptions", {}},
     {"ExpandDimsOptions", {}},
     {"EqualOptions", {}},
     {"NotEqualOptions", {}},
     {"ShapeOptions", detail::shape_options},
     {"PowOptions", {}},
     {"ArgMinOptions", detail::arg_min_options},
     {"FakeQuantOptions", detail::fake_quant_options},
     {"PackOptions", detail::pack_options},
     {"LogicalOrOptions", {}},
     {"OneHotOptions", detail::one_hot_options},
     {"LogicalAndOptions", {}},
     {"LogicalNotOptions", {}},
     {"UnpackOptions", detail::unpack_options},
     {"FloorDivOptions", {}},
     {"SquareOptions", {}},
     {"ZerosLikeOptions", {}},
     {"FillOptions", {}},
     {"BidirectionalSequenceLSTMOptions", detail::bidirectional_sequence_lstm_options},
     {"BidirectionalSequenceRNNOptions", detail::bidirectional_sequence_rnn_options},
     {"UnidirectionalSequenceLSTMOptions", detail::unidirectional_sequence_lstm_options},
     {"FloorModOptions", {}},
     {"RangeOptions", {}},
     {"ResizeNearestNeighborOptions", detail::resize_nearest_neighbor_options},
     {"LeakyReluOptions", detail::leaky_relu_options},
     {"SquaredDifferenceOptions", {}},
     {"MirrorPadOptions", detail::mirror_pad_options},
     {"AbsOptions", {}},
     {"SplitVOptions", detail::split_v_options},
     {"UniqueOptions", detail::unique_options},
     {"ReverseV2Options", {}},
     {"AddNOptions", {}},
     {"GatherNdOptions", {}},
     {"CosOptions", {}},
     {"WhereOptions", {}},
     {"RankOptions", {}},
     {"ReverseSequenceOptions", detail::reverse_sequence_options},
     {"MatrixDiagOptions", {}},
     {"QuantizeOptions", {}},
     {"MatrixSetDiagOptions", {}},
     {"HardSwishOptions", {}},
     {"IfOptions", detail::if_options},
     {"WhileOptions", detail::while_options},
     {"DepthToSpaceOptions", detail::depth_to_space_options},
     {"NonMaxSuppressionV4Options", {}},
     {"NonMaxSuppressionV5Options", {}},
     {"ScatterNdOptions", {}},
     {"SelectV2Options", {}},
     {"DensifyOptions", {}},
     {"SegmentSumOptions", {}},
     {"BatchMatMulOptions", detail::batch_mat_mul_options},
     {"CumsumOptions", detail::cumsum_options},
     {"CallOnceOptions", detail::call_once_options},
     {"BroadcastToOptions", {}},
     {"Rfft2dOptions", {}},
     {"Conv3DOptions", detail::conv3_d_options},
     {"HashtableOptions", detail::hashtable_options},
     {"HashtableFindOptions", {}},
     {"HashtableImportOptions", {}},
     {"HashtableSizeOptions", {}},
     {"VarHandleOptions", detail::var_handle_options},
     {"ReadVariableOptions", {}},
     {"AssignVariableOptions", {}},
     {"RandomOptions", detail::random_options},
     {"BucketizeOptions", detail::bucketize_options},
     {"GeluOptions", detail::gelu_options},
     {"DynamicUpdateSliceOptions", {}},
     {"UnsortedSegmentProdOptions", {}},
     {"UnsortedSegmentMaxOptions", {}},
     {"UnsortedSegmentMinOptions", {}},
     {"UnsortedSegmentSumOptions", {}},
     {"ATan2Options", {}},
     {"SignOptions", {}},
     {"BitcastOptions", {}},
     {"BitwiseXorOptions", {}},
     {"RightShiftOptions", {}}}};
inline constexpr union_descriptor builtin_options{"BuiltinOptions", builtin_options_members};

inline constexpr std::array<table_descriptor, 24> builtin_options_2_members{
    {{"NONE", {}},
     {"StablehloConcatenateOptions", detail::stablehlo_concatenate_options},
     {"StablehloBroadcastInDimOptions", detail::stablehlo_broadcast_in_dim_options},
     {"StablehloSliceOptions", detail::stablehlo_slice_options},
     {"StablehloConvolutionOptions", detail::stablehlo_convolution_options},
     {"StablehloCustomCallOptions", detail::stablehlo_custom_call_options},
     {"StablehloReduceOptions", detail::stablehlo_reduce_options},
     {"StablehloScatterOptions", detail::stablehlo_scatter_options},
     {"StablehloCompareOptions", detail::stablehlo_compare_options},
     {"StablehloDynamicSliceOptions", detail::stablehlo_dynamic_slice_options},
     {"StablehloPadOptions", detail::stablehlo_pad_options},
     {"StablehloIotaOptions", detail::stablehlo_iota_options},
     {"StablehloDotGeneralOptions", detail::stablehlo_dot_general_options},
     {"StablehloReduceWindowOptions", detail::stablehlo_reduce_window_options},
     {"StablehloSortOptions", detail::stablehlo_sort_options},
     {"StablehloWhileOptions", detail::stablehlo_while_options},
     {"StablehloGatherOptions", detail::stablehlo_gather_options},
     {"StablehloTransposeOptions", detail::stablehlo_transpose_options},
     {"DilateOptions", {}},
     {"StablehloRngBitGeneratorOptions", detail::stablehlo_rng_bit_generator_options},
     {"ReduceWindowOptions", detail::reduce_window_options},
     {"StableHLOCompositeOptions", detail::stable_hlo_composite_options},
     {"StablehloShiftLeftOptions", {}},
     {"StablehloCaseOptions", detail::stablehlo_case_options}}};
inline constexpr union_descriptor builtin_options_2{"BuiltinOptions2", builtin_options_2_members};

}  // namespace aeq::inline AEQ_ABI::model::schema
