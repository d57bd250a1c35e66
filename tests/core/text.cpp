// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/core/text.hpp>
#include <string_view>

namespace {

template <aeq::fixed_string Name>
struct field {
  static constexpr std::string_view name = Name.view();
};

static_assert(field<"shape">::name == "shape" && field<"">::name.empty());

static_assert(aeq::short_text<8>("abc").append("de").view() == "abcde");
static_assert(aeq::short_text<4>("abcdef").view() == "abcd");  // longer text is cut
static_assert(aeq::short_text<4>("abc").append("de").append("f").view() == "abcd");
static_assert(aeq::short_text<16>().append_number(0).view() == "0");
static_assert(aeq::short_text<16>("x").append_number(4294967295u).view() == "x4294967295");
static_assert(aeq::short_text<16>().append_number(100).append_number(7).view() == "1007");

TEST_SUITE_BEGIN("core/text");

TEST_CASE("a short text is cut where its capacity ends, also at run time") {
  aeq::short_text<3> text("ab");
  text.append_number(123);
  CHECK(text.view() == "ab1");
  CHECK(text.append("z").view() == "ab1");
}

TEST_SUITE_END();
}  // namespace
