// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <aeq/recipe/builtin.hpp>
#include <aeq/recipe/edge_type.hpp>
#include <aeq/recipe/typed.hpp>

#include "recipe/helpers.hpp"

namespace {

using aeq::op::code;
using aeq::recipe::edge_type;
using recipe_test::contains;
using recipe_test::message_of;

aeq::recipe::recipe with_input(const aeq::recipe::recipe& r, edge_type type) {
  return aeq::recipe::with_edge_type(r, code::graph_input, type, aeq::recipe::policy(), aeq::builtin_table());
}

/// What becomes of the inputs, the outputs and the one op.
std::string decided(const aeq::recipe::recipe& r) {
  const recipe_test::fake_model model{{{code::fully_connected, "fc;"}}};
  aeq::warnings doubts;
  const aeq::recipe::plan plan = recipe_test::resolve(r, model, doubts);
  const auto name = [](const aeq::recipe::decision& d) { return d.quantize ? d.scheme_name : std::string("-"); };
  const aeq::recipe::subgraph_plan& g = plan.subgraphs[0];
  return name(g.inputs) + " " + name(g.operations[0]) + " " + name(g.outputs);
}

}  // namespace

TEST_SUITE("recipe/edge_type") {
  TEST_CASE("names and types are each other's inverse, and other names are none") {
    for (const std::string_view name : aeq::recipe::edge_type_names) {
      CHECK(aeq::recipe::name_of(*aeq::recipe::edge_type_of(name)) == name);
    }
    CHECK_FALSE(aeq::recipe::edge_type_of("int4"));
    CHECK_FALSE(aeq::recipe::edge_type_of(""));
  }

  TEST_CASE("a type is a last rule: inputs change, ops and outputs do not") {
    const aeq::recipe::recipe r = aeq::recipe::open("static_wi8_ai8");
    CHECK(decided(with_input(r, edge_type::float32)) == "- static_wi8_ai8 static_wi8_ai8");
    CHECK(decided(with_input(r, edge_type::int8)) == "static_wi8_ai8 static_wi8_ai8 static_wi8_ai8");
    CHECK(decided(with_input(r, edge_type::uint8)) == "static_wi8_au8 static_wi8_ai8 static_wi8_ai8");
    CHECK(decided(with_input(r, edge_type::int16)) == "static_wi8_ai16 static_wi8_ai8 static_wi8_ai8");
    const aeq::recipe::recipe both =
        aeq::recipe::with_edge_type(with_input(r, edge_type::uint8), code::graph_output, edge_type::float32,
                                    aeq::recipe::policy(), aeq::builtin_table());
    CHECK(decided(both) == "static_wi8_au8 static_wi8_ai8 -");
  }

  TEST_CASE("a type is the last rule whatever the regular expressions are and however often it is said") {
    const std::string edges = "[" + recipe_test::leave_rule(".*", "INPUT") + "," +
                              recipe_test::leave_rule("(?:.*)", "INPUT") + "," +
                              R"({"regex": "fc", "operation": "*", "scheme": "static_wi8_ai8"},)" +
                              recipe_test::leave_rule("image", "INPUT") + "]";
    const aeq::recipe::recipe r = aeq::recipe::parse(edges, "r.json");
    CHECK(decided(r) == "- static_wi8_ai8 -");
    CHECK(decided(with_input(r, edge_type::int8)) == "static_wi8_ai8 static_wi8_ai8 -");
    CHECK(decided(with_input(with_input(r, edge_type::int8), edge_type::int16)) == "static_wi8_ai16 static_wi8_ai8 -");
  }

  TEST_CASE("a type that the recipe's own rules make is made as they make it") {
    aeq::recipe::recipe r = aeq::recipe::open("static_wi8_ai8_symmetric");
    CHECK(decided(with_input(r, edge_type::int8)) == decided(r));
    CHECK(contains(decided(with_input(r, edge_type::int8)), "ai8_symmetric"));
    CHECK(decided(with_input(r, edge_type::uint8)).starts_with("static_wi8_au8 "));
  }

  TEST_CASE("without a static rule there is nothing that a type could mean") {
    for (const char* name : {"dynamic_wi8_afp32", "weight_only_wfp16_afp32"}) {
      for (const edge_type type : {edge_type::float32, edge_type::int8}) {
        aeq::error_code code{};
        const std::string message =
            message_of([&] { static_cast<void>(with_input(aeq::recipe::open(name), type)); }, &code);
        CHECK(code == aeq::error_code::wrong_usage);
        CHECK(contains(message, "input type " + std::string(aeq::recipe::name_of(type))));
        CHECK(contains(message, "no static rule"));
      }
    }
  }

  TEST_CASE("a type that the policy does not allow is an error, not the next best type") {
    aeq::recipe::policy checks = aeq::recipe::policy::empty();
    const aeq::recipe::recipe r = aeq::recipe::open("static_wi8_ai8");
    aeq::error_code code{};
    const std::string message = message_of(
        [&] {
          static_cast<void>(aeq::recipe::with_edge_type(r, aeq::op::code::graph_output, edge_type::uint8, checks,
                                                        aeq::builtin_table()));
        },
        &code);
    CHECK(code == aeq::error_code::not_quantizable);
    CHECK(contains(message, "output type uint8: OUTPUT does not take"));
  }
}
