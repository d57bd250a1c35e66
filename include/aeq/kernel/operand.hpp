// SPDX-License-Identifier: Apache-2.0
// Operands of a kernel: views of memory that someone else owns, with all that a kernel may ask of a tensor.
// Freestanding. (spec: kernels, section 1; tflite_schema, section 3)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

/// What the elements of a tensor are. 2- and 4-bit integers are packed (scheme/packing.hpp).
enum class element_type : std::uint8_t {
  absent,  ///< no tensor: an optional operand that the op does not have
  float32,
  float16,  ///< as bits (core/half.hpp)
  int2,
  int4,
  int8,
  uint8,
  int16,
  int32,
  int64,
  boolean  ///< a byte, 0 or 1
};

/// As numpy calls it.
[[nodiscard]] constexpr std::string_view name_of(element_type type) noexcept {
  switch (type) {
    case element_type::absent: return "none";
    case element_type::float32: return "float32";
    case element_type::float16: return "float16";
    case element_type::int2: return "int2";
    case element_type::int4: return "int4";
    case element_type::int8: return "int8";
    case element_type::uint8: return "uint8";
    case element_type::int16: return "int16";
    case element_type::int32: return "int32";
    case element_type::int64: return "int64";
    case element_type::boolean: return "bool";
  }
  return "?";
}

/// Bits of an element in memory.
[[nodiscard]] constexpr int bits_of(element_type type) noexcept {
  switch (type) {
    case element_type::absent: return 0;
    case element_type::int2: return 2;
    case element_type::int4: return 4;
    case element_type::int8:
    case element_type::uint8:
    case element_type::boolean: return 8;
    case element_type::float16:
    case element_type::int16: return 16;
    case element_type::float32:
    case element_type::int32: return 32;
    case element_type::int64: return 64;
  }
  return 0;
}

/// A tensor as a kernel sees it. Byte is std::byte for results, const std::byte for the rest.
template <class Byte>
requires std::is_same_v<std::remove_const_t<Byte>, std::byte>
struct basic_operand {
  element_type type = element_type::absent;
  bool is_constant = false;               ///< the same data at every call
  std::span<Byte> data{};                 ///< aligned for its type; holds shape x bits, rounded up to whole bytes
  std::span<const std::int32_t> shape{};  ///< outermost first; empty for a scalar; no extent is negative

  /// real = (integer - zero_point) * scale. No scale: not quantized. One, or one per index of `channel_axis`, or one
  /// per block of `block_elements` neighbours along the last axis.
  std::span<const float> scale{};
  std::span<const std::int32_t> zero_point{};  ///< as many as scales, or none where all are 0
  std::int32_t channel_axis = 0;
  std::int32_t block_elements = 0;  ///< 0: no blocks

  [[nodiscard]] constexpr bool present() const noexcept { return type != element_type::absent; }

  /// Product of the extents; 1 for a scalar, 0 if the operand is absent.
  [[nodiscard]] constexpr std::size_t elements() const noexcept {
    if (!present()) return 0;
    std::size_t product = 1;
    for (const std::int32_t extent : shape) product *= static_cast<std::size_t>(extent);
    return product;
  }

  /// Whether `data` holds all elements of the shape.
  [[nodiscard]] constexpr bool is_complete() const noexcept {
    const auto bits = static_cast<std::uint64_t>(bits_of(type));  // in 32 bits they would have no room from 512 MB on
    return data.size() >= (elements() * bits + 7) / 8;
  }

  /// The elements as what they are. T has the bits of `type`; for packed integers it is std::uint8_t, a byte of them.
  template <class T>
  [[nodiscard]] auto values() const noexcept {
    using value = std::conditional_t<std::is_const_v<Byte>, const T, T>;
    return std::span<value>(reinterpret_cast<value*>(data.data()), data.size() / sizeof(T));
  }
};

using operand = basic_operand<const std::byte>;
using result_operand = basic_operand<std::byte>;

}  // namespace aeq::inline AEQ_ABI
