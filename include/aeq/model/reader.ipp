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
    // Hostile files can point at one vector many times: what is copied stays in proportion to the file.
    budget_ = 4 * static_cast<std::uint64_t>(bytes_.size()) + (std::uint64_t(1) << 20);
  }

  model read() {
    const view<schema::model> root(verifier::verify(bytes_, result_.file->name(), notes_));
    result_.version = root.get<"version">();
    if (result_.version != 3) {
      fail("model.version: " + std::to_string(result_.version) + "; version 3 is the one that is known");
    }
    result_.description = text(root.get<"description">());
    each(root.get<"operator_codes">(),
         [&](const auto* t) { result_.operator_codes.push_back(code(view<schema::operator_code>(t))); });
    result_.buffers.clear();
    each(root.get<"buffers">(), [&](const auto* t) { add_buffer(view<schema::buffer>(t)); });
    each(root.get<"subgraphs">(),
         [&](const auto* t) { result_.subgraphs.push_back(graph(view<schema::subgraph>(t))); });
    result_.metadata_buffer = copy(root.get<"metadata_buffer">());
    each(root.get<"metadata">(), [&](const auto* t) {
      const view<schema::metadata> v(t);
      result_.metadata.push_back({text(v.get<"name">()), v.get<"buffer">()});
    });
    each(root.get<"signature_defs">(), [&](const auto* t) {
      const view<schema::signature> v(t);
      signature s{text(v.get<"signature_key">()), v.get<"subgraph_index">(), {}, {}};
      s.inputs = tensor_maps(v.get<"inputs">());
      s.outputs = tensor_maps(v.get<"outputs">());
      result_.signatures.push_back(std::move(s));
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

  void spend(std::uint64_t bytes) {
    if (bytes > budget_) {
      fail("the tables point at the same data over and over; in memory they would be many times as large as the file");
    }
    budget_ -= bytes;
  }

  template <class Function>
  void each(const table_vector* all, const Function& f) {
    if (all == nullptr) return;
    spend(all->size() * sizeof(std::uint32_t));
    for (flatbuffers::uoffset_t i = 0; i < all->size(); ++i) f(all->Get(i));
  }

  template <class T>
  std::vector<T> copy(const flatbuffers::Vector<T>* values) {
    if (values == nullptr) return {};
    spend(values->size() * sizeof(T));
    std::vector<T> result(values->size());
    for (flatbuffers::uoffset_t i = 0; i < values->size(); ++i) result[i] = values->Get(i);
    return result;
  }

  std::optional<std::string> text(std::optional<std::string_view> value) {
    if (!value) return std::nullopt;
    spend(value->size());
    return std::string(*value);
  }

  std::vector<tensor_map> tensor_maps(const table_vector* all) {
    std::vector<tensor_map> result;
    each(all, [&](const auto* t) {
      const view<schema::tensor_map> v(t);
      result.push_back({text(v.get<"name">()), v.get<"tensor_index">()});
    });
    return result;
  }

  operator_code code(view<schema::operator_code> v) {
    const std::int8_t old = v.get<"deprecated_builtin_code">();
    const std::int32_t builtin = std::max(v.get<"builtin_code">(), std::int32_t{old});
    return {static_cast<op::code>(builtin), text(v.get<"custom_code">()), v.get<"version">()};
  }

  void add_buffer(view<schema::buffer> v) {
    buffer b;
    if (const auto* data = v.get<"data">(); data != nullptr) {
      b.present = true;
      b.data = {data->Data(), data->size()};
    } else if (v.get<"offset">() > 1) {  // 1: a place holder that nobody filled
      b.present = true;
      b.data = outside(v.get<"offset">(), v.get<"size">(), "buffers[" + std::to_string(result_.buffers.size()) + "]");
    }
    b.size = b.data.size();
    result_.buffers.push_back(std::move(b));
  }

  std::span<const std::uint8_t> outside(std::uint64_t offset, std::uint64_t size, const std::string& place) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      fail(place + ": bytes " + std::to_string(offset) + " to " + std::to_string(offset) + " + " +
           std::to_string(size) + " lie outside the file of " + std::to_string(bytes_.size()) + " bytes");
    }
    return bytes_.subspan(offset, size);
  }

  subgraph graph(view<schema::subgraph> v) {
    subgraph g;
    g.name = text(v.get<"name">());
    g.inputs = copy(v.get<"inputs">());
    g.outputs = copy(v.get<"outputs">());
    g.debug_metadata_index = v.get<"debug_metadata_index">();
    each(v.get<"tensors">(), [&](const auto* t) { g.tensors.push_back(read_tensor(view<schema::tensor>(t))); });
    each(v.get<"operators">(),
         [&](const auto* t) { g.operations.push_back(read_operation(view<schema::operation>(t))); });
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
                                 "large_custom_options of an operator");
    }
    return o;
  }

  model result_;
  std::span<const std::uint8_t> bytes_;
  std::uint64_t budget_ = 0;
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
