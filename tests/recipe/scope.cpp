// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/recipe/scope.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/helpers.hpp"

namespace {

bool found(std::string_view regex, const std::string& scope) {
  return aeq::recipe::scope_pattern(regex, "r.json: /0").matches(scope);
}

std::string refused(std::string_view regex) {
  return recipe_test::message_of([&] { static_cast<void>(aeq::recipe::scope_pattern(regex, "r.json: /0")); });
}

using names = std::vector<std::string_view>;

}  // namespace

TEST_SUITE_BEGIN("recipe/scope");

TEST_CASE("A scope is the names of the outputs, each closed by a semicolon") {
  CHECK(aeq::recipe::scope_of(names{"a", "b"}, names{"c"}) == "a;b;");
  CHECK(aeq::recipe::scope_of(names{"", "b"}, names{"c"}) == "b;");
  CHECK(aeq::recipe::scope_of(names{""}, names{"c", ""}) == "c;");
  CHECK(aeq::recipe::scope_of(names{}, names{}).empty());
}

TEST_CASE("A long scope is cut by characters, not bytes") {
  bool cut = true;
  const std::string exact(9999, 'x');
  CHECK(aeq::recipe::scope_of(names{exact}, names{}, &cut).size() == 10000);
  CHECK_FALSE(cut);
  const std::string longer(20000, 'x');
  CHECK(aeq::recipe::scope_of(names{longer}, names{}, &cut) == std::string(10000, 'x'));
  CHECK(cut);
  std::string accents;
  for (int i = 0; i < 10001; ++i) accents += "\xc3\xa9";
  CHECK(aeq::recipe::scope_of(names{accents}, names{}, &cut).size() == 20000);
  CHECK(cut);
}

TEST_CASE("Expressions are searched anywhere; anchors see the whole joined scope") {
  CHECK(found("", "a;"));
  CHECK(found(".*", ""));
  CHECK(found("dense", "model/dense_1;"));
  CHECK_FALSE(found("Dense", "model/dense_1;"));
  CHECK(found("^a;$", "a;"));
  CHECK_FALSE(found("^a;$", "a;b;"));
  CHECK_FALSE(found("a$", "a;"));
  CHECK(found("block1/.*", "model/block1/relu;"));
  CHECK(found(".*relu.*", "model/block1/relu;"));
  CHECK_FALSE(found("a.b", "a\nb;"));
  CHECK(found("^b", "a\nb;") == false);
}

TEST_CASE("Python's expressions keep their meaning") {
  // Each answer is that of Python's re.search.
  CHECK(found("(?P<x>a+)b(?P=x)", "aabaa;"));
  CHECK_FALSE(found("(?P<x>a)b(?P=x)c", "abb;"));
  CHECK(found("(?i)CONV", "conv2d;"));
  CHECK(found("(?i:C)onv", "conv2d;"));
  CHECK(found("(?s)a.b", "a\nb;"));
  CHECK(found("(?m)^b", "a\nb;"));
  CHECK(found("[]a]", "a;"));
  CHECK(found("[[:alpha:]]", "a:];"));  // a class of [ : a l p h, and a ]
  CHECK_FALSE(found("[[:alpha:]]", "a;"));
  CHECK(found("\\<a\\>", "<a>;"));
  CHECK_FALSE(found("\\<a", "a;"));
  CHECK(found("a{,2}b", "aab;"));
  CHECK(found("a{x}", "a{x};"));
  CHECK(found("a;\\Z", "a;"));
  CHECK_FALSE(found("a;\\Z", "a;\n"));
  CHECK(found("(?#comment)a", "a;"));
  CHECK(found("\\x61\\u0062", "ab;"));
  CHECK(found("\\u00e9", "\xc3\xa9;"));
  CHECK(found("\xc3\xa9+;", "\xc3\xa9;"));
  CHECK(found("(a)?(?(1)b|c)", "ab;"));
}

TEST_CASE("What is no expression of Python's is refused with the rule and the place") {
  for (const char* regex : {"(",
                            "a)",
                            "[a",
                            "*",
                            "+a",
                            "[z-a]",
                            "\\",
                            "\\e",
                            "\\Q.\\E",
                            "\\z",
                            "\\N{DIGIT ONE}",
                            "(?R)",
                            "(?|a|b)",
                            "(?<x>a)",
                            "(?P<1>a)",
                            "(?P<a>x)(?P<a>y)",
                            "(?P=a)",
                            "a(?i)b",
                            "(?x) a",
                            "(?<=a+)b",
                            "a{99999999}",
                            "[\xc3\xa9]"}) {
    CAPTURE(regex);
    CHECK(recipe_test::contains(refused(regex), "r.json: /0/regex: "));
  }
  CHECK(recipe_test::contains(refused(std::string(200'000, 'a')), "longer"));
  CHECK_FALSE(refused(std::string(100'000, '(')).empty());
}

TEST_CASE("An expression that takes too many steps is an error and not a hang") {
  const std::string scope(5000, 'a');
  const std::string message =
      recipe_test::message_of([&] { static_cast<void>(found("(a+)+(a+)+(a+)+$b", scope + ";")); });
  CHECK(recipe_test::contains(message, "r.json: /0/regex"));
  CHECK(recipe_test::contains(message, "too many steps"));
}

TEST_CASE("A pattern knows texts that every scope it matches has one of") {
  using lists = std::vector<std::vector<std::string>>;
  const auto required = [](std::string_view regex) { return aeq::recipe::scope_pattern(regex, "r").required(); };
  CHECK(required("Layer_1/") == lists{{"layer_1/"}});
  CHECK(required(".*layer_1/.*") == lists{{"layer_1/"}});
  CHECK(required("(conv|dense)_1.*/kernel") == lists{{"/kernel"}, {"conv", "dense"}, {"_1"}});
  CHECK(required("^block_\\d+/layer_7/$") == lists{{"/layer_7/"}, {"block_"}});
  CHECK(required("layer_1/|layer_.*/x|y_23/") == lists{{"layer_1/", "layer_", "y_23/"}});
  CHECK(required("(?:layer_1|layer_23)/") == lists{{"layer_1", "layer_23"}, {"/"}});
  CHECK(required("a(b(cd)e)f") == lists{{"cd"}, {"a"}, {"b"}, {"e"}, {"f"}});
  CHECK(required("a\\.b") == lists{{"a.b"}});
  CHECK(required("\\bdense\\b") == lists{{"dense"}});
  CHECK(required("colou?r") == lists{{"colo"}, {"r"}});
  CHECK(required("a*bcd*e") == lists{{"bc"}, {"e"}});
  CHECK(required("abc{0,2}") == lists{{"ab"}});
  CHECK(required("abc{2}de") == lists{{"abc"}, {"de"}});
  CHECK(required("abc+?") == lists{{"ab"}});
  CHECK(required("a{x}") == lists{{"a{x}"}});
  CHECK(required("(abc)?d") == lists{{"d"}});
  CHECK(required("(abc)+d") == lists{{"abc"}, {"d"}});
  CHECK(required("(?i)CONV") == lists{{"conv"}});
  CHECK(required("(?P<x>ab)c(?P=x)") == lists{{"ab"}, {"c"}});
  CHECK(required("[]ab]cd[^]e]") == lists{{"cd"}});
  CHECK(required("(?!abc)d(?<!efg)(?=hij)") == lists{{"d"}});
  CHECK(required("\xc3\xa9T") == lists{{"\xc3\xa9t"}});
  CHECK(required("[a]\xc3\xa9t\xc3\xa9") == lists{{"t"}});
  for (const char* regex :
       {"", ".*", "\\d+", "a|", "(a|b?)", "[abc]", "ab(?#c)?", "\\x61bc", "(a)b\\1", "a?", "(ab|c)*"}) {
    CAPTURE(regex);
    CHECK(required(regex).empty());
  }
}

TEST_CASE("A search that needs more steps than it may take has no answer") {
  const aeq::recipe::scope_pattern pattern("[a-z]+x[0-9]", "r");
  const std::string scope(1000, 'a');
  std::uint64_t steps = 100;
  CHECK(pattern.matches(scope, steps) == std::nullopt);
  CHECK(steps == 0);
  steps = 10'000'000;
  CHECK(pattern.matches(scope, steps) == false);
  CHECK(steps > 0);
  CHECK(steps < 10'000'000 - 1000);
  const std::uint64_t before = steps;
  CHECK(aeq::recipe::scope_pattern("b", "r").matches(scope, steps) == false);
  CHECK(steps < before);
  steps = 0;
  CHECK(aeq::recipe::scope_pattern("b", "r").matches(scope, steps) == std::nullopt);
}

TEST_SUITE_END();
