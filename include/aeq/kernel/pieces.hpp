// SPDX-License-Identifier: Apache-2.0
// Elements of any type as numbers of one: 64 of them at a time, as int64 or float. What is computed seldom is computed
// in these, and so is compiled once for all types. Freestanding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <aeq/core/half.hpp>
#include <aeq/kernel/extents.hpp>
#include <aeq/kernel/operand.hpp>
#include <aeq/kernel/work_sharing.hpp>
#include <aeq/scheme/packing.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Elements that are worth another thread.
inline constexpr std::size_t elements_per_thread = 16384;

/// Elements between two types are handed over in pieces of so many.
inline constexpr std::size_t piece_elements = 64;
using float_piece = std::array<float, piece_elements>;
using integer_piece = std::array<std::int64_t, piece_elements>;

[[nodiscard]] constexpr bool is_float(element_type type) noexcept {
  return type == element_type::float32 || type == element_type::float16;
}

template <class T, class Number>
void load_as(const operand& x, std::size_t begin, std::size_t n, std::array<Number, piece_elements>& piece) noexcept {
  const T* from = reinterpret_cast<const T*>(x.data.data()) + begin;
  for (std::size_t i = 0; i < n; ++i)
    piece[i] = static_cast<Number>(from[i]);  // NOLINT(bugprone-signed-char-misuse): numbers
}

/// n elements, 64 at most, of an operand of integers or truth values.
inline void load(const operand& x, std::size_t begin, std::size_t n, integer_piece& piece) noexcept {
  switch (x.type) {
    case element_type::int2:
    case element_type::int4: {
      const auto packed = x.values<std::uint8_t>();
      for (std::size_t i = 0; i < n; ++i) {  // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers
        piece[i] = x.type == element_type::int2 ? unpack<2>(packed, begin + i) : unpack<4>(packed, begin + i);
      }
      return;
    }
    case element_type::int8: return load_as<std::int8_t>(x, begin, n, piece);
    case element_type::uint8:
    case element_type::boolean: return load_as<std::uint8_t>(x, begin, n, piece);
    case element_type::int16: return load_as<std::int16_t>(x, begin, n, piece);
    case element_type::int32: return load_as<std::int32_t>(x, begin, n, piece);
    default: return load_as<std::int64_t>(x, begin, n, piece);
  }
}

/// n elements, 64 at most, of an operand of floats.
inline void load(const operand& x, std::size_t begin, std::size_t n, float_piece& piece) noexcept {
  if (x.type == element_type::float32) return load_as<float>(x, begin, n, piece);
  const auto halves = x.values<std::uint16_t>();
  for (std::size_t i = 0; i < n; ++i) piece[i] = float_from_float16(halves[begin + i]);
}

/// A number as an integer: wrapped, if it is one; a float toward zero and to the limits, NaN to the highest.
template <class T>
[[nodiscard]] constexpr T to_integer(std::int64_t value) noexcept {
  return static_cast<T>(value);
}
template <class T>
[[nodiscard]] constexpr T to_integer(float value) noexcept {
  constexpr auto lowest = static_cast<float>(std::numeric_limits<T>::min());
  constexpr auto beyond = static_cast<float>(std::uint64_t(1) << std::numeric_limits<T>::digits);
  if (!(value < beyond)) return std::numeric_limits<T>::max();
  return value <= lowest ? std::numeric_limits<T>::min() : static_cast<T>(value);
}

template <class T, class Number>
void store_as(const result_operand& y, std::size_t begin, std::size_t n,
              const std::array<Number, piece_elements>& piece) noexcept {
  T* to = reinterpret_cast<T*>(y.data.data()) + begin;
  for (std::size_t i = 0; i < n; ++i) to[i] = to_integer<T>(piece[i]);
}

/// n numbers, 64 at most, as elements of a result of whole bytes.
template <class Number>
void store(const result_operand& y, std::size_t begin, std::size_t n,
           const std::array<Number, piece_elements>& piece) noexcept {
  switch (y.type) {
    case element_type::float32: {
      const auto to = y.values<float>();
      for (std::size_t i = 0; i < n; ++i) to[begin + i] = static_cast<float>(piece[i]);
      return;
    }
    case element_type::float16: {
      const auto to = y.values<std::uint16_t>();
      for (std::size_t i = 0; i < n; ++i) to[begin + i] = float16_bits(static_cast<float>(piece[i]));
      return;
    }
    case element_type::boolean: {
      const auto to = y.values<std::uint8_t>();
      for (std::size_t i = 0; i < n; ++i) to[begin + i] = piece[i] != Number(0) ? 1 : 0;
      return;
    }
    case element_type::int8: return store_as<std::int8_t>(y, begin, n, piece);
    case element_type::uint8: return store_as<std::uint8_t>(y, begin, n, piece);
    case element_type::int16: return store_as<std::int16_t>(y, begin, n, piece);
    case element_type::int32: return store_as<std::int32_t>(y, begin, n, piece);
    default: return store_as<std::int64_t>(y, begin, n, piece);
  }
}

/// Calls task(begin, n) for pieces that together are `count` elements.
template <class Task>
void for_each_piece(std::size_t count, const work_sharing& share, const Task& task) noexcept {
  share.for_ranges((count + piece_elements - 1) / piece_elements, elements_per_thread / piece_elements,
                   [&](std::size_t begin, std::size_t end) {
                     for (std::size_t i = begin * piece_elements; i < std::min(count, end * piece_elements);
                          i += piece_elements) {
                       task(i, std::min(piece_elements, count - i));
                     }
                   });
}

}  // namespace aeq::inline AEQ_ABI::kernel
