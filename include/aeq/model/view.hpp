// SPDX-License-Identifier: Apache-2.0
// Typed access to FlatBuffer tables through their descriptors: view<schema::tensor>(t).get<"shape">(). The field's id,
// type and default come from the descriptor at compile time; an unknown name does not compile.
//
// Inside: definitions (*.ipp) include it, other headers do not, for it brings FlatBuffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include <flatbuffers/flatbuffers.h>

#include <aeq/core/text.hpp>
#include <aeq/model/model.hpp>
#include <aeq/model/schema.hpp>

namespace aeq::inline AEQ_ABI::model {

// (A type of its own: model.hpp names it without FlatBuffers.)
struct table_vector : flatbuffers::Vector<flatbuffers::Offset<flatbuffers::Table>> {};

namespace detail {

/// Position of a field's slot in a vtable.
[[nodiscard]] constexpr flatbuffers::voffset_t slot(std::size_t field) {
  return static_cast<flatbuffers::voffset_t>(4 + 2 * field);
}

template <schema::field_type Type>
struct scalar_of;
template <>
struct scalar_of<schema::field_type::boolean> {
  using type = std::uint8_t;
};
template <>
struct scalar_of<schema::field_type::int8> {
  using type = std::int8_t;
};
template <>
struct scalar_of<schema::field_type::uint8> {
  using type = std::uint8_t;
};
template <>
struct scalar_of<schema::field_type::uint16> {
  using type = std::uint16_t;
};
template <>
struct scalar_of<schema::field_type::int32> {
  using type = std::int32_t;
};
template <>
struct scalar_of<schema::field_type::uint32> {
  using type = std::uint32_t;
};
template <>
struct scalar_of<schema::field_type::int64> {
  using type = std::int64_t;
};
template <>
struct scalar_of<schema::field_type::uint64> {
  using type = std::uint64_t;
};
template <>
struct scalar_of<schema::field_type::float32> {
  using type = float;
};
template <>
struct scalar_of<schema::field_type::union_type> {
  using type = std::uint8_t;
};

[[nodiscard]] constexpr bool is_scalar(schema::field_type type) {
  return type < schema::field_type::string || type == schema::field_type::union_type;
}

/// Calls f with a std::type_identity of a scalar field's C++ type.
template <class Function>
constexpr decltype(auto) with_scalar(schema::field_type type, const Function& f) {
  using t = schema::field_type;
  switch (type) {
    case t::int8: return f(std::type_identity<std::int8_t>{});
    case t::uint16: return f(std::type_identity<std::uint16_t>{});
    case t::int32: return f(std::type_identity<std::int32_t>{});
    case t::uint32: return f(std::type_identity<std::uint32_t>{});
    case t::int64: return f(std::type_identity<std::int64_t>{});
    case t::uint64: return f(std::type_identity<std::uint64_t>{});
    case t::float32: return f(std::type_identity<float>{});
    default: return f(std::type_identity<std::uint8_t>{});  // boolean, uint8, discriminators
  }
}

[[nodiscard]] constexpr std::size_t field_id(const schema::table_descriptor& descriptor, std::string_view name) {
  for (std::size_t i = 0; i < descriptor.fields.size(); ++i) {
    if (descriptor.fields[i].name == name) return i;
  }
  throw "the table has no field of this name";
}

}  // namespace detail

template <const schema::table_descriptor& Descriptor>
class view {
 public:
  explicit view(const flatbuffers::Table* table) : table_(table) {}

  /// A scalar's value; a string as std::optional<std::string_view>; a vector, table or union value as a pointer, null
  /// if absent.
  template <fixed_string Name>
  [[nodiscard]] auto get() const {
    constexpr std::size_t id = detail::field_id(Descriptor, Name.view());
    constexpr schema::field_descriptor field = Descriptor.fields[id];
    constexpr flatbuffers::voffset_t slot = detail::slot(id);
    if constexpr (field.type == schema::field_type::table && field.is_vector) {
      return table_->GetPointer<const table_vector*>(slot);
    } else if constexpr (field.type == schema::field_type::table || field.type == schema::field_type::union_value) {
      return table_->GetPointer<const flatbuffers::Table*>(slot);
    } else if constexpr (field.type == schema::field_type::string) {
      const auto* text = table_->GetPointer<const flatbuffers::String*>(slot);
      return text != nullptr ? std::optional<std::string_view>({text->c_str(), text->size()}) : std::nullopt;
    } else if constexpr (field.is_vector) {
      using element = typename detail::scalar_of<field.type>::type;
      return table_->GetPointer<const flatbuffers::Vector<element>*>(slot);
    } else {
      using value = typename detail::scalar_of<field.type>::type;
      return table_->GetField<value>(slot, static_cast<value>(field.default_value));
    }
  }

 private:
  const flatbuffers::Table* table_;
};

}  // namespace aeq::inline AEQ_ABI::model
