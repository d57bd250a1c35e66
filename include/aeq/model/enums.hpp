// SPDX-License-Identifier: Apache-2.0
// Enumerations of the .tflite schema that the house works with. (spec: tflite_schema, section 3)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::model {

// clang-format off
enum class tensor_type : std::int8_t {
  float32, float16, int32, uint8, int64, string, boolean, int16, complex64, int8, float64, complex128, uint64, resource,
  variant, uint32, uint16, int4, bfloat16, int2, uint4, float8_e4m3fn, float8_e5m2
};

struct tensor_type_facts {
  std::string_view name;
  std::uint8_t bits;  ///< per element; 0 where elements have no fixed size
};

inline constexpr std::array<tensor_type_facts, 23> tensor_types{{
    {"FLOAT32", 32}, {"FLOAT16", 16}, {"INT32", 32}, {"UINT8", 8}, {"INT64", 64}, {"STRING", 0}, {"BOOL", 8},
    {"INT16", 16}, {"COMPLEX64", 64}, {"INT8", 8}, {"FLOAT64", 64}, {"COMPLEX128", 128}, {"UINT64", 64},
    {"RESOURCE", 0}, {"VARIANT", 0}, {"UINT32", 32}, {"UINT16", 16}, {"INT4", 4}, {"BFLOAT16", 16}, {"INT2", 2},
    {"UINT4", 4}, {"FLOAT8_E4M3FN", 8}, {"FLOAT8_E5M2", 8}}};
// clang-format on

[[nodiscard]] constexpr bool is_known(tensor_type type) noexcept {
  return static_cast<int>(type) >= 0 && static_cast<std::size_t>(type) < tensor_types.size();
}
[[nodiscard]] constexpr std::string_view name_of(tensor_type type) noexcept {
  return is_known(type) ? tensor_types[static_cast<std::size_t>(type)].name : std::string_view("?");
}
/// Bits of one element, 0 where elements have no fixed size.
[[nodiscard]] constexpr int bits_of(tensor_type type) noexcept {
  return is_known(type) ? tensor_types[static_cast<std::size_t>(type)].bits : 0;
}

}  // namespace aeq::inline AEQ_ABI::model
