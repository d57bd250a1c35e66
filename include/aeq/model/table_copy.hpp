// SPDX-License-Identifier: Apache-2.0
// Copying a table of any kind into a file under construction, field by field as its descriptor says.
//
// Inside: definitions (*.ipp) include it, other headers do not, for it brings FlatBuffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <flatbuffers/flatbuffers.h>

#include <aeq/core/byte_order.hpp>
#include <aeq/model/model.hpp>
#include <aeq/model/schema.hpp>
#include <aeq/model/view.hpp>

namespace aeq::inline AEQ_ABI::model::detail {

using any_offset = flatbuffers::Offset<flatbuffers::Table>;

/// Copies a table and everything below it. The source has been verified.
inline any_offset copy_table(flatbuffers::FlatBufferBuilder& to, const flatbuffers::Table* from,
                             const schema::table_descriptor& descriptor) {
  struct child {
    flatbuffers::voffset_t slot;
    flatbuffers::uoffset_t offset;
  };
  std::vector<child> children;  // a table can't be built while another is open
  const auto add_child = [&](std::size_t id, flatbuffers::uoffset_t offset) { children.push_back({slot(id), offset}); };

  for (std::size_t id = 0; id < descriptor.fields.size(); ++id) {
    const schema::field_descriptor& field = descriptor.fields[id];
    if ((!field.is_vector && is_scalar(field.type)) || from->GetOptionalFieldOffset(slot(id)) == 0) continue;
    if (field.type == schema::field_type::string) {
      const auto* text = from->GetPointer<const flatbuffers::String*>(slot(id));
      add_child(id, to.CreateString(text->c_str(), text->size()).o);
    } else if (field.type == schema::field_type::union_value) {
      const auto type = from->GetField<std::uint8_t>(slot(id - 1), 0);
      if (type == 0 || type >= field.alternatives->members.size()) continue;
      add_child(
          id,
          copy_table(to, from->GetPointer<const flatbuffers::Table*>(slot(id)), field.alternatives->members[type]).o);
    } else if (field.type == schema::field_type::table && field.is_vector) {
      std::vector<any_offset> items;
      for (const flatbuffers::Table* item : *from->GetPointer<const table_vector*>(slot(id))) {
        items.push_back(copy_table(to, item, *field.table));
      }
      add_child(id, to.CreateVector(items).o);
    } else if (field.type == schema::field_type::table) {
      add_child(id, copy_table(to, from->GetPointer<const flatbuffers::Table*>(slot(id)), *field.table).o);
    } else {
      add_child(id, with_scalar(field.type, [&]<class T>(std::type_identity<T>) {
                  const auto* values = from->GetPointer<const flatbuffers::Vector<T>*>(slot(id));
                  if (field.alignment != 0) to.ForceVectorAlignment(values->size(), sizeof(T), field.alignment);
                  if constexpr (is_little_endian || sizeof(T) == 1) {
                    return to.CreateVector(values->data(), values->size()).o;
                  } else {
                    return to.CreateVector(std::vector<T>(values->begin(), values->end())).o;
                  }
                }));
    }
  }

  const auto start = to.StartTable();
  for (const child& c : children) to.AddOffset(c.slot, any_offset(c.offset));
  for (std::size_t id = 0; id < descriptor.fields.size(); ++id) {
    const schema::field_descriptor& field = descriptor.fields[id];
    if (field.is_vector || !is_scalar(field.type)) continue;
    if (field.type == schema::field_type::union_type &&
        from->GetField<std::uint8_t>(slot(id), 0) >= descriptor.fields[id + 1].alternatives->members.size()) {
      continue;
    }
    with_scalar(field.type, [&]<class T>(std::type_identity<T>) {
      const T usual = static_cast<T>(field.default_value);
      to.AddElement<T>(slot(id), from->GetField<T>(slot(id), usual), usual);
    });
  }
  return any_offset(to.EndTable(start));
}

}  // namespace aeq::inline AEQ_ABI::model::detail
