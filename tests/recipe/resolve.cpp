// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/recipe/json.hpp>
#include <aeq/recipe/resolve.hpp>
#include <aeq/recipe/typed.hpp>
#include <array>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "recipe/helpers.hpp"

namespace {

using aeq::op::code;
using recipe_test::contains;
using recipe_test::dynamic_rule;
using recipe_test::leave_rule;
using recipe_test::with_config;

aeq::recipe::recipe parsed(const std::string& text) {
  return aeq::recipe::parse(text, "r.json");
}

/// The schemes of a model's ops, "-" for those that stay as they are.
std::vector<std::string> schemes(const aeq::recipe::recipe& r, const recipe_test::fake_model& model) {
  aeq::warnings doubts;
  std::vector<std::string> names;
  const auto plan = recipe_test::resolve(r, model, doubts);
  for (const aeq::recipe::decision& d : plan.subgraphs[0].operations) {
    names.push_back(d.quantize ? d.scheme_name : "-");
  }
  return names;
}

using texts = std::vector<std::string>;

std::vector<std::string> doubts_of(const std::string& text, const recipe_test::fake_model& model) {
  aeq::warnings doubts;
  static_cast<void>(recipe_test::resolve(parsed(text), model, doubts));
  std::vector<std::string> all;
  for (const aeq::warning& one : doubts.all()) all.push_back(one.place + ": " + one.message);
  return all;
}

aeq::recipe::plan resolve_in(std::uint64_t steps, const aeq::recipe::recipe& r, const recipe_test::fake_model& model,
                             aeq::warnings& doubts) {
  return aeq::recipe::detail::resolve_any(r, aeq::recipe::policy(), aeq::builtin_table(),
                                          aeq::recipe::detail::model_view_of(model), doubts, steps);
}

const recipe_test::fake_model two_layers{{{code::fully_connected, "x/fc;"}, {code::fully_connected, "y/fc;"}}};

}  // namespace

TEST_SUITE_BEGIN("recipe/resolve");

TEST_CASE("A rule that replaces an earlier one takes its place, also before a rule in between") {
  const auto r = parsed("[" + dynamic_rule(".*", "FULLY_CONNECTED", 8) + "," + leave_rule("x", "FULLY_CONNECTED") +
                        "," + dynamic_rule(".*", "FULLY_CONNECTED", 4) + "]");
  CHECK(schemes(r, two_layers) == texts{"-", "dynamic_wi4_afp32"});
}

TEST_CASE("A later rule that does not suit an op leaves it to an earlier one") {
  const auto r = parsed("[" + dynamic_rule(".*", "*", 8) + "," + dynamic_rule(".", "*", 4) + "]");
  const recipe_test::fake_model model{
      {{code::fully_connected, "a;"}, {code::depthwise_conv_2d, "b;"}, {code::add, "c;"}}};
  CHECK(schemes(r, model) == texts{"dynamic_wi4_afp32", "dynamic_wi8_afp32", "-"});
}

TEST_CASE("Of equal regexes, a rule for all operations makes the earlier ones vanish") {
  const auto r = parsed("[" + dynamic_rule(".*", "FULLY_CONNECTED", 8) + "," + leave_rule(".*", "*") + "]");
  CHECK(schemes(r, two_layers) == texts{"-", "-"});
}

TEST_CASE("no_quantize always applies and is named as the reason") {
  aeq::warnings doubts;
  const auto plan = recipe_test::resolve(parsed("[" + dynamic_rule(".*", "*", 8) + "," + leave_rule("^x", "*") + "]"),
                                         two_layers, doubts);
  const aeq::recipe::decision& left = plan.subgraphs[0].operations[0];
  CHECK(left.rule == 1);
  CHECK_FALSE(left.quantize);
  CHECK(left.reason == "r.json: /1: no_quantize");
  CHECK(doubts.empty());
}

TEST_CASE("Ops without a weight do not look at its format; edges of the graph are operations too") {
  aeq::recipe::recipe r;
  r.add<aeq::static_wi4_ai8>(".*");
  aeq::warnings doubts;
  const recipe_test::fake_model model{
      {{code::softmax, "a;"}, {code::conv_2d, "b;"}, {code::embedding_lookup, "c;"}, {code::relu6, "d;"}}};
  const auto plan = recipe_test::resolve(r, model, doubts);
  const auto& decisions = plan.subgraphs[0];
  CHECK(decisions.operations[0].scheme_name == "static_wi8_ai8");
  CHECK(decisions.operations[1].scheme_name == "static_wi4_ai8");
  CHECK(decisions.operations[1].scheme.name.empty());
  CHECK_FALSE(decisions.operations[2].quantize);
  CHECK(contains(decisions.operations[2].reason, "EMBEDDING_LOOKUP"));
  CHECK(decisions.operations[3].operation == nullptr);
  CHECK(decisions.operations[3].rule == aeq::recipe::no_rule);
  CHECK(decisions.inputs.scheme_name == "static_wi8_ai8");
  CHECK(decisions.outputs.operation->name == "OUTPUT");
  CHECK(plan.needs_calibration);
}

TEST_CASE("float_casting looks at neither symmetry nor granularity nor explicit_dequantize") {
  for (const char* config : {R"({"weight_tensor_config": {"num_bits": 16, "dtype": "FLOAT"}})",
                             R"({"weight_tensor_config": {"num_bits": 16, "dtype": "FLOAT", "symmetric": false,
                                 "granularity": "BLOCKWISE_32"}, "explicit_dequantize": true})"}) {
    std::string text = with_config(config, "CONV_2D");
    text.replace(text.find("min_max_uniform_quantize"), 24, "float_casting");
    const recipe_test::fake_model model{{{code::conv_2d, "a;"}}};
    CHECK(schemes(parsed(text), model) == texts{"weight_only_wfp16_afp32"});
  }
}

TEST_CASE("min_weight_elements comes along") {
  aeq::recipe::recipe r;
  r.add<aeq::dynamic_wi8_afp32>(".*", 1024);
  aeq::warnings doubts;
  CHECK(recipe_test::resolve(r, two_layers, doubts).subgraphs[0].operations[0].min_weight_elements == 1024);
}

TEST_CASE("skip_checks makes a scheme of what the table lacks") {
  const auto r = parsed(with_config(R"({"weight_tensor_config": {"num_bits": 6, "granularity": "CHANNELWISE"},
                                       "compute_precision": "INTEGER", "skip_checks": true})",
                                    "FULLY_CONNECTED"));
  aeq::warnings doubts;
  const auto plan = recipe_test::resolve(r, two_layers, doubts);
  const aeq::recipe::decision& d = plan.subgraphs[0].operations[0];
  CHECK(d.scheme_name == "dynamic_wi6_afp32");
  CHECK(d.scheme.weight.bits == 6);
  CHECK(d.fits.narrow({-31.0f, 3.0f}, d.scheme.weight).scale == 1.0f);
}

TEST_CASE("What skip_checks lets through but nothing can do is an error that names op and rule") {
  for (
      const char* config :
      {R"({"weight_tensor_config": {"num_bits": 8}, "skip_checks": true})",
       R"({"weight_tensor_config": {"num_bits": 1}, "compute_precision": "INTEGER", "skip_checks": true})",
       R"({"weight_tensor_config": {"num_bits": 33}, "compute_precision": "INTEGER", "skip_checks": true})",
       R"({"weight_tensor_config": {"num_bits": 16, "dtype": "FLOAT"}, "compute_precision": "INTEGER", "skip_checks": true})"}) {
    aeq::error_code code{};
    aeq::warnings doubts;
    const std::string message = recipe_test::message_of(
        [&] { static_cast<void>(recipe_test::resolve(parsed(with_config(config)), two_layers, doubts)); }, &code);
    CAPTURE(message);
    CHECK(contains(message, "m.tflite: operation 0: can't have what r.json: /0 says"));
    CHECK(code == aeq::error_code::not_quantizable);
  }
}

TEST_CASE("Rules that do nothing are doubts: no match with the nearest names") {
  const auto all = doubts_of("[" + dynamic_rule("block1/denze", "*", 8) + "]",
                             {{{code::fully_connected, "model/block1/dense;"}, {code::fully_connected, "other;"}}});
  REQUIRE(all.size() == 1);
  CHECK(all[0] == "r.json: /0: matches no operation; near it are \"model/block1/dense;\"");
}

TEST_CASE("Rules that do nothing are doubts: the operation is not where the regex is found") {
  const auto all = doubts_of("[" + dynamic_rule("fc", "CONV_2D", 8) + "]", two_layers);
  REQUIRE(all.size() == 1);
  CHECK(all[0] ==
        "r.json: /0: matches no operation: where its regex is found there is no CONV_2D, but FULLY_CONNECTED");
}

TEST_CASE("Rules that do nothing are doubts: no op takes the configuration") {
  const auto all = doubts_of("[" + dynamic_rule(".*", "*", 3) + "]", two_layers);
  REQUIRE(all.size() == 1);
  CHECK(contains(all[0], "r.json: /0: suits none of the 4 operations that it matches: FULLY_CONNECTED does not take"));
}

TEST_CASE("Rules that do nothing are doubts: shadowed or replaced by later ones") {
  const auto shadowed =
      doubts_of("[" + dynamic_rule(".*", "*", 8) + "," + dynamic_rule("fc", "*", 4) + "]", two_layers);
  REQUIRE(shadowed.size() == 1);
  CHECK(shadowed[0] == "r.json: /0: has no effect: later rules decide all 2 operations that it suits");
  const auto replaced =
      doubts_of("[" + dynamic_rule(".*", "*", 8) + "," + dynamic_rule(".*", "*", 4) + "]", two_layers);
  REQUIRE(replaced.size() == 1);
  CHECK(replaced[0] == "r.json: /0: has no effect: the rule at r.json: /1, of the same regex, takes its place");
}

TEST_CASE("An empty recipe is an error") {
  aeq::warnings doubts;
  const std::string message =
      recipe_test::message_of([&] { static_cast<void>(recipe_test::resolve({}, two_layers, doubts)); });
  CHECK(contains(message, "no rules"));
}

TEST_CASE("A hundred thousand ops take no time to speak of") {
  recipe_test::fake_model model;
  for (int i = 0; i < 100'000; ++i) {
    model.operations.push_back({code::fully_connected, "model/layer_" + std::to_string(i) + "/dense/MatMul;"});
  }
  const auto r = parsed("[" + dynamic_rule(".*", "*", 8) + "," + dynamic_rule("layer_\\\\d*7/", "*", 4) + "," +
                        leave_rule("layer_99999/", "*") + "]");
  aeq::warnings doubts;
  const auto start = std::chrono::steady_clock::now();
  const auto plan = recipe_test::resolve(r, model, doubts);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  CHECK(plan.subgraphs[0].operations[17].scheme_name == "dynamic_wi4_afp32");
  CHECK_FALSE(plan.subgraphs[0].operations[99'999].quantize);
  CHECK(took.count() < 20.0);  // a tenth of a second on a quiet machine; sanitizers and busy machines are slower
}

TEST_CASE("Recipes of many rules take few steps, whatever way they name a layer") {
  const auto spelt = [](std::size_t i) -> std::string {
    const std::string layer = "layer_" + std::to_string(i);
    switch (i % 8) {
      case 0: return layer + "/";
      case 1: return ".*" + layer + "/.*";
      case 2: return "^model/block_\\\\d+/" + layer + "/";
      case 3: return layer + "/.*MatMul;";
      case 4: return "(" + layer + "|unit_" + std::to_string(i) + ")/";
      case 5: return "\\\\b" + layer + "\\\\b";
      case 6: return "(?i)LAYER_" + std::to_string(i) + "/";
      default: return "block_[0-9]+/" + layer + "/(dense|conv)/";
    }
  };
  constexpr std::size_t rules = 20'000;
  constexpr std::size_t operations = 1000;
  std::string text = "[" + dynamic_rule(".*", "*", 8);
  for (std::size_t i = 0; i < rules; ++i) text += "," + dynamic_rule(spelt(i), i % 2 == 0 ? "*" : "FULLY_CONNECTED", 4);
  recipe_test::fake_model model;
  for (std::size_t i = 0; i < operations; ++i) {
    const std::string name = "model/block_" + std::to_string(i / 10) + "/layer_" + std::to_string(5 * i) + "/dense/";
    model.operations.push_back({code::fully_connected, name + "MatMul;" + name + "BiasAdd;"});
  }
  // Trying each rule on each op takes a thousand millions.
  constexpr std::uint64_t few_steps = 20'000'000;
  aeq::warnings doubts;
  const auto plan = resolve_in(few_steps, parsed(text + "]"), model, doubts);
  for (std::size_t i = 0; i < operations; ++i) {
    CAPTURE(i);
    CHECK(plan.subgraphs[0].operations[i].rule == 5 * i + 1);
  }
  CHECK(doubts.all().size() == rules - operations + 1);  // and the first rule, which no op is left for
}

TEST_CASE("Whether rules are found one by one or by what they require, the answer is the same") {
  std::mt19937 random(1);
  const auto any = [&](std::size_t count) { return std::size_t(random() % count); };
  const auto piece = [&] {
    constexpr std::array<const char*, 16> pieces{"a",       "B", "_1",  "/",  "ab_",      "a?",     "[ab]",  "(a|_)",
                                                 "(?:1/)?", ".", "\\d", "b+", "(ab|b1/)", "a{0,2}", "(?=a)", "_ab/1_b"};
    return std::string(pieces[any(pieces.size())]);
  };
  const auto many = [&](std::size_t most, const auto& make) {
    std::string text;
    for (std::size_t i = any(most) + 1; i > 0; --i) text += make();
    return text;
  };
  aeq::recipe::recipe r;
  for (int i = 0; i < 600; ++i) {
    std::string regex = many(5, piece);
    if (i % 5 == 0) regex += "|" + many(3, piece);
    if (i % 11 == 0) regex = "^" + regex;
    if (i % 7 == 0) regex = "(?i)" + regex;
    r.leave<>(regex);
  }
  recipe_test::fake_model model;
  for (int i = 0; i < 300; ++i) {
    const std::string scope = many(14, [&] { return std::string(1, "abAB_1/;"[any(8)]); });
    model.operations.push_back({code::fully_connected, scope});
  }
  const std::vector<aeq::recipe::rule> rules = r.rules();
  std::vector<aeq::recipe::scope_pattern> patterns;
  for (const aeq::recipe::rule& one : rules) patterns.emplace_back(one.regex, one.place);
  aeq::warnings doubts;
  const auto plan = recipe_test::resolve(r, model, doubts);
  std::size_t found = 0;
  for (std::size_t i = 0; i < model.operations.size(); ++i) {
    const std::string& scope = model.operations[i].scope;
    CAPTURE(scope);
    std::size_t last = aeq::recipe::no_rule;
    for (std::size_t p = 0; p < patterns.size(); ++p) {
      if (patterns[p].matches(scope)) last = p;
    }
    CHECK(plan.subgraphs[0].operations[i].rule == last);
    found += last == aeq::recipe::no_rule ? 0 : 1;
  }
  CHECK(found > 100);
}

TEST_CASE("What a rule matched is counted rule by rule, also where rules say the same") {
  const auto all = doubts_of("[" + dynamic_rule("b", "*", 3) + "," + dynamic_rule("a", "*", 3) + "]",
                             {{{code::fully_connected, "a;"}, {code::softmax, "ab;"}}, "", ""});
  REQUIRE(all.size() == 2);
  CHECK(contains(all[0], "r.json: /0: suits none of the 1 operations that it matches: SOFTMAX does not take"));
  CHECK(contains(all[1], "r.json: /1: suits none of the 2 operations that it matches: FULLY_CONNECTED does not take"));
}

TEST_CASE("All searches together have a number of steps, and the rule with the most is named") {
  recipe_test::fake_model model;
  for (int i = 0; i < 50; ++i) {
    model.operations.push_back({code::fully_connected, std::string(300, 'a') + std::to_string(i) + ";"});
  }
  const auto r = parsed("[" + dynamic_rule("a1;", "*", 8) + "," + dynamic_rule("[a-z]+[0-9]?[x]", "*", 8) + "," +
                        dynamic_rule("[0-9];", "*", 8) + "]");
  aeq::warnings doubts;
  aeq::error_code refusal{};
  const std::string message =
      recipe_test::message_of([&] { static_cast<void>(resolve_in(20'000, r, model, doubts)); }, &refusal);
  CAPTURE(message);
  CHECK(refusal == aeq::error_code::bad_input);
  CHECK(contains(message, "r.json: /1/regex: \"[a-z]+[0-9]?[x]\" takes the most steps of all expressions"));
  CHECK(contains(message, "together take more than 20000;"));
  CHECK(resolve_in(aeq::recipe::most_search_steps, r, model, doubts).subgraphs[0].operations[1].rule == 2);
}

TEST_SUITE_END();
