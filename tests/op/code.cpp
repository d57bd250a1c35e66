// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/op/code.hpp>
#include <cctype>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace {

using aeq::op::builtin_name;
using aeq::op::code;

// Numbers of the schema, spread over its length: one missing name shifts all that follow.
static_assert(static_cast<int>(code::add) == 0 && static_cast<int>(code::fully_connected) == 9);
static_assert(static_cast<int>(code::custom) == 32 && static_cast<int>(code::transpose_conv) == 67);
static_assert(static_cast<int>(code::quantize) == 114 && static_cast<int>(code::while_) == 119);
static_assert(static_cast<int>(code::batch_matmul) == 126 && static_cast<int>(code::gelu) == 150);
static_assert(static_cast<int>(code::stablehlo_composite) == 206 && static_cast<int>(code::stablehlo_case) == 209);
static_assert(aeq::op::code_count == static_cast<int>(code::stablehlo_case) + 1);

static_assert(builtin_name(code::add) == "ADD" && builtin_name(code::if_) == "IF");
static_assert(builtin_name(code::stablehlo_case) == "STABLEHLO_CASE");
static_assert(builtin_name(code::graph_input) == "INPUT" && builtin_name(code::graph_output) == "OUTPUT");
static_assert(builtin_name(static_cast<code>(aeq::op::code_count)).empty());
static_assert(builtin_name(static_cast<code>(-3)).empty() && builtin_name(static_cast<code>(INT32_MAX)).empty());

TEST_SUITE_BEGIN("op/code");

TEST_CASE("every builtin operator has a name of its own in capitals") {
  std::set<std::string_view> seen;
  for (std::int32_t number = 0; number < aeq::op::code_count; ++number) {
    const std::string_view name = builtin_name(static_cast<code>(number));
    CAPTURE(number);
    CHECK_FALSE(name.empty());
    CHECK(seen.insert(name).second);
    for (const char c : name) CHECK((std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '_'));
  }
}

TEST_SUITE_END();

}  // namespace
