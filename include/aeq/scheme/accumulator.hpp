// SPDX-License-Identifier: Apache-2.0
// The accumulator of a scheme's inner product, and how deep a product it can hold. Freestanding.
// 8-bit activations accumulate in 32 bits, 16-bit ones in 64, as LiteRT's kernels do (spec: kernels).
#pragma once

#include <bit>
#include <cstdint>

#include <aeq/scheme/scheme.hpp>

namespace aeq::inline AEQ_ABI {

/// Bits of an activation inside the kernel: dynamic range quantizes to 8 at run time.
[[nodiscard]] constexpr int computed_activation_bits(const scheme_descriptor& s) {
  return s.execution_mode == execution::dynamic_range ? 8 : s.activation.bits;
}

/// Bits of the accumulator, sign included; 0 where the arithmetic is floating.
[[nodiscard]] constexpr int accumulator_bits(const scheme_descriptor& s) {
  if (s.compute_precision == compute::floating) return 0;
  return computed_activation_bits(s) > 8 ? 64 : 32;
}

/// Bits that a sum of `depth` products may need, sign included: (activation - 1) + (weight - 1) + ceil(log2(depth))
/// + 1. An asymmetric activation loses its zero point first and takes one bit more.
[[nodiscard]] constexpr int needed_accumulator_bits(const scheme_descriptor& s, std::uint64_t depth) {
  const int zero_point_bit = s.activation.is_integer() && !s.activation.is_symmetric() ? 1 : 0;
  const int depth_bits = depth > 1 ? static_cast<int>(std::bit_width(depth - 1)) : 0;
  return (computed_activation_bits(s) - 1 + zero_point_bit) + (s.weight.bits - 1) + depth_bits + 1;
}

/// No sum of `Depth` products of the scheme can overflow.
template <class Scheme, std::uint64_t Depth>
concept accumulator_fits = accumulator_bits(descriptor_of<Scheme>)
== 0 || needed_accumulator_bits(descriptor_of<Scheme>, Depth) <= accumulator_bits(descriptor_of<Scheme>);

}  // namespace aeq::inline AEQ_ABI
