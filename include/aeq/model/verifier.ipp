// SPDX-License-Identifier: Apache-2.0
// Walking a model file before it is believed: the definitions.
#pragma once

#include <aeq/model/verifier.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include <flatbuffers/flatbuffers.h>

#include <aeq/io/error.hpp>
#include <aeq/model/schema.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>

namespace aeq::inline AEQ_ABI::model {

namespace detail {

/// One walk over a file.
class verification {
 public:
  explicit verification(std::span<const std::uint8_t> bytes)
      : size_(bytes.size()),
        // A table takes 8 bytes at least, but small ones may be shared.
        checks_(bytes.data(), bytes.size(), 64,
                static_cast<flatbuffers::uoffset_t>(std::max<std::size_t>(1'000'000, bytes.size() / 4)), true),
        slots_to_read_(bytes.size() / sizeof(flatbuffers::voffset_t)) {}

  bool check(const flatbuffers::Table* table, const schema::table_descriptor& descriptor) {
    if (!table->VerifyTableStart(checks_)) return false;
    count(descriptor);
    for (std::size_t id = 0; id < descriptor.fields.size(); ++id) {
      if (!check_field(table, descriptor, id)) return false;
    }
    note_unknown(table, descriptor);
    return checks_.EndTable();
  }

  /// Where the last check failed: ".subgraphs[0].tensors[2]".
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const file_content& content() const { return content_; }
  /// What the schema does not know: name of the table or union, id of the field or member.
  [[nodiscard]] const std::set<std::pair<std::string, std::size_t>>& unknown() const { return unknown_; }

 private:
  void count(const schema::table_descriptor& descriptor) {
    if (&descriptor == &schema::tensor) {
      ++content_.tensors;
    } else if (&descriptor == &schema::operation) {
      ++content_.operations;
    } else if (&descriptor == &schema::buffer) {
      ++content_.buffers;
    } else if (&descriptor == &schema::subgraph) {
      ++content_.subgraphs;
    } else {
      ++content_.small_tables;
    }
  }
  void count_vector(std::uint64_t bytes) { content_.vector_bytes += bytes; }

  // The path is put together on the way back from a failure only.
  bool fail(std::string_view field) {
    path_ = "." + std::string(field) + path_;
    return false;
  }
  bool fail(std::string_view field, std::size_t index) {
    path_ = "." + std::string(field) + "[" + std::to_string(index) + "]" + path_;
    return false;
  }

  bool check_field(const flatbuffers::Table* table, const schema::table_descriptor& descriptor, std::size_t id) {
    const schema::field_descriptor& field = descriptor.fields[id];
    const flatbuffers::voffset_t slot = detail::slot(id);
    if (!field.is_vector && is_scalar(field.type)) {
      const bool inside = with_scalar(field.type, [&]<class T>(std::type_identity<T>) {
        if constexpr (requires { table->VerifyField<T>(checks_, slot, sizeof(T)); }) {
          return table->VerifyField<T>(checks_, slot, sizeof(T));
        } else {
          return table->VerifyField<T>(checks_, slot);
        }
      });
      return inside || fail(field.name);
    }
    if (!table->VerifyOffset(checks_, slot)) return fail(field.name);
    if (field.type == schema::field_type::string) {
      const auto* text = table->GetPointer<const flatbuffers::String*>(slot);
      if (!checks_.VerifyString(text)) return fail(field.name);
      if (text != nullptr) count_vector(text->size());
      return true;
    }
    if (field.type == schema::field_type::union_value) return check_union(table, field, id);
    if (field.type == schema::field_type::table && !field.is_vector) {
      const auto* inner = table->GetPointer<const flatbuffers::Table*>(slot);
      return inner == nullptr || check(inner, *field.table) || fail(field.name);
    }
    if (field.type == schema::field_type::table) {
      // (Not yet a table_vector: its place may be misaligned.)
      const auto* inner = table->GetPointer<const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::Table>>*>(slot);
      if (inner == nullptr) return true;
      if (!checks_.VerifyVector(inner)) return fail(field.name);
      count_vector(inner->size() * sizeof(flatbuffers::uoffset_t));
      for (flatbuffers::uoffset_t i = 0; i < inner->size(); ++i) {
        if (!check(inner->Get(i), *field.table)) return fail(field.name, i);
      }
      return true;
    }
    const bool inside = with_scalar(field.type, [&]<class T>(std::type_identity<T>) {
      const auto* values = table->GetPointer<const flatbuffers::Vector<T>*>(slot);
      if (!checks_.VerifyVector(values)) return false;
      if (values == nullptr) return true;
      if (&descriptor == &schema::buffer) {
        content_.buffer_bytes += values->size();
      } else {
        count_vector(values->size() * sizeof(T));
      }
      // FlatBuffers' verifier looks at the place of the length only, and its builder aligns no element that isn't
      // there.
      return values->size() == 0 || reinterpret_cast<std::uintptr_t>(values->Data()) % sizeof(T) == 0;
    });
    return inside || fail(field.name);
  }

  bool check_union(const flatbuffers::Table* table, const schema::field_descriptor& field, std::size_t id) {
    const auto* inner = table->GetPointer<const flatbuffers::Table*>(slot(id));
    const auto type = table->GetField<std::uint8_t>(slot(id - 1), 0);
    if (inner == nullptr || type == 0) return true;
    if (type >= field.alternatives->members.size()) {
      unknown_.emplace(field.alternatives->name, type);
      return true;
    }
    return check(inner, field.alternatives->members[type]) || fail(field.name);
  }

  void note_unknown(const flatbuffers::Table* table, const schema::table_descriptor& descriptor) {
    const std::uint8_t* layout = table->GetVTable();
    const std::size_t slots = (flatbuffers::ReadScalar<flatbuffers::voffset_t>(layout) - 4u) / 2u;
    if (slots <= descriptor.fields.size() || unknown_.size() >= most_unknown) return;
    if (!seen_layouts_.insert(layout).second) return;
    // Layouts that do not overlap have no more slots in all than the file has room for.
    for (std::size_t id = descriptor.fields.size(); id < slots && slots_to_read_ > 0; ++id, --slots_to_read_) {
      if (table->GetOptionalFieldOffset(slot(id)) != 0) unknown_.emplace(descriptor.name, id);
    }
  }

  static constexpr std::size_t most_unknown = 100;  // enough for any newer schema

  std::size_t size_;
  flatbuffers::Verifier checks_;
  std::string path_;
  std::set<std::pair<std::string, std::size_t>> unknown_;
  std::unordered_set<const std::uint8_t*> seen_layouts_;
  std::size_t slots_to_read_;
  file_content content_;
};

}  // namespace detail

AEQ_INLINE const flatbuffers::Table* verifier::verify(std::span<const std::uint8_t> bytes, const std::string& file,
                                                      warnings& unknown, file_content& content) {
  if (bytes.size() < 8) {
    throw error(error_code::bad_input,
                file + ": " + std::to_string(bytes.size()) + " bytes are no model; a .tflite file is wanted");
  }
  if (!std::equal(bytes.begin() + 4, bytes.begin() + 8, "TFL3")) {
    throw error(error_code::bad_input, file + ": byte 4: the identifier TFL3 of a .tflite file is missing");
  }
  detail::verification walk(
      bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), flatbuffer_limit))));
  const auto root = flatbuffers::ReadScalar<flatbuffers::uoffset_t>(bytes.data());
  const bool root_inside = root >= 8 && root % 4 == 0 && root < walk.size() - 4;
  const auto* table = reinterpret_cast<const flatbuffers::Table*>(bytes.data() + (root_inside ? root : 0));
  if (!root_inside || !walk.check(table, schema::model)) {
    throw error(error_code::bad_input, file + ": model" + walk.path() +
                                           ": reaches outside the file, or is not laid out as the .tflite schema says; "
                                           "the file is damaged or cut off");
  }
  for (const auto& [name, id] : walk.unknown()) {
    unknown.add(file, "table " + name + ", field " + std::to_string(id) +
                          ": newer than the schema that this version knows; it is left out of what is written");
  }
  content = walk.content();
  return table;
}

}  // namespace aeq::inline AEQ_ABI::model
