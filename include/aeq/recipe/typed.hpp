// SPDX-License-Identifier: Apache-2.0
// Recipes in C++: schemes and ops are types, and a pair that does not fit does not compile.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <aeq/recipe/recipe.hpp>
#include <aeq/scheme/builtin.hpp>
#include <aeq/table/requirements.hpp>

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

template <class Scheme, class List>
inline constexpr bool is_listed = false;
template <class Scheme, class... Schemes>
inline constexpr bool is_listed<Scheme, type_list<Schemes...>> = (std::is_same_v<Scheme, Schemes> || ...);

/// A built-in scheme is spelt out, so that the Python tool can read the saved rule; any other goes by its name.
template <class Scheme>
[[nodiscard]] rule typed_rule(const std::string& regex, std::string_view operation) {
  constexpr scheme_descriptor scheme = descriptor_of<Scheme>;
  rule made{regex, std::string(operation), algorithm_of(scheme), {}, config_of(scheme), {}};
  if constexpr (!is_listed<Scheme, flat_list<builtin_schemes>>) made.scheme = scheme.name;
  return made;
}

template <class Op>
consteval bool verify_operation_type() {
  if constexpr (!operation_type<Op>) return broken::operation_type<Op>();
  return true;
}

}  // namespace detail

template <class Scheme, class... Ops>
void recipe::add(std::string regex, std::uint64_t min_weight_elements) {
  const auto add_rule = [&](rule made) {
    made.config.min_weight_elements = min_weight_elements;
    add(std::move(made));
  };
  if constexpr (sizeof...(Ops) == 0) {
    if constexpr (aeq::detail::verify_policy<Scheme>()) add_rule(detail::typed_rule<Scheme>(regex, "*"));
  } else {
    if constexpr ((verify_operation<Ops, Scheme>() && ...)) {
      (add_rule(detail::typed_rule<Scheme>(regex, Ops::descriptor.name)), ...);
    }
  }
}

template <class... Ops>
void recipe::leave(std::string regex) {
  if constexpr (sizeof...(Ops) == 0) {
    add(rule{std::move(regex), "*", algorithm::no_quantize, {}, {}, {}});
  } else if constexpr ((detail::verify_operation_type<Ops>() && ...)) {
    (add(rule{regex, std::string(Ops::descriptor.name), algorithm::no_quantize, {}, {}, {}}), ...);
  }
}

}  // namespace aeq::inline AEQ_ABI::recipe
