// SPDX-License-Identifier: Apache-2.0
// Number formats: bits, symmetry, granularity. A type per format for compile time, a descriptor that says the same at
// run time. Freestanding. (spec: numerics, section 1.1)
#pragma once

#include <cstdint>

#include <aeq/config.hpp>
#include <aeq/scheme/granularity.hpp>

namespace aeq::inline AEQ_ABI {

enum class symmetry : std::uint8_t { symmetric, asymmetric };
inline constexpr symmetry symmetric = symmetry::symmetric;    ///< zero point 0
inline constexpr symmetry asymmetric = symmetry::asymmetric;  ///< zero point anywhere in the range

enum class number_kind : std::uint8_t { floating, signed_integer, unsigned_integer };

struct format_descriptor {
  number_kind kind = number_kind::floating;
  std::uint8_t bits = 32;
  symmetry zero = symmetric;
  granularity_descriptor granularity{};

  friend constexpr bool operator==(const format_descriptor&, const format_descriptor&) = default;

  [[nodiscard]] constexpr bool is_integer() const { return kind != number_kind::floating; }
  [[nodiscard]] constexpr bool is_symmetric() const { return zero == symmetric; }

  /// Smallest integer of the format: -2^(bits-1), 0 if unsigned.
  [[nodiscard]] constexpr std::int64_t lowest() const {
    return kind == number_kind::unsigned_integer ? 0 : -(std::int64_t(1) << (bits - 1));
  }
  /// Largest integer of the format.
  [[nodiscard]] constexpr std::int64_t highest() const {
    return (std::int64_t(1) << (kind == number_kind::unsigned_integer ? bits : bits - 1)) - 1;
  }
  /// Smallest integer that quantizing produces: symmetric formats of 8 bits and more leave `lowest` out, so that
  /// negating a value cannot overflow. Never enters the scale.
  [[nodiscard]] constexpr std::int64_t lowest_quantized() const {
    return lowest() + (is_symmetric() && bits >= 8 ? 1 : 0);
  }
};

namespace detail {

/// Widths that no descriptor can say become 0, which storable_bits refuses with a sentence; the compiler's own words
/// would be of narrowing.
[[nodiscard]] constexpr std::uint8_t described_bits(int bits) {
  return bits > 0 && bits <= 64 ? static_cast<std::uint8_t>(bits) : std::uint8_t(0);
}

}  // namespace detail

/// Signed two's complement integers with a scale, and a zero point if asymmetric.
template <int Bits, symmetry Symmetry, class Granularity>
struct integer {
  static constexpr format_descriptor descriptor{number_kind::signed_integer, detail::described_bits(Bits), Symmetry,
                                                Granularity::descriptor};
};

/// Unsigned integers: graph inputs and outputs only, 8 bits, asymmetric.
template <int Bits, symmetry Symmetry, class Granularity>
struct unsigned_integer {
  static constexpr format_descriptor descriptor{number_kind::unsigned_integer, detail::described_bits(Bits), Symmetry,
                                                Granularity::descriptor};
};

struct float32 {
  static constexpr format_descriptor descriptor{number_kind::floating, 32, symmetric, tensorwise::descriptor};
};

struct float16 {
  static constexpr format_descriptor descriptor{number_kind::floating, 16, symmetric, tensorwise::descriptor};
};

}  // namespace aeq::inline AEQ_ABI
