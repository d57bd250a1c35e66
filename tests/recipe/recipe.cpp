// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/recipe/recipe.hpp>
#include <aeq/recipe/typed.hpp>
#include <string>

namespace {

aeq::recipe::rule named(std::string regex, std::string operation, std::string place) {
  return {std::move(regex), std::move(operation), aeq::recipe::algorithm::no_quantize, {}, {}, std::move(place)};
}

std::string order(const aeq::recipe::recipe& r) {
  std::string text;
  for (const aeq::recipe::rule& one : r.rules()) text += one.place;
  return text;
}

}  // namespace

TEST_SUITE_BEGIN("recipe/recipe");

TEST_CASE("Rules of one regex stand together at the place of the first") {
  aeq::recipe::recipe r;
  r.add(named(".*", "ADD", "a"));
  r.add(named("x", "ADD", "b"));
  r.add(named(".*", "MUL", "c"));
  CHECK(order(r) == "acb");
  CHECK(r.replaced().empty());
}

TEST_CASE("A rule takes the place of the one for the same operation") {
  aeq::recipe::recipe r;
  r.add(named(".*", "FULLY_CONNECTED", "a"));
  r.add(named("x", "FULLY_CONNECTED", "b"));
  r.add(named(".*", "FULLY_CONNECTED", "c"));
  CHECK(order(r) == "cb");
  REQUIRE(r.replaced().size() == 1);
  CHECK(r.replaced()[0].old.place == "a");
  CHECK(r.replaced()[0].by == "c");
}

TEST_CASE("A rule for all operations removes the earlier ones of its regex, not of others") {
  aeq::recipe::recipe r;
  r.add(named("x", "ADD", "a"));
  r.add(named("y", "ADD", "b"));
  r.add(named("x", "*", "c"));
  r.add(named("x", "MUL", "d"));
  r.add(named("x", "*", "e"));
  CHECK(order(r) == "eb");
  CHECK(r.replaced().size() == 3);
}

TEST_CASE("Updating adds the other recipe's rules under the same law") {
  aeq::recipe::recipe base;
  base.add(named("x", "ADD", "a"));
  base.add(named("y", "ADD", "b"));
  aeq::recipe::recipe more;
  more.add(named("z", "ADD", "c"));
  more.add(named("x", "ADD", "d"));
  base.update(more);
  CHECK(order(base) == "dbc");
}

TEST_CASE("Calibration is needed for integer computation with configured activations") {
  aeq::recipe::recipe r;
  r.add<aeq::dynamic_wi8_afp32>(".*");
  CHECK_FALSE(r.needs_calibration());
  r.add<aeq::static_wi8_ai8, aeq::op::conv_2d>("nowhere");
  CHECK(r.needs_calibration());
}

TEST_CASE("Rules without a place are numbered") {
  aeq::recipe::recipe r;
  r.add(named("x", "ADD", ""));
  r.add(named("y", "ADD", ""));
  CHECK(r.rules()[1].place == "rule 1");
}

TEST_SUITE_END();
