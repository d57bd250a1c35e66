// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/recipe/json.hpp>
#include <aeq/recipe/policy_json.hpp>
#include <aeq/recipe/save.hpp>
#include <aeq/recipe/typed.hpp>

#include "recipe/helpers.hpp"

namespace {

struct shifts_only {
  static constexpr std::string_view name = "shifts_only";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
  using policies = aeq::type_list<aeq::power_of_two_fit>;
};

using custom_table = aeq::kernel_table<aeq::builtin_schemes, shifts_only>;

aeq::recipe::load_options with_custom_table() {
  aeq::recipe::load_options options;
  options.table = custom_table::view();
  return options;
}

}  // namespace

TEST_SUITE_BEGIN("recipe/typed");

TEST_CASE("A typed rule of a built-in scheme equals the rule that JSON spells") {
  aeq::recipe::recipe typed;
  typed.add<aeq::dynamic_wi4_afp32, aeq::op::conv_2d, aeq::op::fully_connected>("block1/.*");
  typed.leave<aeq::op::conv_2d_transpose>("head");
  const std::string text = "[" + recipe_test::dynamic_rule("block1/.*", "CONV_2D", 4) + "," +
                           recipe_test::dynamic_rule("block1/.*", "FULLY_CONNECTED", 4) + "," +
                           recipe_test::leave_rule("head", "CONV_2D_TRANSPOSE") + "]";
  CHECK(typed == aeq::recipe::parse(text, "r.json"));
}

TEST_CASE("Without operations a typed rule is for all that take the scheme") {
  aeq::recipe::recipe typed;
  typed.add<aeq::dynamic_wi8_afp32>(".*", 1024);
  REQUIRE(typed.rules().size() == 1);
  CHECK(typed.rules()[0].operation == "*");
  CHECK(typed.rules()[0].config.min_weight_elements == 1024);
}

TEST_CASE("A custom scheme is chosen by name, from JSON under either key and from C++") {
  const auto options = with_custom_table();
  const auto by_scheme =
      aeq::recipe::parse(R"([{"regex": "a", "operation": "*", "scheme": "shifts_only"}])", "r", options);
  const auto by_key =
      aeq::recipe::parse(R"([{"regex": "a", "operation": "*", "algorithm_key": "shifts_only"}])", "r", options);
  aeq::recipe::recipe typed;
  typed.add<shifts_only>("a");
  CHECK(by_scheme == by_key);
  CHECK(by_scheme == typed);
  CHECK(aeq::recipe::parse(aeq::recipe::to_text(typed), "r", options) == typed);

  aeq::warnings doubts;
  const recipe_test::fake_model model{{{aeq::op::code::conv_2d, "a;"}, {aeq::op::code::softmax, "a;"}}};
  const auto plan = aeq::recipe::resolve(typed, aeq::recipe::policy(), custom_table::view(), model, doubts);
  const aeq::recipe::decision& convolution = plan.subgraphs[0].operations[0];
  CHECK(convolution.scheme_name == "shifts_only");
  CHECK(convolution.fits.narrow({-1.0f, 3.0f}, convolution.scheme.weight).scale == 0x1p-5f);
  CHECK_FALSE(plan.subgraphs[0].operations[1].quantize);
  CHECK(recipe_test::contains(plan.subgraphs[0].operations[1].reason, "shifts_only"));
}

TEST_CASE("A rule that names a scheme obeys a policy of one's own as a rule that spells it out does") {
  const aeq::recipe::policy policy = aeq::recipe::parse_policy(R"({
    "configs": {"int8": {"weight_tensor_config": {"num_bits": 8, "symmetric": true, "granularity": "CHANNELWISE",
                "dtype": "INT"}, "explicit_dequantize": false, "compute_precision": "INTEGER"}},
    "ops_per_config": {"int8": ["FULLY_CONNECTED"]}})",
                                                               "p.json");
  aeq::recipe::load_options options = with_custom_table();
  options.checks = &policy;
  const recipe_test::fake_model model{{{aeq::op::code::conv_2d, "a;"}, {aeq::op::code::fully_connected, "b;"}}};
  for (const std::string_view scheme : {"shifts_only", "dynamic_wi8_afp32"}) {
    CAPTURE(scheme);
    const auto rule = [&](const char* operation) {
      return R"([{"regex": ".*", "operation": ")" + std::string(operation) + R"(", "scheme": ")" + std::string(scheme) +
             "\"}]";
    };
    aeq::warnings doubts;
    const auto plan = aeq::recipe::resolve(aeq::recipe::parse(rule("*"), "r.json", options), policy,
                                           custom_table::view(), model, doubts);
    const auto& decisions = plan.subgraphs[0].operations;
    CHECK_FALSE(decisions[0].quantize);
    CHECK(recipe_test::contains(decisions[0].reason, "CONV_2D does not take dynamic range, weights int8"));
    CHECK(decisions[1].scheme_name == scheme);

    const auto refusal = [&](const char* operation) {
      return recipe_test::message_of(
          [&] { static_cast<void>(aeq::recipe::parse(rule(operation), "r.json", options)); });
    };
    CHECK(refusal("FULLY_CONNECTED").empty());
    CHECK(recipe_test::contains(refusal("CONV_2D"), "r.json: /0/scheme: CONV_2D does not take dynamic range"));
  }

  aeq::recipe::recipe typed;
  typed.add<shifts_only>(".*");
  aeq::recipe::rule unchecked = typed.rules()[0];
  unchecked.config.skip_checks = true;
  typed.add(unchecked);
  aeq::warnings doubts;
  const auto plan = aeq::recipe::resolve(typed, policy, custom_table::view(), model, doubts);
  CHECK(plan.subgraphs[0].operations[0].scheme_name == "shifts_only");
}

TEST_CASE("A configuration with a custom scheme's arithmetic still means the built-in scheme") {
  const recipe_test::fake_model model{{{aeq::op::code::conv_2d, "a;"}}};
  aeq::recipe::recipe typed;
  typed.add<aeq::dynamic_wi8_afp32>("a");
  aeq::warnings doubts;
  const auto plan = aeq::recipe::resolve(typed, aeq::recipe::policy(), custom_table::view(), model, doubts);
  CHECK(plan.subgraphs[0].operations[0].scheme_name == "dynamic_wi8_afp32");
}

TEST_CASE("A custom scheme that the table lacks is an error that names it") {
  aeq::recipe::recipe typed;
  typed.add<shifts_only>("a");
  aeq::warnings doubts;
  const std::string message =
      recipe_test::message_of([&] { static_cast<void>(recipe_test::resolve(typed, {}, doubts)); });
  CHECK(recipe_test::contains(message, "shifts_only"));
}

TEST_CASE("A scheme's name excludes what contradicts it") {
  const auto options = with_custom_table();
  const auto refused = [&](const char* text) {
    return recipe_test::message_of([&] { static_cast<void>(aeq::recipe::parse(text, "r.json", options)); });
  };
  CHECK(recipe_test::contains(refused(R"([{"regex": "a", "operation": "*", "scheme": "shift_only"}])"),
                              "\"shifts_only\" is the nearest"));
  CHECK(recipe_test::contains(refused(R"([{"regex": "a", "operation": "SOFTMAX", "scheme": "shifts_only"}])"),
                              "r.json: /0/scheme"));
  CHECK(recipe_test::contains(
      refused(R"([{"regex": "a", "operation": "*", "scheme": "shifts_only", "op_config": {"skip_checks": true}}])"),
      "r.json: /0/op_config/skip_checks"));
  CHECK(recipe_test::contains(
      refused(R"([{"regex": "a", "operation": "*", "scheme": "shifts_only", "algorithm_key": "no_quantize"}])"),
      "keep one"));
  CHECK(
      refused(R"([{"regex": "a", "operation": "*", "scheme": "shifts_only", "op_config": {"min_weight_elements": 5}}])")
          .empty());
}

TEST_SUITE_END();
