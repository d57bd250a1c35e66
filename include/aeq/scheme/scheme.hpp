// SPDX-License-Identifier: Apache-2.0
// A scheme: activation format x weight format x compute precision x execution mode, and optional policies.
// Freestanding.
#pragma once

#include <concepts>
#include <string_view>

#include <aeq/core/text.hpp>
#include <aeq/core/type_list.hpp>
#include <aeq/scheme/compute.hpp>
#include <aeq/scheme/fit.hpp>
#include <aeq/scheme/number_format.hpp>

namespace aeq::inline AEQ_ABI {

/// A scheme put together from its four axes. A scheme of one's own is any struct with the same members:
///
///     struct my_scheme {
///       static constexpr std::string_view name = "my_scheme";   // the JSON recipe's name for it
///       using activation = aeq::float32;
///       using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
///       static constexpr auto compute_precision = aeq::compute::integer;
///       static constexpr auto execution_mode = aeq::execution::dynamic_range;
///       using policies = aeq::type_list<aeq::power_of_two_fit>;  // optional
///     };
///     static_assert(aeq::verify<my_scheme>());
///
/// or one that derives from an alias: `struct my_scheme : aeq::scheme<...> { static constexpr ... name = ...; };`
template <class Activation, class Weight, compute Compute, execution Mode, class... Policies>
struct scheme {
  using activation = Activation;
  using weight = Weight;
  static constexpr compute compute_precision = Compute;
  static constexpr execution execution_mode = Mode;
  using policies = type_list<Policies...>;
};

/// What a scheme says, as data.
struct scheme_descriptor {
  std::string_view name;
  format_descriptor activation{};
  format_descriptor weight{};
  compute compute_precision = compute::floating;
  execution execution_mode = execution::weight_only;

  /// Same formats, compute and mode; the name does not count.
  [[nodiscard]] constexpr bool same_arithmetic(const scheme_descriptor& other) const {
    return activation == other.activation && weight == other.weight && compute_precision == other.compute_precision &&
           execution_mode == other.execution_mode;
  }
};

namespace detail {

constexpr void append_format(short_text<64>& text, char role, const format_descriptor& format, symmetry usual) {
  text.append({&role, 1});
  switch (format.kind) {
    case number_kind::floating: text.append("fp"); break;
    case number_kind::signed_integer: text.append("i"); break;
    case number_kind::unsigned_integer: text.append("u"); break;
  }
  text.append_number(format.bits);
  if (!format.is_integer()) return;
  if (role == 'w' && format.granularity.kind == granularity_kind::tensorwise) text.append("t");
  if (format.granularity.kind == granularity_kind::blockwise) {
    text.append("b").append_number(format.granularity.block_elements);
  }
  if (format.zero != usual) text.append(format.is_symmetric() ? "_symmetric" : "_asymmetric");
}

}  // namespace detail

/// The published recipe's name of a combination: "dynamic_wi8_afp32", "weight_only_wi4t_asymmetric_afp32",
/// "static_wi8_ai8". Channelwise weights, symmetric weights and asymmetric 8-bit activations go without saying.
[[nodiscard]] constexpr short_text<64> derived_name(const format_descriptor& activation,
                                                    const format_descriptor& weight, execution mode) {
  short_text<64> text;
  switch (mode) {
    case execution::dynamic_range: text.append("dynamic_"); break;
    case execution::weight_only: text.append("weight_only_"); break;
    case execution::static_range: text.append("static_"); break;
  }
  detail::append_format(text, 'w', weight, symmetric);
  text.append("_");
  detail::append_format(text, 'a', activation, activation.bits == 8 ? asymmetric : symmetric);
  return text;
}

namespace detail {

template <class Scheme>
struct scheme_name {
  static constexpr short_text<64> derived =
      derived_name(Scheme::activation::descriptor, Scheme::weight::descriptor, Scheme::execution_mode);
  static constexpr std::string_view value = derived.view();
};
template <class Scheme>
requires requires {
  std::string_view(Scheme::name);
}
struct scheme_name<Scheme> {
  static constexpr std::string_view value = Scheme::name;
};

template <class Scheme>
struct scheme_policies {
  using type = type_list<>;
};
template <class Scheme>
requires requires {
  typename Scheme::policies;
}
struct scheme_policies<Scheme> {
  using type = flat_list<typename Scheme::policies>;
};

template <class Category, class Default, class List>
struct policy_in_list;
template <class Category, class Default, class... Policies>
struct policy_in_list<Category, Default, type_list<Policies...>> {
  using type = policy_or<Category, Default, Policies...>;
};

}  // namespace detail

/// The policies that a scheme names, as a type_list.
template <class Scheme>
using policies_of = typename detail::scheme_policies<Scheme>::type;

/// The policy of `Category` that a scheme names in its `policies`, or `Default`.
template <class Scheme, class Category, class Default>
using policy_of = typename detail::policy_in_list<Category, Default, policies_of<Scheme>>::type;

template <class Scheme>
inline constexpr std::string_view name_of_scheme = detail::scheme_name<Scheme>::value;

template <class Scheme>
inline constexpr scheme_descriptor descriptor_of{name_of_scheme<Scheme>, Scheme::activation::descriptor,
                                                 Scheme::weight::descriptor, Scheme::compute_precision,
                                                 Scheme::execution_mode};

}  // namespace aeq::inline AEQ_ABI
