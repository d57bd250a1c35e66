// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/recipe/json.hpp>
#include <aeq/recipe/save.hpp>
#include <aeq/recipe/spelling.hpp>
#include <string>
#include <string_view>

#include "recipe/helpers.hpp"

namespace {

using recipe_test::contains;
using recipe_test::parse_error;
using recipe_test::with_config;

aeq::recipe::rule only_rule(const std::string& text) {
  const auto rules = aeq::recipe::parse(text, "r.json").rules();
  REQUIRE(rules.size() == 1);
  return rules[0];
}

}  // namespace

TEST_SUITE_BEGIN("recipe/json");

TEST_CASE("What is left out has the format's defaults") {
  const auto rule = only_rule(with_config(R"({"weight_tensor_config": {"num_bits": 8}})"));
  CHECK(rule.place == "r.json: /0");
  CHECK(rule.config.weight->symmetric);
  CHECK(rule.config.weight->granularity == aeq::tensorwise::descriptor);
  CHECK(rule.config.weight->dtype == aeq::number_kind::signed_integer);
  CHECK_FALSE(rule.config.activation);
  CHECK(rule.config.compute_precision == aeq::compute::floating);
  CHECK_FALSE(rule.config.explicit_dequantize);
  CHECK_FALSE(rule.config.skip_checks);
  CHECK(rule.config.min_weight_elements == 0);
}

TEST_CASE("A number that would change on its way through a saved recipe is refused") {
  int refused = 0;
  for (int length = 20; length < 200; ++length) {
    const std::string number = std::string(static_cast<std::size_t>(length) / 2, '7') +
                               std::string(static_cast<std::size_t>(length - length / 2), '8') + "77";
    const std::string text =
        with_config(R"({"weight_tensor_config": {"num_bits": 8, "some_parameter": )" + number + "}}");
    CAPTURE(number);
    try {
      const aeq::recipe::recipe first = aeq::recipe::parse(text, "r.json");
      CHECK(aeq::recipe::parse(aeq::recipe::to_text(first), "saved.json") == first);
    } catch (const aeq::error& e) {
      CHECK(contains(e.what(), "more digits than can be kept"));
      ++refused;
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("Older spellings mean the same as today's") {
  const auto same = [](const char* older, const char* today) {
    CAPTURE(older);
    CHECK(only_rule(with_config(older)) == only_rule(with_config(today)));
  };
  same(R"({"weight_tensor_config": {"num_bits": 8, "channel_wise": true}, "execution_mode": "DRQ"})",
       R"({"weight_tensor_config": {"num_bits": 8, "granularity": "CHANNELWISE"}, "compute_precision": "INTEGER"})");
  same(R"({"weight_tensor_config": {"num_bits": 8, "channel_wise": false}, "execution_mode": "WEIGHT_ONLY"})",
       R"({"weight_tensor_config": {"num_bits": 8}, "compute_precision": "FLOAT", "explicit_dequantize": true})");
  same(R"({"activation_tensor_config": {"num_bits": 8, "symmetric": false}, "weight_tensor_config": {"num_bits": 8},
           "execution_mode": "SRQ"})",
       R"({"activation_tensor_config": {"num_bits": 8, "symmetric": false}, "weight_tensor_config": {"num_bits": 8},
           "compute_precision": "INTEGER"})");
  same(R"({"weight_tensor_config": {"num_bits": 4, "granularity": "CHANNELWISE", "block_size": 32}})",
       R"({"weight_tensor_config": {"num_bits": 4, "granularity": "BLOCKWISE_32"}})");
  same(R"({"weight_tensor_config": {"num_bits": 4, "block_size": 0}})", R"({"weight_tensor_config": {"num_bits": 4}})");
  same(R"({"weight_tensor_config": {"num_bits": 4, "max_hadamard_size": 64}})",
       R"({"weight_tensor_config": {"num_bits": 4, "algorithm_params": {"max_hadamard_size": 64}}})");
  same(R"({"weight_tensor_config": {"num_bits": 8.0}})", R"({"weight_tensor_config": {"num_bits": 8}})");
}

TEST_CASE("no_quantize needs no op_config and ignores one") {
  CHECK(only_rule("[" + recipe_test::leave_rule("a", "CUSTOM_OP") + "]").operation == "CUSTOM_OP");
  CHECK(parse_error(R"([{"regex": "a", "operation": "*", "algorithm_key": "no_quantize", "op_config": 5}])").empty());
}

TEST_CASE("Every fault is named with its place and what would be accepted") {
  struct fault {
    std::string text;
    std::string_view says;
  };
  const std::string head = R"([{"regex": ".*", "operation": "*", )";
  const std::string weights = R"("weight_tensor_config": {"num_bits": 8})";
  const fault faults[] = {
      {"", "r.json: is empty"},
      {"[", "r.json: is no JSON (line 1, column 2)"},
      {"[]x", "r.json: is no JSON (line 1, column 3)"},
      {"[]", "r.json: the recipe has no rules"},
      {"5", "r.json: 5 is no recipe, which is a list of rules"},
      {R"({"default": "dynamic_wi8_afp32"})", "r.json: this is a mapping for a .litertlm file"},
      {R"({"regex": ".*"})", "put this one in [ and ]"},
      {"[7]", "r.json: /0: 7 is no rule"},
      {R"([{"operation": "*"}])", "r.json: /0: \"regex\" is missing"},
      {R"([{"regx": "a", "operation": "*"}])", "\"regx\" may be meant for it"},
      {R"([{"regex": 5}])", "r.json: /0/regex: 5 is no text"},
      {R"([{"regex": "("}])", "r.json: /0/regex: \"(\" is no regular expression"},
      {R"([{"regex": "a"}])", "r.json: /0: \"operation\" is missing"},
      {R"([{"regex": "a", "operation": "CONV2D"}])",
       "r.json: /0/operation: \"CONV2D\" is no operation of a recipe; \"CONV_2D\" is the nearest"},
      {R"([{"regex": "a", "operation": "CONV2D", "algorithm_key": "no_quantize"}])", "\"CONV_2D\" is the nearest"},
      {R"([{"regex": "a", "operation": "WHILE"}])", "names such as CONV_2D, INPUT, OUTPUT and * are accepted"},
      {R"([{"regex": "a", "operation": "*"}])", "r.json: /0: \"algorithm_key\" is missing"},
      {head + R"("algorithm_key": "minmax_uniform_quantize"}])", "\"min_max_uniform_quantize\" is the nearest"},
      {head + R"("algorithm_key": "min_max_uniform_quantize"}])", "r.json: /0: \"op_config\" is missing"},
      {head + R"("scheme": "dynamic_w8_afp32"}])",
       "r.json: /0/scheme: \"dynamic_w8_afp32\" is no scheme of the kernel table; \"dynamic_wi8_afp32\""},
      {with_config("[]"), "r.json: /0/op_config: [] is no object"},
      {with_config("{}"), "r.json: /0/op_config: \"weight_tensor_config\" is missing"},
      {with_config(R"({"weight_tensor_config": {}})"),
       "r.json: /0/op_config/weight_tensor_config: \"num_bits\" is missing"},
      {with_config(R"({"weight_tensor_config": {"num_bits": "x"}})"),
       "r.json: /0/op_config/weight_tensor_config/num_bits: \"x\" is no integer; 2, 4, 8 or 16 are accepted"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 8.5}})"), "8.5E0 is no integer"},
      {with_config(R"({"weight_tensor_config": {"num_bits": true}})"), "true is no integer"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 0}})"), "0 is out of range"},
      {with_config(R"({"weight_tensor_config": {"num_bits": -8}})"), "-8 is out of range"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 18446744073709551615}})"), "is too large"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 1e999}})"), "is no integer"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 1e300}})"), "is no integer"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 123456789012345678901234567890}})"), "is no integer"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 8, "symmetric": 1}})"),
       "/symmetric: 1 is neither true nor false"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 8, "granularity": "CHANELWISE"}})"),
       "/granularity: \"CHANELWISE\" is unknown; TENSORWISE, CHANNELWISE, BLOCKWISE_32, BLOCKWISE_64, BLOCKWISE_128 "
       "and "
       "BLOCKWISE_256 are accepted; \"CHANNELWISE\" is the nearest"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 8, "dtype": "INT8"}})"),
       "INT, UINT and FLOAT are accepted"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 8, "symetric": false}})"),
       "/symetric: this key is unknown; \"symmetric\" is the nearest"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 8, "block_size": 48}})"), "48 is no block size"},
      {with_config(R"({"weight_tensor_config": {"num_bits": 8, "granularity": "TENSORWISE", "channel_wise": true}})"),
       "/channel_wise: true contradicts granularity"},
      {with_config("{" + weights + R"(, "compute_precision": "INT"})"),
       "/compute_precision: \"INT\" is unknown; INTEGER and FLOAT are accepted"},
      {with_config("{" + weights + R"(, "explicit_dequantise": true})"), "\"explicit_dequantize\" is the nearest"},
      {with_config("{" + weights + R"(, "min_weight_elements": -1})"), "/min_weight_elements: -1 is out of range"},
      {with_config("{" + weights + R"(, "execution_mode": "SRQ"})"),
       "/execution_mode: \"SRQ\" needs an activation_tensor_config"},
      {with_config("{" + weights + R"(, "execution_mode": "DRQ", "compute_precision": "FLOAT"})"),
       "contradicts compute_precision"},
      {with_config(R"({"activation_tensor_config": {"num_bits": 8}, )" + weights + "}"),
       "want \"compute_precision\": \"INTEGER\""},
      {with_config(
           R"({"activation_tensor_config": {"num_bits": 8}, "weight_tensor_config": {"num_bits": 16, "dtype": "FLOAT"}})"),
       "/dtype: \"FLOAT\" does not go with integer activations"},
      {with_config("{" + weights + R"(, "compute_precision": "INTEGER"})", "SOFTMAX"),
       "r.json: /0/op_config: SOFTMAX does not take"},
      {with_config("{" + weights + R"(, "compute_precision": "INTEGER"})", "CUSTOM_OP"), "can only be left alone"},
  };
  for (const fault& one : faults) {
    CAPTURE(one.text);
    aeq::error_code code{};
    const std::string message = parse_error(one.text, &code);
    CAPTURE(message);
    CHECK(contains(message, one.says));
    CHECK(code == aeq::error_code::bad_input);
  }
}

TEST_CASE("An algorithm of the format that this version lacks is a different error from an unknown one") {
  for (const std::string_view name : aeq::recipe::unavailable_algorithms) {
    aeq::error_code code{};
    const std::string text = R"([{"regex": "a", "operation": "*", "algorithm_key": ")" + std::string(name) + "\"}]";
    CHECK(contains(parse_error(text, &code), "it has min_max_uniform_quantize, float_casting and no_quantize"));
    CHECK(code == aeq::error_code::not_quantizable);
  }
}

TEST_CASE(
    "A rule for all operations may say what no operation takes; one for an operation may not, but for skip_checks") {
  const std::string three = R"({"weight_tensor_config": {"num_bits": 3}, "compute_precision": "INTEGER")";
  CHECK(parse_error(with_config(three + "}")).empty());
  CHECK_FALSE(parse_error(with_config(three + "}", "CONV_2D")).empty());
  CHECK(parse_error(with_config(three + R"(, "skip_checks": true})", "CONV_2D")).empty());
}

TEST_CASE("Hostile text ends in an error") {
  CHECK(contains(parse_error(std::string(1'000'000, '[')), "nested deeper"));
  std::string nested;
  for (int i = 0; i < 1'000'000; ++i) nested += R"({"a":)";
  CHECK(contains(parse_error(nested), "nested deeper"));
  CHECK(contains(parse_error(R"([{"regex": "a", "regex": "b"}])"), "r.json: /0/regex: this key stands twice"));
  CHECK(contains(parse_error(R"([{"op_config": {"x": [0, {"k": 1, "\u006b": 2}]}}])"),
                 "r.json: /0/op_config/x/1/k: this key stands twice"));
  CHECK_FALSE(parse_error("\xff\xfe").empty());
  CHECK_FALSE(parse_error(R"([{"regex": "\ud800"}])").empty());
  CHECK_FALSE(parse_error(std::string_view("[\0]", 3)).empty());
  const std::string long_name(1'000'000, 'x');
  CHECK(parse_error("[{\"regex\": \"a\", \"operation\": \"" + long_name + "\"}]").size() < 1000);
}

TEST_CASE("A byte order mark is skipped") {
  CHECK(parse_error("\xef\xbb\xbf[" + recipe_test::leave_rule("a", "*") + "]").empty());
}

TEST_CASE("Unknown keys of a rule are a doubt and not an error") {
  aeq::warnings doubts;
  aeq::recipe::load_options options;
  options.doubts = &doubts;
  static_cast<void>(aeq::recipe::parse(
      R"([{"regex": "a", "operation": "*", "algorithm_key": "no_quantize", "comment": "x", "opconfig": {}}])", "r.json",
      options));
  REQUIRE(doubts.all().size() == 2);
  CHECK(doubts.all()[0].place == "r.json: /0/comment");
  CHECK(contains(doubts.all()[1].message, "\"op_config\" is the nearest"));
}

TEST_CASE("What is written is read as the same recipe") {
  const std::string text =
      "[" + recipe_test::dynamic_rule("a", "*", 4) + "," + recipe_test::leave_rule("caf\xc3\xa9\\\\.", "ADD") + "," +
      with_config(
          R"({"weight_tensor_config": {"num_bits": 4, "symmetric": false, "granularity": "BLOCKWISE_256", "dtype": "UINT",
                      "algorithm_params": {"a": [1, 2.5, {"b": null}], "c": "d\n"}}, "skip_checks": true,
                      "explicit_dequantize": true, "min_weight_elements": 9007199254740993})")
          .substr(1);
  const auto first = aeq::recipe::parse(text, "r.json");
  const std::string written = aeq::recipe::to_text(first);
  CHECK(aeq::recipe::parse(written, "again") == first);
  CHECK(aeq::recipe::to_text(aeq::recipe::parse(written, "again")) == written);
}

TEST_CASE("Writing spells out defaults in the Python tool's order") {
  const auto r = aeq::recipe::parse("[" + recipe_test::leave_rule("a", "*") + "]", "r.json");
  // json.dumps(get_quantization_recipe(), indent=2) of ai-edge-quantizer 0.10
  CHECK(aeq::recipe::to_text(r) == R"([
  {
    "regex": "a",
    "operation": "*",
    "algorithm_key": "no_quantize",
    "op_config": {
      "compute_precision": "FLOAT",
      "explicit_dequantize": false,
      "skip_checks": false,
      "min_weight_elements": 0
    }
  }
]
)");
}

TEST_SUITE_END();
