// SPDX-License-Identifier: Apache-2.0
// Packing of 2- and 4-bit integers: flat over the whole tensor, first element in the low bits, two's complement, the
// last byte filled with zeros. Freestanding, constexpr. (spec: numerics, section 2.3)
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

/// Bytes that `elements` integers of `bits` (2, 4, 8, 16, 32, 64) take in the file.
template <std::integral Count>
[[nodiscard]] constexpr Count packed_bytes(Count elements, int bits) noexcept {
  if (bits < 8) {
    const auto per_byte = static_cast<Count>(8 / bits);
    return static_cast<Count>(elements / per_byte + (elements % per_byte != 0 ? 1 : 0));
  }
  return static_cast<Count>(elements * static_cast<Count>(bits / 8));
}

/// Packs integers, one per int8, into `packed`, which holds packed_bytes(values.size(), Bits) bytes.
template <int Bits>
requires(Bits == 2 || Bits == 4) constexpr void pack(std::span<const std::int8_t> values,
                                                     std::span<std::uint8_t> packed) noexcept {
  constexpr std::size_t per_byte = 8 / Bits;
  constexpr unsigned mask = (1u << Bits) - 1u;
  const std::size_t whole = values.size() / per_byte;
  for (std::size_t i = 0; i < whole; ++i) {
    unsigned byte = 0;
    for (std::size_t j = 0; j < per_byte; ++j) {
      byte |= (static_cast<unsigned>(values[i * per_byte + j]) & mask) << (j * Bits);
    }
    packed[i] = static_cast<std::uint8_t>(byte);
  }
  unsigned byte = 0;
  for (std::size_t i = whole * per_byte; i < values.size(); ++i) {
    byte |= (static_cast<unsigned>(values[i]) & mask) << ((i - whole * per_byte) * Bits);
  }
  if (whole * per_byte < values.size()) packed[whole] = static_cast<std::uint8_t>(byte);
}

/// The integer at `index` of packed data.
template <int Bits>
requires(Bits == 2 || Bits == 4) [[nodiscard]] constexpr std::int8_t
    unpack(std::span<const std::uint8_t> packed, std::size_t index) noexcept {
  constexpr std::size_t per_byte = 8 / Bits;
  const unsigned field =
      (static_cast<unsigned>(packed[index / per_byte]) >> ((index % per_byte) * Bits)) & ((1u << Bits) - 1u);
  constexpr unsigned sign = 1u << (Bits - 1);
  return static_cast<std::int8_t>(static_cast<int>(field ^ sign) - static_cast<int>(sign));
}

/// Unpacks into one int8 per value.
template <int Bits>
constexpr void unpack_all(std::span<const std::uint8_t> packed, std::span<std::int8_t> values) noexcept {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = unpack<Bits>(packed, i);
}

}  // namespace aeq::inline AEQ_ABI
