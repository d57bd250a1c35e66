// SPDX-License-Identifier: Apache-2.0
// A list of types, and looking one up by category. Freestanding.
#pragma once

#include <cstddef>
#include <type_traits>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

template <class... Types>
struct type_list {
  static constexpr std::size_t size = sizeof...(Types);
};

namespace detail {

template <class List, class... More>
struct concatenate {
  using type = List;
};
template <class... Left, class... Right, class... More>
struct concatenate<type_list<Left...>, type_list<Right...>, More...>
    : concatenate<type_list<Left..., Right...>, More...> {};

template <class... Items>
type_list<Items...> listed(const type_list<Items...>*);

template <class Item>
concept is_list = requires(const Item* item) {
  detail::listed(item);
};

template <class Item>
struct as_list {
  using type = type_list<Item>;
};
template <is_list Item>
struct as_list<Item> {
  using type = decltype(detail::listed(static_cast<const Item*>(nullptr)));
};

template <class Category, class Default, class... Policies>
struct find_policy {
  using type = Default;
};
template <class Category, class Default, class First, class... Rest>
struct find_policy<Category, Default, First, Rest...>
    : std::conditional_t<std::is_same_v<typename First::category, Category>, std::type_identity<First>,
                         find_policy<Category, Default, Rest...>> {};

}  // namespace detail

/// One flat list of all items; an item may itself be a list, or a struct that derives from one (compilers then print
/// the struct's name where they would print the whole list).
template <class... Items>
using flat_list = typename detail::concatenate<type_list<>, typename detail::as_list<Items>::type...>::type;

/// The first of `Policies` whose `category` is `Category`; `Default` if there is none. The order of a pack of policies
/// of different categories therefore does not matter.
template <class Category, class Default, class... Policies>
using policy_or = typename detail::find_policy<Category, Default, Policies...>::type;

}  // namespace aeq::inline AEQ_ABI
