// SPDX-License-Identifier: Apache-2.0
// Why an op does not take a scheme: one checker with one sentence per requirement of op/concepts.hpp. Freestanding.
#pragma once

#include <array>

#include <aeq/op/concepts.hpp>
#include <aeq/scheme/requirements.hpp>

namespace aeq::inline AEQ_ABI {

namespace detail {

#define AEQ_OPERATION_TYPE \
  "aeq: operation_type: this is no op of the catalogue; take one of aeq::op, such as aeq::op::conv_2d"
template <class Op>
consteval bool require_operation_type() {
  static_assert(operation_type<Op>, AEQ_OPERATION_TYPE);
  return operation_type<Op>;
}

#define AEQ_MODE_OF_OPERATION                                                                                          \
  "aeq: mode_of_operation: the op has no form for this execution mode; dynamic_range and weight_only need an op with " \
  "a weight, EMBEDDING_LOOKUP has no static_range"
template <class Op, class Scheme>
consteval bool require_mode_of_operation() {
  static_assert(mode_of_operation<Op, Scheme>, AEQ_MODE_OF_OPERATION);
  return mode_of_operation<Op, Scheme>;
}

#define AEQ_ACTIVATION_OF_OPERATION                                                                               \
  "aeq: activation_of_operation: no kernel of the op takes activations of this format; docs/operations.md lists " \
  "those that it takes"
template <class Op, class Scheme, int ActivationBits>
consteval bool require_activation_of_operation() {
  static_assert(activation_of_operation<Op, Scheme>, AEQ_ACTIVATION_OF_OPERATION);
  return activation_of_operation<Op, Scheme>;
}

#define AEQ_WEIGHT_BITS_OF_OPERATION                                                                                 \
  "aeq: weight_bits_of_operation: no kernel of the op takes weights of this width in this mode; docs/operations.md " \
  "lists those that it takes"
template <class Op, class Scheme, int WeightBits>
consteval bool require_weight_bits_of_operation() {
  static_assert(weight_bits_of_operation<Op, Scheme>, AEQ_WEIGHT_BITS_OF_OPERATION);
  return weight_bits_of_operation<Op, Scheme>;
}

#define AEQ_GRANULARITY_OF_OPERATION                                                                           \
  "aeq: granularity_of_operation: no kernel of the op takes this granularity or symmetry of the weight; take " \
  "channelwise or tensorwise, symmetric"
template <class Op, class Scheme>
consteval bool require_granularity_of_operation() {
  static_assert(granularity_of_operation<Op, Scheme>, AEQ_GRANULARITY_OF_OPERATION);
  return granularity_of_operation<Op, Scheme>;
}

}  // namespace detail

/// The requirements on a pair of op and scheme, in the order of checking.
inline constexpr std::array operation_requirements{
    requirement{"operation_type", AEQ_OPERATION_TYPE}, requirement{"mode_of_operation", AEQ_MODE_OF_OPERATION},
    requirement{"activation_of_operation", AEQ_ACTIVATION_OF_OPERATION},
    requirement{"weight_bits_of_operation", AEQ_WEIGHT_BITS_OF_OPERATION},
    requirement{"granularity_of_operation", AEQ_GRANULARITY_OF_OPERATION}};

#undef AEQ_OPERATION_TYPE
#undef AEQ_MODE_OF_OPERATION
#undef AEQ_ACTIVATION_OF_OPERATION
#undef AEQ_WEIGHT_BITS_OF_OPERATION
#undef AEQ_GRANULARITY_OF_OPERATION

/// Fails to compile with the first requirement that the pair breaks. The later ones stand behind the earlier: one
/// mistake is one error.
template <class Op, class Scheme>
consteval bool verify_operation() {
  if constexpr (!operation_type<Op>) {
    return detail::require_operation_type<Op>();
  } else if constexpr (!quantization_scheme<Scheme>) {
    return verify_scheme<Scheme>();
  } else if constexpr (!mode_of_operation<Op, Scheme>) {
    return detail::require_mode_of_operation<Op, Scheme>();
  } else if constexpr (!activation_of_operation<Op, Scheme>) {
    return detail::require_activation_of_operation<Op, Scheme, Scheme::activation::descriptor.bits>();
  } else if constexpr (!weight_bits_of_operation<Op, Scheme>) {
    return detail::require_weight_bits_of_operation<Op, Scheme, Scheme::weight::descriptor.bits>();
  } else {
    return detail::require_granularity_of_operation<Op, Scheme>();
  }
}

}  // namespace aeq::inline AEQ_ABI
