// SPDX-License-Identifier: Apache-2.0
// Op handlers: what a pair of op and scheme has of its own, which is a fit and, where there is one, a kernel.
// Freestanding.
//
// A handler is thin: everything that a scheme_descriptor or the catalogue can say at run time stays out of it, and what
// it has is data, so that the table instantiates something per scheme and per kernel, and nothing per pair.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

#include <aeq/kernel/kernel.hpp>
#include <aeq/op/concepts.hpp>
#include <aeq/table/concepts.hpp>

namespace aeq::inline AEQ_ABI {

using fit_float = scale_zero_point<float> (*)(range<float>, const format_descriptor&);
using fit_double = scale_zero_point<double> (*)(range<double>, const format_descriptor&);

/// From ranges to parameters, for statistics in float and in double.
struct fit_functions {
  fit_float narrow = nullptr;
  fit_double wide = nullptr;
};

/// The instantiation behind all schemes with one fit.
template <range_fit Fit>
struct shared_handler {
  static constexpr fit_functions fits{&Fit::template fit<float>, &Fit::template fit<double>};
};

/// A kernel, and the op that it is for.
struct kernel_entry {
  op::code operation = op::code::add;
  kernel_functions functions{};
};

namespace detail {

template <class List>
struct kernel_entries;
template <class... Kernels>
struct kernel_entries<type_list<Kernels...>> {
  static constexpr std::array<kernel_entry, sizeof...(Kernels)> value{
      kernel_entry{Kernels::operation::builtin, functions_of<Kernels>()}...};
};

}  // namespace detail

/// The kernels that a scheme brings, as data. Ours for all others are in table/builtin_kernels.hpp.
template <class Scheme>
inline constexpr auto kernels_of = detail::kernel_entries<kernel_list_of<Scheme>>::value;

namespace detail {

[[nodiscard]] constexpr kernel_functions kernel_for(op::code operation, std::span<const kernel_entry> of_scheme) {
  for (const kernel_entry& entry : of_scheme) {
    if (entry.operation == operation) return entry.functions;
  }
  return {};
}

}  // namespace detail

/// The handler of an op under a scheme, for who knows both at compile time. The table has the same in its rows.
template <operation_type Op, quantization_scheme Scheme>
requires supports<Op, Scheme> && usable_kernels<Scheme>
struct op_handler : shared_handler<fit_of<Scheme>> {
  /// All null where the scheme brings none.
  static constexpr kernel_functions kernel = detail::kernel_for(Op::builtin, kernels_of<Scheme>);
};

}  // namespace aeq::inline AEQ_ABI
