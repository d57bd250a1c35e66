// SPDX-License-Identifier: Apache-2.0
// Why a type is no scheme: one checker with one sentence per requirement of scheme/concepts.hpp. Freestanding.
//
// A checker is a consteval function whose template arguments are the scheme and the numbers at stake, so that compilers
// print them beside the sentence. Doors that users touch call the checkers before any constrained code. A list macro
// could write them shorter, but compilers then bury the sentence in expansion notes.
#pragma once

#include <array>
#include <string_view>

#include <aeq/scheme/accumulator.hpp>
#include <aeq/scheme/concepts.hpp>

namespace aeq::inline AEQ_ABI {

/// A requirement's id, which is also the name of its concept, checker and test, and its sentence.
struct requirement {
  std::string_view id;
  std::string_view sentence;
};

namespace detail {

#define AEQ_SCHEME_MEMBERS                                                                                         \
  "aeq: scheme_members: a scheme needs the members activation and weight (number formats), compute_precision and " \
  "execution_mode; scheme/scheme.hpp shows one in eight lines"
template <class Scheme>
consteval bool require_scheme_members() {
  static_assert(scheme_members<Scheme>, AEQ_SCHEME_MEMBERS);
  return scheme_members<Scheme>;
}

#define AEQ_STORABLE_BITS \
  "aeq: storable_bits: a format has bits that no file stores; integers take 2, 4, 8 or 16 bits, floats 16 or 32"
template <class Scheme, int ActivationBits, int WeightBits>
consteval bool require_storable_bits() {
  static_assert(storable_bits<Scheme>, AEQ_STORABLE_BITS);
  return storable_bits<Scheme>;
}

#define AEQ_KNOWN_BLOCK_SIZE \
  "aeq: known_block_size: blocks of this size have no kernel; take blockwise<32>, <64>, <128> or <256>"
template <class Scheme, int BlockElements>
consteval bool require_known_block_size() {
  static_assert(known_block_size<Scheme>, AEQ_KNOWN_BLOCK_SIZE);
  return known_block_size<Scheme>;
}

#define AEQ_TENSORWISE_ACTIVATION \
  "aeq: tensorwise_activation: activations have one scale per tensor; make the activation format tensorwise"
template <class Scheme>
consteval bool require_tensorwise_activation() {
  static_assert(tensorwise_activation<Scheme>, AEQ_TENSORWISE_ACTIVATION);
  return tensorwise_activation<Scheme>;
}

#define AEQ_ACTIVATION_BITS \
  "aeq: activation_bits: integer activations have 8 or 16 bits; take integer<8, ...> or integer<16, ...>"
template <class Scheme, int ActivationBits>
consteval bool require_activation_bits() {
  static_assert(activation_bits<Scheme>, AEQ_ACTIVATION_BITS);
  return activation_bits<Scheme>;
}

#define AEQ_SYMMETRIC_WIDE_ACTIVATION \
  "aeq: symmetric_wide_activation: 16-bit activations have zero point 0; make the activation format symmetric"
template <class Scheme>
consteval bool require_symmetric_wide_activation() {
  static_assert(symmetric_wide_activation<Scheme>, AEQ_SYMMETRIC_WIDE_ACTIVATION);
  return symmetric_wide_activation<Scheme>;
}

#define AEQ_SYMMETRIC_BLOCKS \
  "aeq: symmetric_blocks: blockwise weights have no zero points; make the weight format symmetric"
template <class Scheme>
consteval bool require_symmetric_blocks() {
  static_assert(symmetric_blocks<Scheme>, AEQ_SYMMETRIC_BLOCKS);
  return symmetric_blocks<Scheme>;
}

#define AEQ_SYMMETRIC_INTEGER_WEIGHT                                                                                 \
  "aeq: symmetric_integer_weight: integer kernels do not subtract a weight's zero point; make the weight symmetric " \
  "or compute in floats"
template <class Scheme>
consteval bool require_symmetric_integer_weight() {
  static_assert(symmetric_integer_weight<Scheme>, AEQ_SYMMETRIC_INTEGER_WEIGHT);
  return symmetric_integer_weight<Scheme>;
}

#define AEQ_ACTIVATION_FITS_MODE                                                                                       \
  "aeq: activation_fits_mode: execution::static_range needs integer activations, the other modes float32; change the " \
  "mode or the activation format"
template <class Scheme>
consteval bool require_activation_fits_mode() {
  static_assert(activation_fits_mode<Scheme>, AEQ_ACTIVATION_FITS_MODE);
  return activation_fits_mode<Scheme>;
}

#define AEQ_COMPUTE_FITS_MODE                                                                         \
  "aeq: compute_fits_mode: execution::weight_only computes in compute::floating, the other modes in " \
  "compute::integer; change one of the two"
template <class Scheme>
consteval bool require_compute_fits_mode() {
  static_assert(compute_fits_mode<Scheme>, AEQ_COMPUTE_FITS_MODE);
  return compute_fits_mode<Scheme>;
}

#define AEQ_INTEGER_WEIGHT                                                                                         \
  "aeq: integer_weight: compute::integer needs integer weights; take integer<...> or execution::weight_only with " \
  "compute::floating"
template <class Scheme>
consteval bool require_integer_weight() {
  static_assert(integer_weight<Scheme>, AEQ_INTEGER_WEIGHT);
  return integer_weight<Scheme>;
}

#define AEQ_USABLE_FIT                                                                                   \
  "aeq: usable_fit: fit cannot be called with a range<T> and a format_descriptor, or does not return a " \
  "scale_zero_point<T>, for both float and double; write it as a template over T, as aeq::min_max_fit does"
template <class Scheme>
consteval bool require_usable_fit() {
  static_assert(usable_fit<Scheme>, AEQ_USABLE_FIT);
  return usable_fit<Scheme>;
}

#define AEQ_ACCUMULATOR_FITS                                                                                          \
  "aeq: accumulator_fits: a sum of Depth products can overflow the accumulator; use a shallower product or narrower " \
  "formats"
template <class Scheme, std::uint64_t Depth, int NeededBits, int AvailableBits>
consteval bool require_accumulator_fits() {
  static_assert(accumulator_fits<Scheme, Depth>, AEQ_ACCUMULATOR_FITS);
  return accumulator_fits<Scheme, Depth>;
}

}  // namespace detail

/// The requirements on a scheme, in the order of checking.
inline constexpr std::array scheme_requirements{requirement{"scheme_members", AEQ_SCHEME_MEMBERS},
                                                requirement{"storable_bits", AEQ_STORABLE_BITS},
                                                requirement{"known_block_size", AEQ_KNOWN_BLOCK_SIZE},
                                                requirement{"tensorwise_activation", AEQ_TENSORWISE_ACTIVATION},
                                                requirement{"activation_bits", AEQ_ACTIVATION_BITS},
                                                requirement{"symmetric_wide_activation", AEQ_SYMMETRIC_WIDE_ACTIVATION},
                                                requirement{"symmetric_blocks", AEQ_SYMMETRIC_BLOCKS},
                                                requirement{"symmetric_integer_weight", AEQ_SYMMETRIC_INTEGER_WEIGHT},
                                                requirement{"activation_fits_mode", AEQ_ACTIVATION_FITS_MODE},
                                                requirement{"compute_fits_mode", AEQ_COMPUTE_FITS_MODE},
                                                requirement{"integer_weight", AEQ_INTEGER_WEIGHT},
                                                requirement{"usable_fit", AEQ_USABLE_FIT},
                                                requirement{"accumulator_fits", AEQ_ACCUMULATOR_FITS}};

#undef AEQ_SCHEME_MEMBERS
#undef AEQ_STORABLE_BITS
#undef AEQ_KNOWN_BLOCK_SIZE
#undef AEQ_TENSORWISE_ACTIVATION
#undef AEQ_ACTIVATION_BITS
#undef AEQ_SYMMETRIC_WIDE_ACTIVATION
#undef AEQ_SYMMETRIC_BLOCKS
#undef AEQ_SYMMETRIC_INTEGER_WEIGHT
#undef AEQ_ACTIVATION_FITS_MODE
#undef AEQ_COMPUTE_FITS_MODE
#undef AEQ_INTEGER_WEIGHT
#undef AEQ_USABLE_FIT
#undef AEQ_ACCUMULATOR_FITS

/// Fails to compile with one sentence per requirement that `Scheme` breaks.
template <class Scheme>
consteval bool verify_scheme() {
  if constexpr (scheme_members<Scheme>) {
    constexpr int activation_width = Scheme::activation::descriptor.bits;
    constexpr int weight_width = Scheme::weight::descriptor.bits;
    constexpr int block_elements = Scheme::weight::descriptor.granularity.block_elements;
    bool all = detail::require_storable_bits<Scheme, activation_width, weight_width>();
    all &= detail::require_known_block_size<Scheme, block_elements>();
    all &= detail::require_tensorwise_activation<Scheme>();
    all &= detail::require_activation_bits<Scheme, activation_width>();
    all &= detail::require_symmetric_wide_activation<Scheme>();
    all &= detail::require_symmetric_blocks<Scheme>();
    all &= detail::require_symmetric_integer_weight<Scheme>();
    all &= detail::require_activation_fits_mode<Scheme>();
    all &= detail::require_compute_fits_mode<Scheme>();
    all &= detail::require_integer_weight<Scheme>();
    all &= detail::require_usable_fit<Scheme>();
    return all;
  } else {
    return detail::require_scheme_members<Scheme>();
  }
}

/// Fails to compile if a sum of `Depth` products of the scheme can overflow.
template <class Scheme, std::uint64_t Depth>
consteval bool verify_accumulator() {
  if constexpr (quantization_scheme<Scheme>) {
    return detail::require_accumulator_fits<Scheme, Depth, needed_accumulator_bits(descriptor_of<Scheme>, Depth),
                                            accumulator_bits(descriptor_of<Scheme>)>();
  } else {
    return verify_scheme<Scheme>();
  }
}

}  // namespace aeq::inline AEQ_ABI
