// SPDX-License-Identifier: Apache-2.0
// Why an op does not take a scheme: one sentence per requirement of op/concepts.hpp (scheme/requirements.hpp says how).
// Freestanding.
#pragma once

#include <array>

#include <aeq/op/concepts.hpp>
#include <aeq/scheme/requirements.hpp>

namespace aeq::inline AEQ_ABI {

namespace broken {

#define AEQ_ARGUMENT_ORDER                                                                                           \
  "aeq: argument_order: a scheme stands where an op is expected, and an op where a scheme is; write verify<Scheme, " \
  "Op>, add<Scheme, Op> and supports<Op, Scheme>"
template <class Op, class Scheme>
__attribute__((unavailable(AEQ_ARGUMENT_ORDER))) consteval bool argument_order() {
  return false;
}

#define AEQ_OPERATION_TYPE \
  "aeq: operation_type: this is no op of the catalogue; take one of aeq::op, such as aeq::op::conv_2d"
template <class Op>
__attribute__((unavailable(AEQ_OPERATION_TYPE))) consteval bool operation_type() {
  return false;
}

#define AEQ_MODE_OF_OPERATION                                                                                          \
  "aeq: mode_of_operation: the op has no form for this execution mode; dynamic_range and weight_only need an op with " \
  "a weight, EMBEDDING_LOOKUP has no static_range"
template <class Op, class Scheme>
__attribute__((unavailable(AEQ_MODE_OF_OPERATION))) consteval bool mode_of_operation() {
  return false;
}

#define AEQ_ACTIVATION_OF_OPERATION                                                                               \
  "aeq: activation_of_operation: no kernel of the op takes activations of this format; docs/operations.md lists " \
  "those that it takes"
template <class Op, class Scheme, int ActivationBits>
__attribute__((unavailable(AEQ_ACTIVATION_OF_OPERATION))) consteval bool activation_of_operation() {
  return false;
}

#define AEQ_WEIGHT_BITS_OF_OPERATION                                                                                 \
  "aeq: weight_bits_of_operation: no kernel of the op takes weights of this width in this mode; docs/operations.md " \
  "lists those that it takes"
template <class Op, class Scheme, int WeightBits>
__attribute__((unavailable(AEQ_WEIGHT_BITS_OF_OPERATION))) consteval bool weight_bits_of_operation() {
  return false;
}

#define AEQ_GRANULARITY_OF_OPERATION                                                                           \
  "aeq: granularity_of_operation: no kernel of the op takes this granularity or symmetry of the weight; take " \
  "channelwise or tensorwise, symmetric"
template <class Op, class Scheme>
__attribute__((unavailable(AEQ_GRANULARITY_OF_OPERATION))) consteval bool granularity_of_operation() {
  return false;
}

}  // namespace broken

/// The requirements on a pair of op and scheme, in the order of checking.
inline constexpr std::array operation_requirements{
    requirement{"argument_order", AEQ_ARGUMENT_ORDER},
    requirement{"operation_type", AEQ_OPERATION_TYPE},
    requirement{"mode_of_operation", AEQ_MODE_OF_OPERATION},
    requirement{"activation_of_operation", AEQ_ACTIVATION_OF_OPERATION},
    requirement{"weight_bits_of_operation", AEQ_WEIGHT_BITS_OF_OPERATION},
    requirement{"granularity_of_operation", AEQ_GRANULARITY_OF_OPERATION}};

#undef AEQ_ARGUMENT_ORDER
#undef AEQ_OPERATION_TYPE
#undef AEQ_MODE_OF_OPERATION
#undef AEQ_ACTIVATION_OF_OPERATION
#undef AEQ_WEIGHT_BITS_OF_OPERATION
#undef AEQ_GRANULARITY_OF_OPERATION

/// Whether an op takes a scheme. Where it does not, it fails to compile with the first requirement that the pair
/// breaks: the later ones stand behind the earlier, so that one mistake is one error.
template <class Op, class Scheme>
consteval bool verify_operation() {
  if constexpr (!argument_order<Op, Scheme>) {
    return broken::argument_order<Op, Scheme>();
  } else if constexpr (!operation_type<Op>) {
    return broken::operation_type<Op>();
  } else if constexpr (!quantization_scheme<Scheme>) {
    return verify_scheme<Scheme>();
  } else if constexpr (!mode_of_operation<Op, Scheme>) {
    return broken::mode_of_operation<Op, Scheme>();
  } else if constexpr (!activation_of_operation<Op, Scheme>) {
    return broken::activation_of_operation<Op, Scheme, Scheme::activation::descriptor.bits>();
  } else if constexpr (!weight_bits_of_operation<Op, Scheme>) {
    return broken::weight_bits_of_operation<Op, Scheme, Scheme::weight::descriptor.bits>();
  } else if constexpr (!granularity_of_operation<Op, Scheme>) {
    return broken::granularity_of_operation<Op, Scheme>();
  }
  return true;
}

}  // namespace aeq::inline AEQ_ABI
