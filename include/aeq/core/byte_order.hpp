// SPDX-License-Identifier: Apache-2.0
// Numbers as a .tflite file holds them: little-endian, wherever they lie. On a little-endian processor these are plain
// loads and stores. Freestanding, constexpr.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big,
              "aeq: the bytes of a number must stand in order, the lowest first or the highest first");

/// Whether a number in memory has the bytes that it has in a file, so that an array of them can be used where it is.
inline constexpr bool is_little_endian = std::endian::native == std::endian::little;

namespace detail {

template <std::size_t Bytes>
struct unsigned_of;
template <>
struct unsigned_of<1> {
  using type = std::uint8_t;
};
template <>
struct unsigned_of<2> {
  using type = std::uint16_t;
};
template <>
struct unsigned_of<4> {
  using type = std::uint32_t;
};
template <>
struct unsigned_of<8> {
  using type = std::uint64_t;
};

}  // namespace detail

/// A number that has 1, 2, 4 or 8 bytes.
template <class T>
concept plain_number = (std::integral<T> || std::floating_point<T>)&&requires {
  typename detail::unsigned_of<sizeof(T)>::type;
};

/// Reads the number whose sizeof(T) bytes start at `from`, which need not be aligned.
template <plain_number T>
[[nodiscard]] constexpr T load_little(const std::uint8_t* from) noexcept {
  using bits = typename detail::unsigned_of<sizeof(T)>::type;
  // One expression without a loop: compilers see the single load in it.
  const auto value = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return static_cast<bits>(((static_cast<std::uint64_t>(from[I]) << (8 * I)) | ...));
  }
  (std::make_index_sequence<sizeof(T)>());
  return std::bit_cast<T>(value);
}

/// Writes the sizeof(T) bytes of a number from `into` on, which need not be aligned.
template <plain_number T>
constexpr void store_little(T value, std::uint8_t* into) noexcept {
  using bits = typename detail::unsigned_of<sizeof(T)>::type;
  const std::uint64_t wide = std::bit_cast<bits>(value);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((into[I] = static_cast<std::uint8_t>(wide >> (8 * I))), ...);
  }
  (std::make_index_sequence<sizeof(T)>());
}

/// Turns numbers of `size` bytes each, one behind the other, from the order of a file to that of this processor, or
/// back.
constexpr void turn_little(std::span<std::uint8_t> numbers, std::size_t size) noexcept {
  if constexpr (is_little_endian) return;
  if (size < 2) return;
  for (; numbers.size() >= size; numbers = numbers.subspan(size)) {
    for (std::size_t i = 0; i < size / 2; ++i) std::swap(numbers[i], numbers[size - 1 - i]);
  }
}

}  // namespace aeq::inline AEQ_ABI
