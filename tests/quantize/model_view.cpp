// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <utility>

#include <aeq/quantize/model_view.hpp>
#include <aeq/quantizer.hpp>
#include <aeq/recipe/typed.hpp>

#include "support/model_builder.hpp"

namespace {

/// Two operators whose outputs have names too long for a scope, and one whose name just fits.
aeq::model::model long_names() {
  aeq_test::model_builder m;
  const auto x = m.activation("x", {1, 4});
  const auto fits = m.activation(std::string(aeq::recipe::scope_characters - 1, 'f'), {1, 4});
  const auto first = m.activation(std::string(20'000, 'a'), {1, 4});
  const auto second = m.activation(std::string(20'000, 'b'), {1, 4});
  m.operation(aeq::op::code::relu, {x}, {fits});
  m.operation(aeq::op::code::tanh, {fits}, {first});
  m.operation(aeq::op::code::logistic, {first}, {second});
  m.graph().inputs = {x};
  m.graph().outputs = {second};
  return std::move(m.made);
}

}  // namespace

TEST_SUITE_BEGIN("quantize/model_view");

TEST_CASE("The first scope that is cut is a warning, and the only one") {
  const aeq::model::model m = long_names();
  aeq::warnings doubts;
  const aeq::quantize::recipe_view view(m, &doubts);
  CHECK(view.operation(0, 0).scope.size() == aeq::recipe::scope_characters);
  CHECK(view.input_scope(0) == "x;");
  CHECK(doubts.empty());
  CHECK(view.operation(0, 1).scope == std::string(aeq::recipe::scope_characters, 'a'));
  static_cast<void>(view.operation(0, 2));
  CHECK(view.output_scope(0) == std::string(aeq::recipe::scope_characters, 'b'));
  REQUIRE(doubts.all().size() == 1);
  CHECK(doubts.all()[0].place == view.operation(0, 1).label);
  CHECK(doubts.all()[0].message.starts_with("its scope is cut after 10000 characters"));
}

TEST_CASE("A scope that is cut is no matter for a recipe that looks at no name") {
  aeq::quantizer quantizer(long_names());
  aeq::recipe::recipe r;
  r.leave<>(".*");
  quantizer.set_recipe(r);
  static_cast<void>(quantizer.plan());
  CHECK(quantizer.notes().empty());
  r.leave<>("a");
  quantizer.set_recipe(r);
  for (int i = 0; i < 2; ++i) {
    static_cast<void>(quantizer.plan());
    REQUIRE(quantizer.notes().all().size() == 1);
    CHECK(quantizer.notes().all()[0].message.starts_with("its scope is cut"));
  }
}

TEST_SUITE_END();
