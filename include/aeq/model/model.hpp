// SPDX-License-Identifier: Apache-2.0
// A model in memory: its metadata as plain structs to edit, its weights and option tables as views of the file.
//
// Copying a model copies metadata only. Views stay valid as long as any copy lives: `storage` keeps what they look at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/io/file.hpp>
#include <aeq/model/enums.hpp>
#include <aeq/op/code.hpp>
#include <aeq/scheme/fit.hpp>

namespace flatbuffers {
class Table;
}

namespace aeq::inline AEQ_ABI::model {

/// A member of a union: its discriminator and its table, which may be absent.
struct union_view {
  std::uint8_t type = 0;
  const flatbuffers::Table* table = nullptr;
};

/// A vector of tables; view.hpp defines it, over that of FlatBuffers.
struct table_vector;

/// Makes the bytes of a buffer from `offset` on, as many as `into` has. Called from several threads at once, each piece
/// once; after it the producer may let go of what the piece was made from.
using byte_producer = std::function<void(std::uint64_t offset, std::span<std::uint8_t> into)>;

/// The content of a buffer: none, bytes that exist (in the file or in `storage`), or bytes made while writing.
struct buffer {
  bool present = false;                ///< false: no data, the buffer of an activation
  std::span<const std::uint8_t> data;  ///< where `produce` is set: what the buffer held before
  std::uint64_t size = 0;              ///< bytes
  std::shared_ptr<const byte_producer> produce;
  std::uint32_t unit_bytes = 1;  ///< `produce` is asked for whole units
  /// Filled in by `produce`: the scales and zero points of the tensors on this buffer, which hold zeros until then.
  std::shared_ptr<const std::vector<scale_zero_point<float>>> late_scales;
};

struct quantization {
  std::vector<float> min;
  std::vector<float> max;
  std::vector<float> scale;
  std::vector<std::int64_t> zero_point;
  std::int32_t quantized_dimension = 0;
  union_view details;

  /// Whether values have a scale: numbers in the vector, or per block in a tensor.
  [[nodiscard]] bool has_scale() const { return !scale.empty() || details.type != 0; }
};

struct tensor {
  std::optional<std::string> name;
  tensor_type type = tensor_type::float32;
  std::vector<std::int32_t> shape;
  std::vector<std::int32_t> shape_signature;  ///< -1 where the size is open; empty if the shape says all
  std::uint32_t buffer = 0;
  std::optional<aeq::model::quantization> quantization;
  bool is_variable = false;
  bool has_rank = false;
  std::uint32_t external_buffer = 0;
  const flatbuffers::Table* sparsity = nullptr;
  const table_vector* variant_tensors = nullptr;
};

struct operation {
  std::uint32_t code = 0;            ///< index into operator_codes
  std::vector<std::int32_t> inputs;  ///< tensor indices, -1: left out
  std::vector<std::int32_t> outputs;
  std::vector<std::int32_t> intermediates;
  std::vector<std::uint8_t> mutating_variable_inputs;
  union_view options;
  union_view options_2;
  bool has_custom_options = false;
  std::span<const std::uint8_t> custom_options;
  std::int8_t custom_options_format = 0;
  std::int32_t debug_metadata_index = -1;
};

struct operator_code {
  op::code builtin = op::code::add;  ///< the larger of the schema's two fields
  std::optional<std::string> custom_code;
  std::int32_t version = 1;
};

struct subgraph {
  std::optional<std::string> name;
  std::vector<tensor> tensors;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
  std::vector<operation> operations;
  std::int32_t debug_metadata_index = -1;
};

struct metadata_entry {
  std::optional<std::string> name;
  std::uint32_t buffer = 0;
};

struct tensor_map {
  std::optional<std::string> name;
  std::uint32_t tensor = 0;
};

struct signature {
  std::optional<std::string> key;
  std::uint32_t subgraph = 0;
  std::vector<tensor_map> inputs;
  std::vector<tensor_map> outputs;
};

struct model {
  std::uint32_t version = 3;
  std::optional<std::string> description;
  std::vector<operator_code> operator_codes;
  std::vector<aeq::model::subgraph> subgraphs;
  std::vector<aeq::model::buffer> buffers;
  std::vector<std::int32_t> metadata_buffer;
  std::vector<metadata_entry> metadata;
  std::vector<aeq::model::signature> signatures;
  const table_vector* external_buffer_groups = nullptr;
  const table_vector* external_buffers = nullptr;

  std::shared_ptr<const io::input_file> file;                             ///< null for a model made in memory
  std::vector<std::shared_ptr<const std::vector<std::uint8_t>>> storage;  ///< bytes made here that views look at

  model() { buffers.emplace_back(); }

  [[nodiscard]] const std::string& file_name() const;
  [[nodiscard]] op::code builtin(const operation& o) const { return operator_codes[o.code].builtin; }

  /// Whether a tensor has data of its own (a weight, a bias, a shape) and is no activation. Buffer 0 means none,
  /// whatever it holds.
  [[nodiscard]] bool is_constant(const tensor& t) const { return t.buffer != 0 && buffers[t.buffer].size > 0; }
};

/// Elements of a shape: 1 for a scalar. Shapes of a read model are checked not to overflow.
[[nodiscard]] std::uint64_t element_count(std::span<const std::int32_t> shape);

/// "tensor 'name'", or "tensor 7" if it has none; a long name is cut: "tensor 'na…' (7)".
[[nodiscard]] std::string label(const subgraph& graph, std::size_t index);

}  // namespace aeq::inline AEQ_ABI::model

#if AEQ_DEFINITIONS
#include <aeq/model/model.ipp>
#endif
