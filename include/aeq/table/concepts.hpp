// SPDX-License-Identifier: Apache-2.0
// What a scheme must be to have rows in the kernel table, and what its own kernels must be: one named concept per
// requirement. Freestanding. The sentences are in table/requirements.hpp.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include <aeq/kernel/kernel.hpp>
#include <aeq/op/concepts.hpp>

namespace aeq::inline AEQ_ABI {

/// The policy by which a scheme brings kernels of its own, one per op:
///
///     struct my_fully_connected {
///       using operation = aeq::op::fully_connected;
///       static std::size_t workspace_bytes(const aeq::kernel_arguments&) noexcept;  // may be left out: 0
///       static aeq::status setup(const aeq::kernel_arguments&, std::span<std::byte> workspace) noexcept;
///       static void evaluate(const aeq::kernel_arguments&, std::span<std::byte> workspace) noexcept;
///     };
///     using policies = aeq::type_list<aeq::kernels<my_fully_connected>>;
template <class... Kernels>
struct kernels {
  using category = kernels_category;
  using list = type_list<Kernels...>;
};

template <class Scheme>
using kernel_policy_of = policy_of<Scheme, kernels_category, kernels<>>;

/// A policy of kernels_category says which kernels.
template <class Scheme>
concept kernel_list = requires {
  requires detail::is_list<typename kernel_policy_of<Scheme>::list>;
};

template <class Scheme>
using kernel_list_of = flat_list<typename kernel_policy_of<Scheme>::list>;

// One kernel.

/// It says which op it is for: one that runs, which the two that stand for a graph's edges do not.
template <class Kernel>
concept kernel_operation = requires {
  requires operation_type<typename Kernel::operation>;
  requires !Kernel::operation::descriptor.is_virtual();
};

namespace detail {

/// Any member workspace_bytes, of the right form or not: a wrong one must not pass for none.
template <class Kernel>
concept declares_workspace = requires {
  Kernel::workspace_bytes;
}
|| requires {
  &Kernel::workspace_bytes;
};

}  // namespace detail

/// workspace_bytes may be missing, but not be something else. A static_cast picks one of several overloads, and refuses
/// a function that is not noexcept: nobody would catch what it throws.
template <class Kernel>
concept kernel_workspace = !detail::declares_workspace<Kernel> || requires {
  static_cast<workspace_function>(&Kernel::workspace_bytes);
};

template <class Kernel>
concept kernel_setup = requires {
  static_cast<setup_function>(&Kernel::setup);
};

template <class Kernel>
concept kernel_evaluate = requires {
  static_cast<evaluate_function>(&Kernel::evaluate);
};

/// The op takes the scheme; otherwise there is no row that the kernel could stand in.
template <class Kernel, class Scheme>
concept kernel_of_supported_operation = supports<typename Kernel::operation, Scheme>;

// All of them.

namespace detail {

template <class Kernel, class Scheme>
concept usable_kernel = kernel_operation<Kernel> && kernel_workspace<Kernel> && kernel_setup<Kernel> &&
    kernel_evaluate<Kernel> && kernel_of_supported_operation<Kernel, Scheme>;

template <class Scheme, class... Kernels>
[[nodiscard]] consteval bool all_are_usable(const type_list<Kernels...>*) {
  return (usable_kernel<Kernels, Scheme> && ...);
}

template <class... Kernels>
[[nodiscard]] consteval bool no_operation_twice(const type_list<Kernels...>*) {
  const op::code operations[] = {Kernels::operation::builtin..., op::code::graph_input};
  for (std::size_t i = 0; i < sizeof...(Kernels); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (operations[i] == operations[j]) return false;
    }
  }
  return true;
}

template <class Scheme>
inline constexpr const kernel_list_of<Scheme>* kernels_pointer = nullptr;

}  // namespace detail

/// A second kernel for an op would never run.
template <class Scheme>
concept one_kernel_per_operation = detail::no_operation_twice(detail::kernels_pointer<Scheme>);

template <class Scheme>
concept usable_kernels = kernel_list<Scheme> &&
    detail::all_are_usable<Scheme>(detail::kernels_pointer<Scheme>) && one_kernel_per_operation<Scheme>;

// The scheme in a table.

namespace detail {

[[nodiscard]] consteval bool some_operation_allows(const scheme_descriptor& s) {
  const op::matching_configurations matching = op::configurations_of(s);
  for (const op::operation_descriptor& operation : op::catalogue) {
    if (op::allows(operation, matching)) return true;
  }
  return false;
}

}  // namespace detail

/// Some op takes the scheme. One that none takes would quantize nothing, without a word.
template <class Scheme>
concept some_operation = detail::some_operation_allows(descriptor_of<Scheme>);

/// Rows, recipes and listings know schemes by name. The same type twice is harmless.
template <class... Schemes>
concept distinct_names = (detail::is_named_alone<Schemes>(static_cast<const type_list<Schemes...>*>(nullptr)) && ...);

}  // namespace aeq::inline AEQ_ABI
