// SPDX-License-Identifier: Apache-2.0
// The canonical description of a model as JSON: the definitions.
#pragma once

#include <aeq/model/dump.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <flatbuffers/flatbuffers.h>

#include <aeq/io/error.hpp>
#include <aeq/io/flexbuffer.hpp>
#include <aeq/io/python_json.hpp>
#include <aeq/io/sha256.hpp>
#include <aeq/model/enums.hpp>
#include <aeq/model/schema.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI::model {

namespace detail {

/// block_size → blockSize.
[[nodiscard]] AEQ_INLINE std::string camel_case(std::string_view name) {
  std::string result;
  bool raise = false;
  for (const char c : name) {
    if (c == '_') {
      raise = true;
      continue;
    }
    result += raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    raise = false;
  }
  return result;
}

class describer {
 public:
  explicit describer(const model& m) : model_(m), buffer_numbers_(m.buffers.size()) {
    if (m.file == nullptr)
      throw error(error_code::wrong_usage, "only a model that was read from a file can be described");
    const std::uint64_t file_bytes = m.file->bytes().size();
    hash_budget_ = 4 * file_bytes;
    text_budget_ = 16 * file_bytes + (std::uint64_t(1) << 20);
  }

  boost::json::object describe() {
    return {{"format", "tflite-dump/1"},
            {"version", model_.version},
            {"description", text(model_.description)},
            {"subgraphs", list(model_.subgraphs, [&](const subgraph& g) { return graph(g); })},
            {"signatures", list(model_.signatures, [&](const signature& s) { return of_signature(s); })},
            {"metadata", list(model_.metadata, [&](const metadata_entry& e) { return of_metadata(e); })},
            {"layout", layout()}};
  }

 private:
  using json = boost::json::value;
  using object = boost::json::object;

  template <class Range, class Function>
  static boost::json::array list(const Range& range, const Function& f) {
    boost::json::array result;
    for (const auto& item : range) result.push_back(f(item));
    return result;
  }
  static boost::json::array numbers(std::span<const std::int32_t> values) {
    return list(values, [](std::int32_t v) { return json(v); });
  }

  // Tables of a hostile file may point at one vector many times.
  void spend(std::uint64_t& budget, std::uint64_t amount) const {
    if (amount > budget) {
      throw error(error_code::bad_input,
                  model_.file_name() +
                      ": the tables point at the same data over and over; a description would be "
                      "many times as large as the file");
    }
    budget -= amount;
  }

  json text(const std::optional<std::string>& value) {
    if (!value) return nullptr;
    return json(io::escaped_utf8(*value));
  }

  /// The digest of bytes of the file, whose pages then leave this process again.
  std::string digest(std::span<const std::uint8_t> bytes) {
    const auto [known, is_new] = digests_.try_emplace({bytes.data(), bytes.size()});
    if (is_new) {
      spend(hash_budget_, bytes.size());
      known->second = stream_digest(bytes);
    }
    return known->second;
  }
  std::string stream_digest(std::span<const std::uint8_t> bytes) const {
    constexpr std::size_t piece = std::size_t(4) << 20;
    io::sha256 sum;
    if (bytes.size() < piece) return io::hex_text(sum.update(bytes).finish());
    for (std::size_t done = 0; done < bytes.size(); done += piece) {
      const auto part = bytes.subspan(done, std::min(piece, bytes.size() - done));
      sum.update(part);
      model_.file->let_go(part);
    }
    return io::hex_text(sum.finish());
  }

  object blob(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t spelled_out_bytes = 64;
    object result{{"bytes", bytes.size()}, {"sha256", digest(bytes)}};
    if (bytes.size() <= spelled_out_bytes) result.emplace("hex", io::hex_text(bytes));
    return result;
  }
  object options_blob(std::span<const std::uint8_t> bytes) {
    object result = blob(bytes);
    spend(text_budget_, bytes.size());
    if (auto content = io::decode_flexbuffer(bytes)) result.emplace("flexbuffer", *std::move(content));
    return result;
  }

  // --- tables by their descriptors ---

  template <class T>
  static json number(T value) {
    if constexpr (std::is_same_v<T, float>) {
      return json(io::hex_float(value));
    } else {
      return json(value);
    }
  }

  /// A field's value; null where it is absent or an empty list, which is the same to every reader.
  json field_value(const flatbuffers::Table* table, const schema::table_descriptor& descriptor, std::size_t id) {
    const schema::field_descriptor& field = descriptor.fields[id];
    const flatbuffers::voffset_t at = slot(id);
    const auto nested = [&](const flatbuffers::Table* inner, const schema::table_descriptor& type) -> json {
      object members = fields(inner, type);
      return members.empty() ? json() : json(std::move(members));
    };
    if (field.type == schema::field_type::table) {
      if (field.is_vector) return tables(table->GetPointer<const table_vector*>(at), *field.table);
      const auto* inner = table->GetPointer<const flatbuffers::Table*>(at);
      return inner == nullptr ? json() : nested(inner, *field.table);
    }
    if (field.type == schema::field_type::union_value) {
      const auto* inner = table->GetPointer<const flatbuffers::Table*>(at);
      const auto type = table->GetField<std::uint8_t>(slot(id - 1), 0);
      if (inner == nullptr || type == 0 || type >= field.alternatives->members.size()) return {};
      return nested(inner, field.alternatives->members[type]);
    }
    if (field.type == schema::field_type::string) {
      const auto* value = table->GetPointer<const flatbuffers::String*>(at);
      if (value == nullptr) return {};
      spend(text_budget_, value->size());
      return json(io::escaped_utf8({value->c_str(), value->size()}));
    }
    if (field.is_vector && field.type == schema::field_type::uint8) {
      const auto* bytes = table->GetPointer<const flatbuffers::Vector<std::uint8_t>*>(at);
      if (bytes == nullptr) return {};
      const std::span<const std::uint8_t> content(bytes->Data(), bytes->size());
      return field.name == "composite_attributes" ? options_blob(content) : blob(content);
    }
    return with_scalar(field.type, [&]<class T>(std::type_identity<T>) -> json {
      const bool is_boolean = field.type == schema::field_type::boolean;
      if (!field.is_vector) {
        const T value = table->GetField<T>(at, static_cast<T>(field.default_value));
        return is_boolean ? json(value != T{}) : number(value);
      }
      const auto* values = table->GetPointer<const flatbuffers::Vector<T>*>(at);
      if (values == nullptr || values->size() == 0) return {};
      spend(text_budget_, values->size());
      boost::json::array result;
      result.reserve(values->size());
      for (flatbuffers::uoffset_t i = 0; i < values->size(); ++i) {
        result.push_back(is_boolean ? json(values->Get(i) != T{}) : number(static_cast<T>(values->Get(i))));
      }
      return result;
    });
  }

  json tables(const table_vector* all, const schema::table_descriptor& descriptor) {
    if (all == nullptr || all->size() == 0) return {};
    spend(text_budget_, all->size());
    boost::json::array result;
    for (flatbuffers::uoffset_t i = 0; i < all->size(); ++i) result.push_back(fields(all->Get(i), descriptor));
    return result;
  }

  /// All fields that are there or have a default, by name.
  object fields(const flatbuffers::Table* table, const schema::table_descriptor& descriptor) {
    std::vector<std::pair<std::string, json>> found;
    for (std::size_t id = 0; id < descriptor.fields.size(); ++id) {
      if (descriptor.fields[id].deprecated) continue;
      json value = field_value(table, descriptor, id);
      if (!value.is_null()) found.emplace_back(camel_case(descriptor.fields[id].name), std::move(value));
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    object result;
    for (auto& [name, value] : found) result.emplace(name, std::move(value));
    return result;
  }

  /// A union's member behind its name; null if it is absent. A field that is called "type" itself takes the name's
  /// place.
  json of_union(const union_view& value, const schema::union_descriptor& alternatives) {
    if (value.table == nullptr || value.type == 0 || value.type >= alternatives.members.size()) return {};
    const schema::table_descriptor& member = alternatives.members[value.type];
    object result{{"type", member.name}};
    for (auto& [name, content] : fields(value.table, member)) result.insert_or_assign(name, std::move(content));
    return result;
  }

  // --- parts of a model ---

  object graph(const subgraph& g) {
    std::size_t next_tensor = 0;
    std::size_t next_operation = 0;
    return {{"name", text(g.name)},
            {"inputs", numbers(g.inputs)},
            {"outputs", numbers(g.outputs)},
            {"tensors", list(g.tensors, [&](const tensor& t) { return of_tensor(next_tensor++, t); })},
            {"operators", list(g.operations, [&](const operation& o) { return of_operation(next_operation++, o); })}};
  }

  object of_tensor(std::size_t index, const tensor& t) {
    object result{{"index", index}, {"name", text(t.name)}, {"type", name_of(t.type)}, {"shape", numbers(t.shape)}};
    if (!t.shape_signature.empty()) result.emplace("shape_signature", numbers(t.shape_signature));
    if (t.is_variable) result.emplace("is_variable", true);
    if (t.has_rank) result.emplace("has_rank", true);
    if (t.sparsity != nullptr) result.emplace("sparsity", fields(t.sparsity, schema::sparsity_parameters));
    if (json variants = tables(t.variant_tensors, schema::variant_sub_type); !variants.is_null()) {
      result.emplace("variant_tensors", std::move(variants));
    }
    result.emplace("constant", constant(t.buffer));
    result.emplace("quantization", t.quantization ? of_quantization(*t.quantization) : json());
    return result;
  }

  /// The content of a buffer, which is numbered by first use. Here buffer 0 counts if it holds something.
  json constant(std::uint32_t buffer) {
    const std::span<const std::uint8_t> data = model_.buffers[buffer].data;
    if (data.empty()) return nullptr;
    std::optional<std::size_t>& number = buffer_numbers_[buffer];
    if (!number) number = numbered_buffers_++;
    object result{{"buffer", *number}};
    for (auto& [name, value] : blob(data)) result.emplace(name, std::move(value));
    return result;
  }

  json of_quantization(const quantization& q) {
    object result;
    const auto floats = [&](std::string_view name, const std::vector<float>& values) {
      if (!values.empty()) result.emplace(name, list(values, [](float v) { return json(io::hex_float(v)); }));
    };
    floats("min", q.min);
    floats("max", q.max);
    floats("scale", q.scale);
    if (!q.zero_point.empty()) {
      result.emplace("zero_point", list(q.zero_point, [](std::int64_t v) { return json(v); }));
    }
    if (q.quantized_dimension != 0) result.emplace("quantized_dimension", q.quantized_dimension);
    if (json details = of_union(q.details, schema::quantization_details); !details.is_null()) {
      result.emplace("details", std::move(details));
    }
    return result.empty() ? json() : json(std::move(result));
  }

  static std::string code_name(const operator_code& code) {
    std::string name(op::builtin_name(code.builtin));
    if (name.empty()) name = std::to_string(static_cast<std::int32_t>(code.builtin));
    if (code.custom_code) name += ":" + io::escaped_utf8(*code.custom_code);
    return name;
  }

  object of_operation(std::size_t index, const operation& o) {
    const operator_code& code = model_.operator_codes[o.code];
    spend(text_budget_, code.custom_code ? code.custom_code->size() : 0);
    object result{{"index", index},
                  {"op", code_name(code)},
                  {"version", code.version},
                  {"inputs", numbers(o.inputs)},
                  {"outputs", numbers(o.outputs)}};
    if (!o.intermediates.empty()) result.emplace("intermediates", numbers(o.intermediates));
    const auto is_set = [](std::uint8_t flag) { return flag != 0; };
    if (std::any_of(o.mutating_variable_inputs.begin(), o.mutating_variable_inputs.end(), is_set)) {
      result.emplace("mutating_variable_inputs",
                     list(o.mutating_variable_inputs, [&](std::uint8_t flag) { return json(is_set(flag)); }));
    }
    const auto add = [&](std::string_view name, json value) {
      if (!value.is_null()) result.emplace(name, std::move(value));
    };
    add("options", of_union(o.options, schema::builtin_options));
    add("options2", of_union(o.options_2, schema::builtin_options_2));
    if (!o.custom_options.empty()) result.emplace("custom_options", options_blob(o.custom_options));
    if (o.debug_metadata_index != -1) result.emplace("debug_metadata_index", o.debug_metadata_index);
    return result;
  }

  object of_signature(const signature& s) {
    const auto entry = [&](const tensor_map& m) { return object{{"name", text(m.name)}, {"tensor", m.tensor}}; };
    return {{"key", text(s.key)},
            {"subgraph", s.subgraph},
            {"inputs", list(s.inputs, entry)},
            {"outputs", list(s.outputs, entry)}};
  }

  object of_metadata(const metadata_entry& e) {
    const std::span<const std::uint8_t> data = model_.buffers[e.buffer].data;
    return {{"name", text(e.name)}, {"content", data.empty() ? json() : json(blob(data))}};
  }

  /// Facts about the file that no comparison looks at.
  object layout() {
    const std::span<const std::uint8_t> bytes = model_.file->bytes();
    const auto root = flatbuffers::ReadScalar<flatbuffers::uoffset_t>(bytes.data());
    const view<schema::model> file(reinterpret_cast<const flatbuffers::Table*>(bytes.data() + root));
    std::size_t buffers = 0;
    std::size_t outside = 0;
    if (const table_vector* all = file.get<"buffers">(); all != nullptr) {
      buffers = all->size();
      for (flatbuffers::uoffset_t i = 0; i < all->size(); ++i) {
        if (view<schema::buffer>(all->Get(i)).get<"offset">() > 1) ++outside;
      }
    }
    return {{"file_bytes", bytes.size()},
            {"file_sha256", stream_digest(bytes)},
            {"buffers", buffers},
            {"buffers_outside_flatbuffer", outside},
            {"operator_codes", list(model_.operator_codes, [](const operator_code& code) {
               return json(code_name(code) + " v" + std::to_string(code.version));
             })}};
  }

  const model& model_;
  std::vector<std::optional<std::size_t>> buffer_numbers_;
  std::size_t numbered_buffers_ = 0;
  std::map<std::pair<const std::uint8_t*, std::size_t>, std::string> digests_;
  std::uint64_t hash_budget_ = 0;
  std::uint64_t text_budget_ = 0;
};

}  // namespace detail

AEQ_INLINE boost::json::object describe(const model& m) {
  return detail::describer(m).describe();
}

AEQ_INLINE std::string dump_text(const model& m) {
  return io::json_lines(describe(m));
}

}  // namespace aeq::inline AEQ_ABI::model
