// SPDX-License-Identifier: Apache-2.0
// The accumulator of a scheme's inner product, and how deep a product it can hold. Freestanding.
// 8-bit activations accumulate in 32 bits, 16-bit ones in 64, as LiteRT's kernels do (spec: kernels, section 2).
#pragma once

#include <cstdint>
#include <limits>

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

/// The largest magnitude of (activation - zero point) x weight. With a zero point the difference takes as many bits as
/// the activation has, without one less. Dynamic range counts as with one: kernels may choose it at run time.
[[nodiscard]] constexpr std::uint64_t largest_product(const scheme_descriptor& s) {
  const int bits = computed_activation_bits(s);
  const bool zero_point = s.execution_mode == execution::dynamic_range || !s.activation.is_symmetric();
  const std::uint64_t activation = zero_point ? (std::uint64_t(1) << bits) - 1 : std::uint64_t(1) << (bits - 1);
  return activation * static_cast<std::uint64_t>(-s.weight.lowest_quantized());
}

/// How many products a sum may have so that no accumulator overflows; no limit where the arithmetic is floating.
///
/// Static range adds an integer bias to the same accumulator. The products then get one half of its range, so that any
/// bias of magnitude below 2^(bits - 2) fits beside them: 2^30 for 8-bit activations. A larger bias is a property of
/// the model and not of the scheme. Dynamic range adds its bias in floats.
[[nodiscard]] constexpr std::uint64_t deepest_product(const scheme_descriptor& s) {
  const int bits = accumulator_bits(s);
  if (bits == 0) return std::numeric_limits<std::uint64_t>::max();
  const bool integer_bias = s.execution_mode == execution::static_range;
  const std::uint64_t room = integer_bias ? std::uint64_t(1) << (bits - 2) : (std::uint64_t(1) << (bits - 1)) - 1;
  return room / largest_product(s);
}

/// No sum of `Depth` products of the scheme can overflow, bias included (deepest_product says which).
template <class Scheme, std::uint64_t Depth>
concept accumulator_fits = Depth <= deepest_product(descriptor_of<Scheme>);

}  // namespace aeq::inline AEQ_ABI
