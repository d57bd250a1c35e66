// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <aeq/recipe/json.hpp>
#include <aeq/recipe/save.hpp>
#include <aeq/recipe/typed.hpp>

#include "recipe/helpers.hpp"
#include "support/scratch.hpp"

TEST_SUITE_BEGIN("recipe/save");

TEST_CASE("A saved recipe is a file of its text, which loads as the same recipe") {
  const aeq_test::scratch folder;
  aeq::recipe::recipe r;
  r.add<aeq::dynamic_wi8_afp32>(".*", 1024);
  r.leave<aeq::op::conv_2d>("caf\xc3\xa9/stem");
  const std::string path = folder.path("recipe.json");
  CHECK(aeq::recipe::save(r, path) == aeq::recipe::to_text(r).size());
  CHECK(aeq_test::content(path) == aeq::recipe::to_text(r));
  CHECK(aeq::recipe::load(path) == r);
  CHECK(folder.names() == std::vector<std::string>{"recipe.json"});
}

TEST_CASE("Saving a recipe leaves a file alone unless it may be replaced") {
  const aeq_test::scratch folder;
  const std::string path = folder.path("recipe.json");
  aeq_test::put(path, "mine");
  aeq::recipe::recipe r;
  r.leave<>(".*");
  aeq::error_code code{};
  const std::string message = recipe_test::message_of([&] { aeq::recipe::save(r, path); }, &code);
  CHECK(code == aeq::error_code::io);
  CHECK(recipe_test::contains(message, path + ": exists"));
  CHECK(aeq_test::content(path) == "mine");
  aeq::recipe::save(r, path, {.overwrite = true});
  CHECK(aeq::recipe::load(path) == r);
  CHECK(folder.names() == std::vector<std::string>{"recipe.json"});
  CHECK_FALSE(recipe_test::message_of([&] { aeq::recipe::save(r, folder.path("no/such/folder.json")); }).empty());
}

TEST_SUITE_END();
