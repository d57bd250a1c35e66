// SPDX-License-Identifier: Apache-2.0
// The .tflite schema as data: one constexpr descriptor per FlatBuffer table. Reading, verifying, writing and describing
// a model all walk these; there is no generated code. (spec: tflite_schema, section 2)
//
// A field's position in its table's list is its id.
//
// Inside: definitions (*.ipp) include it, other headers do not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::model::schema {

enum class field_type : std::uint8_t {
  boolean,
  int8,
  uint8,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float32,
  string,
  table,       ///< `table` says which
  union_type,  ///< discriminator; the value is the next field
  union_value  ///< `alternatives` says which
};

struct table_descriptor;
struct union_descriptor;

struct field_descriptor {
  std::string_view name;
  field_type type = field_type::int32;
  bool is_vector = false;
  std::int64_t default_value = 0;
  const table_descriptor* table = nullptr;
  const union_descriptor* alternatives = nullptr;
  std::uint8_t alignment = 0;  ///< of a vector's elements, where the schema forces one
  bool deprecated = false;     ///< copied if a file has it, but nobody reads it: no part of a description
};

struct table_descriptor {
  std::string_view name;
  std::span<const field_descriptor> fields;
};

/// Members by discriminator; 0 is none.
struct union_descriptor {
  std::string_view name;
  std::span<const table_descriptor> members;
};

constexpr field_descriptor scalar(std::string_view name, field_type type, std::int64_t default_value = 0) {
  return {name, type, false, default_value, nullptr, nullptr, 0, false};
}
constexpr field_descriptor deprecated(field_descriptor field) {
  field.deprecated = true;
  return field;
}
constexpr field_descriptor vector_of(std::string_view name, field_type element, std::uint8_t alignment = 0) {
  return {name, element, true, 0, nullptr, nullptr, alignment, false};
}
constexpr field_descriptor table(std::string_view name, const table_descriptor& descriptor) {
  return {name, field_type::table, false, 0, &descriptor, nullptr, 0, false};
}
constexpr field_descriptor tables(std::string_view name, const table_descriptor& descriptor) {
  return {name, field_type::table, true, 0, &descriptor, nullptr, 0, false};
}
constexpr field_descriptor union_type(std::string_view name) {
  return {name, field_type::union_type, false, 0, nullptr, nullptr, 0, false};
}
constexpr field_descriptor union_value(std::string_view name, const union_descriptor& alternatives) {
  return {name, field_type::union_value, false, 0, nullptr, &alternatives, 0, false};
}

}  // namespace aeq::inline AEQ_ABI::model::schema
