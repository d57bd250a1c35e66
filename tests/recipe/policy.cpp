// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/recipe/policy.hpp>
#include <aeq/recipe/policy_json.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/helpers.hpp"

namespace {

using aeq::number_kind;
using aeq::recipe::algorithm;
using aeq::recipe::tensor_config;

constexpr auto whole = aeq::tensorwise::descriptor;
constexpr auto channels = aeq::channelwise::descriptor;

/// Activations and weights of many formats, each computed in every way that a configuration can be constructed.
std::vector<aeq::recipe::op_config> many_configs() {
  const auto tensor = [](int bits, bool symmetric, aeq::granularity_descriptor granularity,
                         number_kind dtype = number_kind::signed_integer) {
    return tensor_config{bits, symmetric, granularity, dtype, {}};
  };
  const std::vector<std::optional<tensor_config>> activations{std::nullopt,
                                                              tensor(8, true, whole),
                                                              tensor(8, false, whole),
                                                              tensor(16, true, whole),
                                                              tensor(16, false, whole),
                                                              tensor(8, false, whole, number_kind::unsigned_integer),
                                                              tensor(8, false, channels)};
  std::vector<tensor_config> weights;
  for (const int bits : {2, 3, 4, 8}) {
    for (const bool symmetric : {true, false}) {
      for (const auto granularity :
           {whole, channels, aeq::blockwise<32>::descriptor, aeq::blockwise<256>::descriptor}) {
        weights.push_back(tensor(bits, symmetric, granularity));
      }
    }
  }
  weights.push_back(tensor(16, true, channels, number_kind::floating));
  weights.push_back(tensor(8, true, channels, number_kind::floating));
  weights.push_back(tensor(8, false, channels, number_kind::unsigned_integer));
  std::vector<aeq::recipe::op_config> all;
  for (const auto& activation : activations) {
    for (const tensor_config& weight : weights) {
      for (const aeq::compute precision : {aeq::compute::integer, aeq::compute::floating}) {
        for (const bool dequantize : {false, true}) {
          const bool integer_activation = activation && activation->dtype == number_kind::signed_integer;
          if (integer_activation && weight.dtype == number_kind::floating) continue;
          if (integer_activation && weight.dtype == number_kind::signed_integer && precision != aeq::compute::integer)
            continue;
          all.push_back({activation, weight, precision, dequantize, false, 0});
        }
      }
    }
  }
  return all;
}

constexpr std::string_view only_int3 = R"({
  "configs": {"three": {"weight_tensor_config": {"num_bits": 3, "symmetric": [true], "granularity": ["CHANNELWISE"],
              "dtype": "INT"}, "explicit_dequantize": false, "compute_precision": "INTEGER"}, "unused": 5},
  "ops_per_config": {"three": ["CONV_2D", "CONV_2D"]}})";

}  // namespace

TEST_SUITE_BEGIN("recipe/policy");

TEST_CASE("The default policy allows as many of 620 configurations as the Python tool's") {
  // Counted with ai-edge-quantizer 0.10, check_op_quantization_config, over the same configurations; op by op the
  // answers were equal too.
  const std::map<std::string_view, int> with_weight{{"OUTPUT", 70},
                                                    {"INPUT", 70},
                                                    {"CONV_2D", 26},
                                                    {"FULLY_CONNECTED", 30},
                                                    {"DEPTHWISE_CONV_2D", 12},
                                                    {"CONV_2D_TRANSPOSE", 12},
                                                    {"EMBEDDING_LOOKUP", 16},
                                                    {"BATCH_MATMUL", 16},
                                                    {"SPACE_TO_DEPTH", 34},
                                                    {"SQUARED_DIFFERENCE", 34},
                                                    {"HARD_SWISH", 34}};
  const aeq::recipe::policy policy;
  const auto configs = many_configs();
  REQUIRE(configs.size() == 620);
  for (const aeq::op::operation_descriptor& operation : aeq::op::catalogue) {
    CAPTURE(operation.name);
    int integers = 0;
    int floats = 0;
    for (const auto& config : configs) {
      integers += policy.allows(algorithm::min_max_uniform_quantize, operation, config) ? 0 : 1;
      floats += policy.allows(algorithm::float_casting, operation, config) ? 0 : 1;
    }
    const auto listed = with_weight.find(operation.name);
    CHECK(integers == (listed == with_weight.end() ? 51 : listed->second));
    CHECK(floats == (operation.allowed.contains(aeq::op::configuration_id::weight_only_wfp16) ? 2 : 0));
  }
}

TEST_CASE("no_quantize and skip_checks pass every check") {
  const aeq::recipe::policy policy;
  aeq::recipe::op_config odd;
  CHECK_FALSE(policy.allows(algorithm::no_quantize, aeq::op::conv_2d::descriptor, odd));
  CHECK(policy.allows(algorithm::min_max_uniform_quantize, aeq::op::conv_2d::descriptor, odd));
  odd.skip_checks = true;
  CHECK_FALSE(policy.allows(algorithm::min_max_uniform_quantize, aeq::op::conv_2d::descriptor, odd));
}

TEST_CASE("A refusal says which requirement is broken and what is allowed") {
  const aeq::recipe::policy policy;
  aeq::recipe::op_config config = aeq::recipe::config_of(aeq::descriptor_of<aeq::dynamic_wi8_afp32>);
  config.weight->num_bits = 3;
  const auto reason = policy.allows(algorithm::min_max_uniform_quantize, aeq::op::conv_2d::descriptor, config);
  REQUIRE(reason);
  CHECK(recipe_test::contains(*reason, "weights int3 symmetric CHANNELWISE"));
  CHECK(recipe_test::contains(*reason, "weight_bits_of_operation"));
  CHECK(recipe_test::contains(*reason, "dynamic_wi8_afp32, dynamic_wi4_afp32, dynamic_wi2_afp32"));
}

TEST_CASE("A policy file replaces what min_max_uniform_quantize may do, and nothing else") {
  const aeq::recipe::policy policy = aeq::recipe::parse_policy(only_int3, "p.json");
  aeq::recipe::op_config config = aeq::recipe::config_of(aeq::descriptor_of<aeq::dynamic_wi8_afp32>);
  CHECK(policy.allows(algorithm::min_max_uniform_quantize, aeq::op::conv_2d::descriptor, config));
  config.weight->num_bits = 3;
  config.min_weight_elements = 7;
  CHECK_FALSE(policy.allows(algorithm::min_max_uniform_quantize, aeq::op::conv_2d::descriptor, config));
  CHECK(policy.allows(algorithm::min_max_uniform_quantize, aeq::op::fully_connected::descriptor, config));
  const auto halves = aeq::recipe::config_of(aeq::descriptor_of<aeq::weight_only_wfp16_afp32>);
  CHECK_FALSE(policy.allows(algorithm::float_casting, aeq::op::conv_2d::descriptor, halves));
}

TEST_CASE("A policy's configuration without a table row gets a derived scheme") {
  const aeq::recipe::policy policy = aeq::recipe::parse_policy(only_int3, "p.json");
  aeq::recipe::load_options options;
  options.checks = &policy;
  const auto r = aeq::recipe::parse("[" + recipe_test::dynamic_rule(".*", "CONV_2D", 3) + "]", "r.json", options);
  aeq::warnings doubts;
  const recipe_test::fake_model model{{{aeq::op::code::conv_2d, "a;"}}};
  const auto plan = aeq::recipe::resolve(r, policy, aeq::builtin_table(), model, doubts);
  CHECK(plan.subgraphs[0].operations[0].scheme_name == "dynamic_wi3_afp32");
  CHECK((plan.subgraphs[0].operations[0].fits.narrow != nullptr));
}

TEST_CASE(
    "The default policy allows an op the configurations of exactly those schemes that the kernel table has for it") {
  const aeq::recipe::policy policy;
  const aeq::kernel_table_view table = aeq::builtin_table();
  for (const aeq::op::operation_descriptor& operation : aeq::op::catalogue) {
    for (const aeq::scheme_descriptor& scheme : table.schemes()) {
      CAPTURE(operation.name);
      CAPTURE(scheme.name);
      const auto reason = policy.allows(aeq::recipe::algorithm_of(scheme), operation, aeq::recipe::config_of(scheme));
      CHECK(reason.has_value() == (table.find(operation.builtin, scheme.name) == nullptr));
    }
  }
}

TEST_CASE("Faulty policies are refused with their place") {
  const auto refused = [](std::string_view text) {
    return recipe_test::message_of([&] { static_cast<void>(aeq::recipe::parse_policy(text, "p.json")); });
  };
  CHECK(recipe_test::contains(refused("[]"), "p.json: [] is no object"));
  CHECK(recipe_test::contains(refused("{}"), "p.json: \"configs\" is missing"));
  CHECK(recipe_test::contains(refused(R"({"configs": {"ab": {}}, "ops_per_config": {"abc": []}})"),
                              "p.json: /ops_per_config/abc: there is no such configuration in configs; \"ab\""));
  CHECK(recipe_test::contains(refused(R"({"configs": {"a": {}}, "ops_per_config": {"a": ["CONV2D"]}})"),
                              "p.json: /ops_per_config/a/0: \"CONV2D\" is no operation of a recipe; \"CONV_2D\""));
  CHECK(recipe_test::contains(refused(R"({"configs": {"a": {}}, "ops_per_config": {"a": ["ADD"]}})"),
                              "p.json: /configs/a: \"weight_tensor_config\" is missing"));
  CHECK(recipe_test::contains(refused(R"({"configs": {"a": {"bits": 1}}, "ops_per_config": {"a": ["ADD"]}})"),
                              "p.json: /configs/a/bits: this key is unknown"));
}

TEST_SUITE_END();
