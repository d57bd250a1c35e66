// SPDX-License-Identifier: Apache-2.0
// Reading a .tflite file: the definitions.
#pragma once

#include <aeq/model/reader.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/model/consistency.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/verifier.hpp>
#include <aeq/model/view.hpp>

namespace aeq::inline AEQ_ABI::model {

namespace detail {

class reader {
 public:
  reader(std::shared_ptr<const io::input_file> file, warnings& notes) : notes_(notes) {
    result_.file = std::move(file);
    bytes_ = result_.file->bytes();
  }

  model read() {
    file_content content;
    const view<schema::model> root(verifier::verify(bytes_, result_.file->name(), notes_, content));
    check_size(content);
    result_.version = root.get<"version">();
    if (result_.version != 3) {
      fail("model.version: " + std::to_string(result_.version) + "; version 3 is the one that is known");
    }
    result_.description = text(root.get<"description">());
    result_.operator_codes = list_of<operator_code>(
        root.get<"operator_codes">(), [&](const auto* t) { return code(view<schema::operator_code>(t)); });
    result_.buffers = list_of<buffer>(root.get<"buffers">(), [&, number = std::size_t(0)](const auto* t) mutable {
      return read_buffer(view<schema::buffer>(t), number++);
    });
    result_.subgraphs =
        list_of<subgraph>(root.get<"subgraphs">(), [&](const auto* t) { return graph(view<schema::subgraph>(t)); });
    result_.metadata_buffer = copy(root.get<"metadata_buffer">());
    result_.metadata = list_of<metadata_entry>(root.get<"metadata">(), [&](const auto* t) {
      const view<schema::metadata> v(t);
      return metadata_entry{text(v.get<"name">()), v.get<"buffer">()};
    });
    result_.signatures = list_of<signature>(root.get<"signature_defs">(), [&](const auto* t) {
      const view<schema::signature> v(t);
      return signature{text(v.get<"signature_key">()), v.get<"subgraph_index">(), tensor_maps(v.get<"inputs">()),
                       tensor_maps(v.get<"outputs">())};
    });
    result_.external_buffer_groups = root.get<"external_buffer_groups">();
    result_.external_buffers = root.get<"external_buffers">();
    check_consistency(result_);
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw error(error_code::bad_input, result_.file->name() + ": " + what);
  }

  /// Hostile files can point at one thing many times: what is copied stays in proportion to the file.
  void check_size(const file_content& content) {
    constexpr std::uint64_t mib = std::uint64_t(1) << 20;
    const std::uint64_t file_bytes = bytes_.size();
    const std::uint64_t tables = content.tensors * sizeof(tensor) + content.operations * sizeof(operation) +
                                 content.buffers * sizeof(buffer) + content.subgraphs * sizeof(subgraph) +
                                 content.small_tables * sizeof(signature);
    // A tensor of 40 bytes takes 320 here; a place in a list, 4 bytes, may name a tensor again.
    const bool is_hostile = content.vector_bytes > 4 * file_bytes + mib || tables > 32 * file_bytes + 4 * mib ||
                            content.buffer_bytes > 16 * file_bytes;
    if (is_hostile) point_at_the_same();
    outside_bytes_ = 16 * file_bytes;
    outside_options_ = 4 * file_bytes;
  }
  [[noreturn]] void point_at_the_same() const {
    fail("the tables point at the same data over and over; in memory they would be many times as large as the file");
  }

  template <class T, class Function>
  static std::vector<T> list_of(const table_vector* all, Function f) {
    std::vector<T> result;
    if (all == nullptr) return result;
    result.reserve(all->size());
    for (flatbuffers::uoffset_t i = 0; i < all->size(); ++i) result.push_back(f(all->Get(i)));
    return result;
  }

  template <class T>
  static std::vector<T> copy(const flatbuffers::Vector<T>* values) {
    if (values == nullptr) return {};
    std::vector<T> result(values->size());
    for (flatbuffers::uoffset_t i = 0; i < values->size(); ++i) result[i] = values->Get(i);
    return result;
  }

  static std::optional<std::string> text(std::optional<std::string_view> value) {
    if (!value) return std::nullopt;
    return std::string(*value);
  }

  std::vector<tensor_map> tensor_maps(const table_vector* all) {
    return list_of<tensor_map>(all, [&](const auto* t) {
      const view<schema::tensor_map> v(t);
      return tensor_map{text(v.get<"name">()), v.get<"tensor_index">()};
    });
  }

  operator_code code(view<schema::operator_code> v) {
    const std::int8_t old = v.get<"deprecated_builtin_code">();
    const std::int32_t builtin = std::max(v.get<"builtin_code">(), std::int32_t{old});
    return {static_cast<op::code>(builtin), text(v.get<"custom_code">()), v.get<"version">()};
  }

  buffer read_buffer(view<schema::buffer> v, std::size_t number) {
    buffer b;
    if (const auto* data = v.get<"data">(); data != nullptr) {
      b.present = true;
      b.data = {data->Data(), data->size()};
    } else if (v.get<"offset">() > 1) {  // 1: a place holder that nobody filled
      b.present = true;
      b.data = outside(v.get<"offset">(), v.get<"size">(), outside_bytes_,
                       [&] { return "buffers[" + std::to_string(number) + "]"; });
    }
    b.size = b.data.size();
    return b;
  }

  /// Bytes outside of the flatbuffer, which are taken off `budget`; `place` says whose, for messages.
  template <class Place>
  std::span<const std::uint8_t> outside(std::uint64_t offset, std::uint64_t size, std::uint64_t& budget,
                                        const Place& place) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      fail(place() + ": bytes " + std::to_string(offset) + " to " + std::to_string(offset) + " + " +
           std::to_string(size) + " lie outside the file of " + std::to_string(bytes_.size()) + " bytes");
    }
    if (size > budget) point_at_the_same();
    budget -= size;
    return bytes_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }

  subgraph graph(view<schema::subgraph> v) {
    subgraph g;
    g.name = text(v.get<"name">());
    g.inputs = copy(v.get<"inputs">());
    g.outputs = copy(v.get<"outputs">());
    g.debug_metadata_index = v.get<"debug_metadata_index">();
    g.tensors =
        list_of<tensor>(v.get<"tensors">(), [&](const auto* t) { return read_tensor(view<schema::tensor>(t)); });
    g.operations = list_of<operation>(v.get<"operators">(),
                                      [&](const auto* t) { return read_operation(view<schema::operation>(t)); });
    return g;
  }

  tensor read_tensor(view<schema::tensor> v) {
    tensor t;
    t.name = text(v.get<"name">());
    t.type = static_cast<tensor_type>(v.get<"type">());
    t.shape = copy(v.get<"shape">());
    t.shape_signature = copy(v.get<"shape_signature">());
    t.buffer = v.get<"buffer">();
    t.is_variable = v.get<"is_variable">() != 0;
    t.has_rank = v.get<"has_rank">() != 0;
    t.external_buffer = v.get<"external_buffer">();
    t.sparsity = v.get<"sparsity">();
    t.variant_tensors = v.get<"variant_tensors">();
    if (const auto* table = v.get<"quantization">(); table != nullptr) {
      const view<schema::quantization_parameters> q(table);
      t.quantization = quantization{copy(q.get<"min">()),           copy(q.get<"max">()),
                                    copy(q.get<"scale">()),         copy(q.get<"zero_point">()),
                                    q.get<"quantized_dimension">(), {q.get<"details_type">(), q.get<"details">()}};
    }
    return t;
  }

  operation read_operation(view<schema::operation> v) {
    operation o;
    o.code = v.get<"opcode_index">();
    o.inputs = copy(v.get<"inputs">());
    o.outputs = copy(v.get<"outputs">());
    o.intermediates = copy(v.get<"intermediates">());
    o.mutating_variable_inputs = copy(v.get<"mutating_variable_inputs">());
    o.options = {v.get<"builtin_options_type">(), v.get<"builtin_options">()};
    o.options_2 = {v.get<"builtin_options_2_type">(), v.get<"builtin_options_2">()};
    o.custom_options_format = v.get<"custom_options_format">();
    o.debug_metadata_index = v.get<"debug_metadata_index">();
    if (const auto* data = v.get<"custom_options">(); data != nullptr) {
      o.has_custom_options = true;
      o.custom_options = {data->Data(), data->size()};
    } else if (v.get<"large_custom_options_offset">() > 1) {
      o.has_custom_options = true;
      o.custom_options = outside(v.get<"large_custom_options_offset">(), v.get<"large_custom_options_size">(),
                                 outside_options_, [] { return std::string("large_custom_options of an operator"); });
    }
    return o;
  }

  model result_;
  std::span<const std::uint8_t> bytes_;
  std::uint64_t outside_bytes_ = 0;    ///< of buffers, that may still come
  std::uint64_t outside_options_ = 0;  ///< of operators, likewise
  warnings& notes_;
};

}  // namespace detail

AEQ_INLINE model read(std::shared_ptr<const io::input_file> file, warnings& notes) {
  return detail::reader(std::move(file), notes).read();
}

AEQ_INLINE model read(const std::string& path, warnings& notes) {
  return read(io::input_file::open(path), notes);
}

}  // namespace aeq::inline AEQ_ABI::model
