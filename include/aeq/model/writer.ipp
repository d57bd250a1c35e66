// SPDX-License-Identifier: Apache-2.0
// Writing a .tflite file as a stream: the definitions.
#pragma once

#include <aeq/model/writer.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>

#include <flatbuffers/flatbuffers.h>

#include <aeq/io/parallel.hpp>
#include <aeq/model/table_copy.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/verifier.hpp>
#include <aeq/model/view.hpp>

namespace aeq::inline AEQ_ABI::model {

namespace detail {

/// Builds the metadata of a model as a FlatBuffer in which every buffer's data, offset and size are place holders.
class metadata_builder {
 public:
  /// `outside` tells which buffers lie after the flatbuffer.
  metadata_builder(const model& m, const std::vector<bool>& outside) : model_(m), outside_(outside) {}

  flatbuffers::FlatBufferBuilder build() {
    const auto codes = all(model_.operator_codes, [&](const operator_code& c) { return add_code(c); });
    const auto graphs = all(model_.subgraphs, [&](const subgraph& g) { return add_graph(g); });
    std::vector<any_offset> buffer_offsets;
    for (std::size_t i = 0; i < model_.buffers.size(); ++i) buffer_offsets.push_back(add_buffer(i));
    const auto buffers = to_.CreateVector(buffer_offsets).o;
    const auto metadata = all(model_.metadata, [&](const metadata_entry& e) { return add_metadata(e); });
    const auto signatures = all(model_.signatures, [&](const signature& s) { return add_signature(s); });
    const auto groups = copied(model_.external_buffer_groups, schema::external_buffer_group);
    const auto externals = copied(model_.external_buffers, schema::external_buffer);
    const auto metadata_buffer = vector(model_.metadata_buffer);
    const auto description = text(model_.description);

    const auto start = to_.StartTable();
    put<schema::model, "version">(model_.version);
    link<schema::model, "operator_codes">(codes);
    link<schema::model, "subgraphs">(graphs);
    link<schema::model, "description">(description);
    link<schema::model, "buffers">(buffers);
    link<schema::model, "metadata_buffer">(metadata_buffer);
    if (!model_.metadata.empty()) link<schema::model, "metadata">(metadata);
    if (!model_.signatures.empty()) link<schema::model, "signature_defs">(signatures);
    link<schema::model, "external_buffer_groups">(groups);
    link<schema::model, "external_buffers">(externals);
    to_.Finish(any_offset(to_.EndTable(start)), "TFL3");
    return std::move(to_);
  }

 private:
  using offset = flatbuffers::uoffset_t;  // 0: absent

  template <const schema::table_descriptor& Table, fixed_string Field, class T>
  void put(T value) {
    constexpr std::size_t id = field_id(Table, Field.view());
    constexpr schema::field_descriptor field = Table.fields[id];
    using stored = typename scalar_of<field.type>::type;
    to_.AddElement<stored>(slot(id), static_cast<stored>(value), static_cast<stored>(field.default_value));
  }

  template <const schema::table_descriptor& Table, fixed_string Field>
  void link(offset target) {
    if (target != 0) to_.AddOffset(slot(field_id(Table, Field.view())), any_offset(target));
  }

  template <class List, class Function>
  offset all(const List& items, const Function& add) {
    std::vector<any_offset> offsets;
    offsets.reserve(items.size());
    for (const auto& item : items) offsets.push_back(any_offset(add(item)));
    return to_.CreateVector(offsets).o;
  }

  template <class T>
  offset vector(const std::vector<T>& values, bool even_if_empty = false) {
    if (values.empty() && !even_if_empty) return 0;
    return to_.CreateVector(values.data(), values.size()).o;
  }

  offset text(const std::optional<std::string>& value) {
    return value ? to_.CreateString(value->data(), value->size()).o : 0;
  }

  offset copied(const table_vector* tables, const schema::table_descriptor& descriptor) {
    if (tables == nullptr) return 0;
    std::vector<any_offset> offsets;
    for (const flatbuffers::Table* t : *tables) offsets.push_back(copy_table(to_, t, descriptor));
    return to_.CreateVector(offsets).o;
  }

  /// A union's table; 0 where it is absent or of a kind that the schema does not know.
  offset copied(const union_view& value, const schema::union_descriptor& alternatives) {
    if (value.table == nullptr || value.type == 0 || value.type >= alternatives.members.size()) return 0;
    return copy_table(to_, value.table, alternatives.members[value.type]).o;
  }
  static std::uint8_t known_type(const union_view& value, const schema::union_descriptor& alternatives) {
    return value.type < alternatives.members.size() ? value.type : std::uint8_t(0);
  }

  offset add_code(const operator_code& c) {
    constexpr std::int32_t beyond_old_field = 127;
    const auto custom_code = text(c.custom_code);
    const auto builtin = static_cast<std::int32_t>(c.builtin);
    const auto start = to_.StartTable();
    put<schema::operator_code, "deprecated_builtin_code">(std::min(builtin, beyond_old_field));
    link<schema::operator_code, "custom_code">(custom_code);
    put<schema::operator_code, "version">(c.version);
    put<schema::operator_code, "builtin_code">(builtin);
    return to_.EndTable(start);
  }

  offset add_graph(const subgraph& g) {
    const auto tensors = all(g.tensors, [&](const tensor& t) { return add_tensor(t); });
    const auto operations = all(g.operations, [&](const operation& o) { return add_operation(o); });
    const auto inputs = vector(g.inputs, true);
    const auto outputs = vector(g.outputs, true);
    const auto name = text(g.name);
    const auto start = to_.StartTable();
    link<schema::subgraph, "tensors">(tensors);
    link<schema::subgraph, "inputs">(inputs);
    link<schema::subgraph, "outputs">(outputs);
    link<schema::subgraph, "operators">(operations);
    link<schema::subgraph, "name">(name);
    put<schema::subgraph, "debug_metadata_index">(g.debug_metadata_index);
    return to_.EndTable(start);
  }

  offset add_quantization(const quantization& q) {
    const auto min = vector(q.min);
    const auto max = vector(q.max);
    const auto scale = vector(q.scale);
    const auto zero_point = vector(q.zero_point);
    const auto details = copied(q.details, schema::quantization_details);
    const auto start = to_.StartTable();
    link<schema::quantization_parameters, "min">(min);
    link<schema::quantization_parameters, "max">(max);
    link<schema::quantization_parameters, "scale">(scale);
    link<schema::quantization_parameters, "zero_point">(zero_point);
    put<schema::quantization_parameters, "details_type">(known_type(q.details, schema::quantization_details));
    link<schema::quantization_parameters, "details">(details);
    put<schema::quantization_parameters, "quantized_dimension">(q.quantized_dimension);
    return to_.EndTable(start);
  }

  offset add_tensor(const tensor& t) {
    const auto shape = vector(t.shape, true);
    const auto name = text(t.name);
    const auto quantization = t.quantization ? add_quantization(*t.quantization) : 0;
    const auto sparsity = t.sparsity != nullptr ? copy_table(to_, t.sparsity, schema::sparsity_parameters).o : 0;
    const auto shape_signature = vector(t.shape_signature);
    const auto variants = copied(t.variant_tensors, schema::variant_sub_type);
    const auto start = to_.StartTable();
    link<schema::tensor, "shape">(shape);
    put<schema::tensor, "type">(static_cast<std::int8_t>(t.type));
    put<schema::tensor, "buffer">(t.buffer);
    link<schema::tensor, "name">(name);
    link<schema::tensor, "quantization">(quantization);
    put<schema::tensor, "is_variable">(t.is_variable);
    link<schema::tensor, "sparsity">(sparsity);
    link<schema::tensor, "shape_signature">(shape_signature);
    put<schema::tensor, "has_rank">(t.has_rank);
    link<schema::tensor, "variant_tensors">(variants);
    put<schema::tensor, "external_buffer">(t.external_buffer);
    return to_.EndTable(start);
  }

  offset add_operation(const operation& o) {
    const auto inputs = vector(o.inputs, true);
    const auto outputs = vector(o.outputs, true);
    const auto options = copied(o.options, schema::builtin_options);
    const auto options_2 = copied(o.options_2, schema::builtin_options_2);
    const auto custom = o.has_custom_options ? to_.CreateVector(o.custom_options.data(), o.custom_options.size()).o : 0;
    const auto mutating = vector(o.mutating_variable_inputs);
    const auto intermediates = vector(o.intermediates);
    const auto start = to_.StartTable();
    put<schema::operation, "opcode_index">(o.code);
    link<schema::operation, "inputs">(inputs);
    link<schema::operation, "outputs">(outputs);
    put<schema::operation, "builtin_options_type">(known_type(o.options, schema::builtin_options));
    link<schema::operation, "builtin_options">(options);
    link<schema::operation, "custom_options">(custom);
    put<schema::operation, "custom_options_format">(o.custom_options_format);
    link<schema::operation, "mutating_variable_inputs">(mutating);
    link<schema::operation, "intermediates">(intermediates);
    put<schema::operation, "builtin_options_2_type">(known_type(o.options_2, schema::builtin_options_2));
    link<schema::operation, "builtin_options_2">(options_2);
    put<schema::operation, "debug_metadata_index">(o.debug_metadata_index);
    return to_.EndTable(start);
  }

  any_offset add_buffer(std::size_t index) {
    const auto start = to_.StartTable();
    if (model_.buffers[index].present && !outside_[index]) {
      put_place_holder<flatbuffers::uoffset_t>(field_id(schema::buffer, "data"));
    } else if (model_.buffers[index].present) {
      put_place_holder<std::uint64_t>(field_id(schema::buffer, "offset"));
      put_place_holder<std::uint64_t>(field_id(schema::buffer, "size"));
    }
    return any_offset(to_.EndTable(start));
  }
  template <class T>
  void put_place_holder(std::size_t id) {
    to_.AddElement<T>(slot(id), T(1), T(0));
  }

  offset add_metadata(const metadata_entry& e) {
    const auto name = text(e.name);
    const auto start = to_.StartTable();
    link<schema::metadata, "name">(name);
    put<schema::metadata, "buffer">(e.buffer);
    return to_.EndTable(start);
  }

  offset add_tensor_map(const tensor_map& m) {
    const auto name = text(m.name);
    const auto start = to_.StartTable();
    link<schema::tensor_map, "name">(name);
    put<schema::tensor_map, "tensor_index">(m.tensor);
    return to_.EndTable(start);
  }

  offset add_signature(const signature& s) {
    const auto inputs = all(s.inputs, [&](const tensor_map& m) { return add_tensor_map(m); });
    const auto outputs = all(s.outputs, [&](const tensor_map& m) { return add_tensor_map(m); });
    const auto key = text(s.key);
    const auto start = to_.StartTable();
    link<schema::signature, "inputs">(inputs);
    link<schema::signature, "outputs">(outputs);
    link<schema::signature, "signature_key">(key);
    put<schema::signature, "subgraph_index">(s.subgraph);
    return to_.EndTable(start);
  }

  const model& model_;
  const std::vector<bool>& outside_;
  flatbuffers::FlatBufferBuilder to_;
};

/// A laid out file: its metadata with every place filled in, and where the buffers go.
struct layout {
  flatbuffers::FlatBufferBuilder metadata;
  std::vector<std::uint64_t> content_at;  ///< position of each buffer's bytes
  std::vector<bool> outside;
  std::uint64_t file_bytes = 0;
  bool fits = true;  ///< the flatbuffer stays below 2 GB
};

[[nodiscard]] AEQ_INLINE std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

inline constexpr std::uint64_t content_alignment = 16;
inline constexpr std::uint64_t small_buffer = 1024;  ///< stays inline even in a file past 2 GB

[[nodiscard]] AEQ_INLINE layout lay_out(const model& m, bool external) {
  layout result;
  result.outside.resize(m.buffers.size());
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    result.outside[i] = external && m.buffers[i].present && m.buffers[i].size >= small_buffer;
  }
  result.metadata = metadata_builder(m, result.outside).build();
  result.content_at.resize(m.buffers.size());

  std::uint64_t end = result.metadata.GetSize();
  const auto place = [&](bool outside) {
    for (std::size_t i = 0; i < m.buffers.size(); ++i) {
      if (!m.buffers[i].present || result.outside[i] != outside) continue;
      const std::uint64_t length_prefix = outside ? 0 : sizeof(flatbuffers::uoffset_t);
      result.content_at[i] = round_up(end + length_prefix, content_alignment);
      end = result.content_at[i] + m.buffers[i].size;
    }
  };
  place(false);
  end = round_up(end, content_alignment);
  result.fits = end < flatbuffer_limit;
  if (external) {
    place(true);
    end = round_up(end, content_alignment);
  }
  result.file_bytes = end;
  return result;
}

/// Writes the places of the buffers into the metadata. Only for a layout that fits.
AEQ_INLINE void fill_places(layout& l, const model& m) {
  std::uint8_t* bytes = l.metadata.GetBufferPointer();
  const view<schema::model> root(flatbuffers::GetRoot<flatbuffers::Table>(bytes));
  const table_vector* tables = root.get<"buffers">();
  const auto fill = [&](const flatbuffers::Table* table, std::size_t id, auto value) {
    auto* field = const_cast<std::uint8_t*>(table->GetAddressOf(slot(id)));
    flatbuffers::WriteScalar(field, value);
  };
  for (flatbuffers::uoffset_t i = 0; i < tables->size(); ++i) {
    if (!m.buffers[i].present) continue;
    const flatbuffers::Table* table = tables->Get(i);
    if (l.outside[i]) {
      fill(table, field_id(schema::buffer, "offset"), l.content_at[i]);
      fill(table, field_id(schema::buffer, "size"), m.buffers[i].size);
    } else {
      constexpr std::size_t id = field_id(schema::buffer, "data");
      const auto here = static_cast<std::uint64_t>(table->GetAddressOf(slot(id)) - bytes);
      fill(table, id, static_cast<flatbuffers::uoffset_t>(l.content_at[i] - sizeof(flatbuffers::uoffset_t) - here));
    }
  }
}

}  // namespace detail

namespace detail {

/// A part of a buffer: what one call of a producer makes, or one write copies.
struct piece {
  std::size_t buffer;
  std::uint64_t offset;
  std::uint64_t size;
};

inline constexpr std::uint64_t piece_bytes = std::uint64_t(1) << 19;

[[nodiscard]] AEQ_INLINE std::vector<piece> cut(const model& m) {
  std::vector<piece> pieces;
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    const std::uint64_t unit = m.buffers[i].unit_bytes;
    const std::uint64_t step = std::max(unit, piece_bytes / unit * unit);
    for (std::uint64_t at = 0; at < m.buffers[i].size; at += step) {
      pieces.push_back({i, at, std::min(step, m.buffers[i].size - at)});
    }
  }
  return pieces;
}

AEQ_INLINE void fill_piece(const model& m, const piece& p, std::span<std::uint8_t> into) {
  const buffer& b = m.buffers[p.buffer];
  if (b.produce) {
    (*b.produce)(p.offset, into);
  } else if (!into.empty()) {
    std::memcpy(into.data(), b.data.data() + p.offset, into.size());
  }
}

/// The length in front of an inline buffer's bytes.
[[nodiscard]] AEQ_INLINE std::array<std::uint8_t, 4> length_prefix(std::uint64_t size) {
  std::array<std::uint8_t, 4> bytes{};
  flatbuffers::WriteScalar(bytes.data(), static_cast<flatbuffers::uoffset_t>(size));
  return bytes;
}

/// Writes the scales that producing the content has found over the zeros that keep their places in the metadata.
AEQ_INLINE void fill_late_scales(layout& l, const model& m) {
  const bool any =
      std::any_of(m.buffers.begin(), m.buffers.end(), [](const buffer& b) { return b.late_scales != nullptr; });
  if (!any) return;
  const auto set = [](const auto* list, std::size_t i, auto value) {
    using vector = std::remove_const_t<std::remove_pointer_t<decltype(list)>>;
    const_cast<vector*>(list)->Mutate(static_cast<flatbuffers::uoffset_t>(i), value);
  };
  const view<schema::model> root(flatbuffers::GetRoot<flatbuffers::Table>(l.metadata.GetBufferPointer()));
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) {
    const std::vector<tensor>& tensors = m.subgraphs[g].tensors;
    const view<schema::subgraph> graph(root.get<"subgraphs">()->Get(static_cast<flatbuffers::uoffset_t>(g)));
    for (std::size_t t = 0; t < tensors.size(); ++t) {
      const auto& late = m.buffers[tensors[t].buffer].late_scales;
      // (A tensor that nobody reads may lie on the buffer with scales of its own.)
      if (!late || !tensors[t].quantization || tensors[t].quantization->scale.size() != late->size()) continue;
      const view<schema::tensor> written(graph.get<"tensors">()->Get(static_cast<flatbuffers::uoffset_t>(t)));
      const view<schema::quantization_parameters> q(written.get<"quantization">());
      for (std::size_t i = 0; i < late->size(); ++i) {
        set(q.get<"scale">(), i, (*late)[i].scale);
        set(q.get<"zero_point">(), i, static_cast<std::int64_t>((*late)[i].zero_point));
      }
    }
  }
}

[[nodiscard]] AEQ_INLINE layout lay_out(const model& m) {
  layout l = lay_out(m, false);
  if (!l.fits) l = lay_out(m, true);
  if (!l.fits) {
    throw error(error_code::not_quantizable, m.file_name() + ": its metadata alone passes 2 GB; the format ends there");
  }
  fill_places(l, m);
  return l;
}

}  // namespace detail

AEQ_INLINE std::vector<std::uint8_t> to_bytes(const model& m, unsigned threads) {
  detail::layout l = detail::lay_out(m);
  std::vector<std::uint8_t> file;
  if (l.file_bytes > file.max_size()) {
    throw error(error_code::io, m.file_name() + ": its " + std::to_string(l.file_bytes) +
                                    " bytes are more than this program's memory can hold; write it to a file");
  }
  file.resize(static_cast<std::size_t>(l.file_bytes));
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    if (!m.buffers[i].present || l.outside[i]) continue;
    const auto prefix = detail::length_prefix(m.buffers[i].size);
    std::memcpy(file.data() + l.content_at[i] - prefix.size(), prefix.data(), prefix.size());
  }
  const std::vector<detail::piece> pieces = detail::cut(m);
  parallel_for(pieces.size(), l.file_bytes < detail::piece_bytes ? 1 : threads, [&](std::size_t i) {
    const detail::piece& p = pieces[i];
    detail::fill_piece(m, p, {file.data() + l.content_at[p.buffer] + p.offset, static_cast<std::size_t>(p.size)});
  });
  if (m.file) m.file->check_unchanged();
  detail::fill_late_scales(l, m);
  std::memcpy(file.data(), l.metadata.GetBufferPointer(), l.metadata.GetSize());
  return file;
}

AEQ_INLINE std::uint64_t write(const model& m, const std::string& path, const save_options& options) {
  io::output_file file(path, options.file);
  detail::layout l = detail::lay_out(m);
  constexpr std::uint64_t one_write = 4 * detail::piece_bytes;
  if (l.file_bytes <= one_write) {
    file.write_at(0, to_bytes(m, options.threads));
    file.commit();
    return l.file_bytes;
  }
  file.resize(l.file_bytes);
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    if (!m.buffers[i].present || l.outside[i]) continue;
    const auto prefix = detail::length_prefix(m.buffers[i].size);
    file.write_at(l.content_at[i] - prefix.size(), prefix);
  }
  const std::vector<detail::piece> pieces = detail::cut(m);
  if (options.progress != nullptr) options.progress->expect(l.file_bytes);
  parallel_for(pieces.size(), options.threads, [&](std::size_t i) {
    const detail::piece& p = pieces[i];
    const buffer& b = m.buffers[p.buffer];
    if (b.produce) {
      thread_local std::vector<std::uint8_t> bytes;
      bytes.resize(static_cast<std::size_t>(p.size));
      (*b.produce)(p.offset, bytes);
      file.write_at(l.content_at[p.buffer] + p.offset, bytes);
    } else {
      const auto part = b.data.subspan(static_cast<std::size_t>(p.offset), static_cast<std::size_t>(p.size));
      file.write_at(l.content_at[p.buffer] + p.offset, part);
      if (m.file) m.file->let_go(part);
    }
    if (options.progress != nullptr) options.progress->advance(p.size);
  });
  if (options.progress != nullptr) options.progress->finish();
  detail::fill_late_scales(l, m);
  file.write_at(0, {l.metadata.GetBufferPointer(), l.metadata.GetSize()});
  if (m.file) m.file->check_unchanged();
  file.commit();
  return l.file_bytes;
}

}  // namespace aeq::inline AEQ_ABI::model
