// SPDX-License-Identifier: Apache-2.0
// The tables that make up a model, as data. (spec: tflite_schema, section 2)
//
// Inside: definitions (*.ipp) include it, other headers do not.
#pragma once

#include <array>

#include <aeq/model/options.hpp>
#include <aeq/model/schema.hpp>

namespace aeq::inline AEQ_ABI::model::schema {

namespace detail {

inline constexpr std::array int32_vector_fields{vector_of("values", t::int32)};
inline constexpr std::array uint16_vector_fields{vector_of("values", t::uint16, 4)};
inline constexpr std::array uint8_vector_fields{vector_of("values", t::uint8, 4)};
inline constexpr std::array<table_descriptor, 4> sparse_index_members{{{"NONE", {}},
                                                                       {"Int32Vector", int32_vector_fields},
                                                                       {"Uint16Vector", uint16_vector_fields},
                                                                       {"Uint8Vector", uint8_vector_fields}}};
inline constexpr union_descriptor sparse_index{"SparseIndexVector", sparse_index_members};

inline constexpr std::array dimension_metadata_fields{
    scalar("format", t::int8),         scalar("dense_size", t::int32),
    union_type("array_segments_type"), union_value("array_segments", sparse_index),
    union_type("array_indices_type"),  union_value("array_indices", sparse_index)};
inline constexpr table_descriptor dimension_metadata{"DimensionMetadata", dimension_metadata_fields};

inline constexpr std::array sparsity_fields{vector_of("traversal_order", t::int32), vector_of("block_map", t::int32),
                                            tables("dim_metadata", dimension_metadata)};

inline constexpr std::array custom_quantization_fields{vector_of("custom", t::uint8, 16)};
inline constexpr std::array blockwise_fields{scalar("scales", t::int32), scalar("zero_points", t::int32),
                                             scalar("block_size", t::int32), vector_of("block_shape", t::int32)};
inline constexpr std::array multi_axis_fields{scalar("scales", t::int32), scalar("zero_points", t::int32),
                                              scalar("block_size", t::int32),
                                              vector_of("quantized_dimensions", t::int32)};

}  // namespace detail

inline constexpr table_descriptor sparsity_parameters{"SparsityParameters", detail::sparsity_fields};

inline constexpr table_descriptor blockwise_quantization{"BlockwiseQuantization", detail::blockwise_fields};
inline constexpr std::array<table_descriptor, 4> quantization_details_members{
    {{"NONE", {}},
     {"CustomQuantization", detail::custom_quantization_fields},
     blockwise_quantization,
     {"MultiAxisQuantization", detail::multi_axis_fields}}};
inline constexpr union_descriptor quantization_details{"QuantizationDetails", quantization_details_members};
inline constexpr std::uint8_t blockwise_details = 2;

namespace detail {

inline constexpr std::array quantization_fields{
    vector_of("min", t::float32),           vector_of("max", t::float32), vector_of("scale", t::float32),
    vector_of("zero_point", t::int64),      union_type("details_type"),   union_value("details", quantization_details),
    scalar("quantized_dimension", t::int32)};

inline constexpr std::array variant_fields{vector_of("shape", t::int32), scalar("type", t::int8),
                                           scalar("has_rank", t::boolean)};

}  // namespace detail

inline constexpr table_descriptor quantization_parameters{"QuantizationParameters", detail::quantization_fields};
inline constexpr table_descriptor variant_sub_type{"VariantSubType", detail::variant_fields};

namespace detail {

inline constexpr std::array tensor_fields{vector_of("shape", t::int32),
                                          scalar("type", t::int8),
                                          scalar("buffer", t::uint32),
                                          scalar("name", t::string),
                                          table("quantization", quantization_parameters),
                                          scalar("is_variable", t::boolean),
                                          table("sparsity", sparsity_parameters),
                                          vector_of("shape_signature", t::int32),
                                          scalar("has_rank", t::boolean),
                                          tables("variant_tensors", variant_sub_type),
                                          scalar("external_buffer", t::uint32)};

inline constexpr std::array operator_fields{scalar("opcode_index", t::uint32),
                                            vector_of("inputs", t::int32),
                                            vector_of("outputs", t::int32),
                                            union_type("builtin_options_type"),
                                            union_value("builtin_options", builtin_options),
                                            vector_of("custom_options", t::uint8),
                                            scalar("custom_options_format", t::int8),
                                            vector_of("mutating_variable_inputs", t::boolean),
                                            vector_of("intermediates", t::int32),
                                            scalar("large_custom_options_offset", t::uint64),
                                            scalar("large_custom_options_size", t::uint64),
                                            union_type("builtin_options_2_type"),
                                            union_value("builtin_options_2", builtin_options_2),
                                            scalar("debug_metadata_index", t::int32, -1)};

inline constexpr std::array operator_code_fields{scalar("deprecated_builtin_code", t::int8),
                                                 scalar("custom_code", t::string), scalar("version", t::int32, 1),
                                                 scalar("builtin_code", t::int32)};

inline constexpr std::array buffer_fields{vector_of("data", t::uint8, 16), scalar("offset", t::uint64),
                                          scalar("size", t::uint64)};
inline constexpr std::array metadata_fields{scalar("name", t::string), scalar("buffer", t::uint32)};
inline constexpr std::array tensor_map_fields{scalar("name", t::string), scalar("tensor_index", t::uint32)};
inline constexpr std::array external_group_fields{scalar("name", t::string)};
inline constexpr std::array external_buffer_fields{scalar("id", t::uint32), scalar("group", t::uint32),
                                                   scalar("offset", t::uint64), scalar("length", t::uint64),
                                                   scalar("packing", t::string)};

}  // namespace detail

inline constexpr table_descriptor tensor{"Tensor", detail::tensor_fields};
inline constexpr table_descriptor operation{"Operator", detail::operator_fields};
inline constexpr table_descriptor operator_code{"OperatorCode", detail::operator_code_fields};
inline constexpr table_descriptor buffer{"Buffer", detail::buffer_fields};
inline constexpr table_descriptor metadata{"Metadata", detail::metadata_fields};
inline constexpr table_descriptor tensor_map{"TensorMap", detail::tensor_map_fields};
inline constexpr table_descriptor external_buffer_group{"ExternalBufferGroup", detail::external_group_fields};
inline constexpr table_descriptor external_buffer{"ExternalBuffer", detail::external_buffer_fields};

namespace detail {

inline constexpr std::array subgraph_fields{
    tables("tensors", tensor),      vector_of("inputs", t::int32), vector_of("outputs", t::int32),
    tables("operators", operation), scalar("name", t::string),     scalar("debug_metadata_index", t::int32, -1)};
inline constexpr std::array signature_fields{tables("inputs", tensor_map), tables("outputs", tensor_map),
                                             scalar("signature_key", t::string), scalar("deprecated_tag", t::string),
                                             scalar("subgraph_index", t::uint32)};

}  // namespace detail

inline constexpr table_descriptor subgraph{"SubGraph", detail::subgraph_fields};
inline constexpr table_descriptor signature{"SignatureDef", detail::signature_fields};

namespace detail {

inline constexpr std::array model_fields{scalar("version", t::uint32),
                                         tables("operator_codes", operator_code),
                                         tables("subgraphs", subgraph),
                                         scalar("description", t::string),
                                         tables("buffers", buffer),
                                         vector_of("metadata_buffer", t::int32),
                                         tables("metadata", metadata),
                                         tables("signature_defs", signature),
                                         tables("external_buffer_groups", external_buffer_group),
                                         tables("external_buffers", external_buffer)};

}  // namespace detail

inline constexpr table_descriptor model{"Model", detail::model_fields};

}  // namespace aeq::inline AEQ_ABI::model::schema
