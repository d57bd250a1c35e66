// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/core/type_list.hpp>
#include <type_traits>

namespace {

using aeq::flat_list;
using aeq::policy_or;
using aeq::type_list;

static_assert(type_list<>::size == 0 && type_list<int, char>::size == 2);
static_assert(std::is_same_v<flat_list<>, type_list<>>);
static_assert(std::is_same_v<flat_list<int>, type_list<int>>);
static_assert(std::is_same_v<flat_list<type_list<int, char>, long, type_list<>, type_list<int>>,
                             type_list<int, char, long, int>>);

struct color {};
struct size {};
struct red {
  using category = color;
};
struct blue {
  using category = color;
};
struct large {
  using category = size;
};

static_assert(std::is_same_v<policy_or<color, blue>, blue>);
static_assert(std::is_same_v<policy_or<color, blue, red, large>, red>);
static_assert(std::is_same_v<policy_or<color, blue, large, red>, red>);  // the order does not matter
static_assert(std::is_same_v<policy_or<color, blue, large>, blue>);
static_assert(std::is_same_v<policy_or<color, void, red, blue>, red>);  // the first of a category

TEST_SUITE_BEGIN("core/type_list");

TEST_CASE("a list of types is checked while this file compiles") {
  CHECK(flat_list<int, type_list<char>>::size == 2);
}

TEST_SUITE_END();

}  // namespace
