// SPDX-License-Identifier: Apache-2.0
// Which op takes which scheme: the relation as a concept, and one named concept per reason why not. Freestanding.
#pragma once

#include <concepts>

#include <aeq/op/catalogue.hpp>
#include <aeq/scheme/concepts.hpp>

namespace aeq::inline AEQ_ABI {

/// A type from the catalogue.
template <class Op>
concept operation_type = requires {
  { Op::descriptor } -> std::convertible_to<const op::operation_descriptor&>;
};

/// Not a scheme where the op is expected and an op where the scheme is: recipes and verify name the scheme first,
/// relations (supports) the op.
template <class Op, class Scheme>
concept argument_order = !(scheme_members<Op> && operation_type<Scheme>);

namespace detail {

/// Whether an op allows any configuration that agrees with a scheme in the aspects that are asked.
template <class Op, class Scheme>
[[nodiscard]] consteval bool some_configuration(bool mode, bool activation, bool weight_bits) {
  constexpr scheme_descriptor s = descriptor_of<Scheme>;
  for (std::size_t i = 0; i < op::configurations.size(); ++i) {
    if (!Op::descriptor.allowed.contains(static_cast<op::configuration_id>(i))) continue;
    const op::configuration& c = op::configurations[i];
    const bool weight_agrees =
        !Op::descriptor.has_weight() || (c.weight.bits == s.weight.bits && c.weight.kind == s.weight.kind);
    if (mode && c.execution_mode != s.execution_mode) continue;
    if (activation && !c.activation.contains(s.activation)) continue;
    if (weight_bits && !weight_agrees) continue;
    return true;
  }
  return false;
}

}  // namespace detail

/// Dynamic range and weight only need an op with a weight; EMBEDDING_LOOKUP has no static form.
template <class Op, class Scheme>
concept mode_of_operation = detail::some_configuration<Op, Scheme>(true, false, false);

/// The op has a kernel for activations of this format.
template <class Op, class Scheme>
concept activation_of_operation = detail::some_configuration<Op, Scheme>(true, true, false);

/// The op has a kernel for weights of this width.
template <class Op, class Scheme>
concept weight_bits_of_operation = detail::some_configuration<Op, Scheme>(true, true, true);

/// Everything else that the catalogue asks: symmetry and granularity of the weight.
template <class Op, class Scheme>
concept granularity_of_operation = op::allows(Op::descriptor, descriptor_of<Scheme>);

/// The catalogue allows the scheme on the op.
template <class Op, class Scheme>
concept supports = operation_type<Op> && quantization_scheme<Scheme> && granularity_of_operation<Op, Scheme>;

}  // namespace aeq::inline AEQ_ABI
