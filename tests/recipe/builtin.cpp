// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/io/file.hpp>
#include <aeq/recipe/builtin.hpp>
#include <aeq/recipe/save.hpp>
#include <filesystem>
#include <set>
#include <string>

#include "recipe/helpers.hpp"
#include "support/folder.hpp"

TEST_SUITE_BEGIN("recipe/builtin");

TEST_CASE("Each file of recipes/ says what the built-in recipe of its name says") {
  const std::filesystem::path folder = aeq_test::tests_folder() / ".." / "recipes";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path().stem().string();
    CAPTURE(name);
    ++files;
    const aeq::recipe::builtin_recipe* known = aeq::recipe::find_builtin(name);
    REQUIRE(known != nullptr);
    const auto loaded = aeq::recipe::load(entry.path().string());
    CHECK(loaded == aeq::recipe::make(*known));
    const auto file = aeq::io::input_file::open(entry.path().string());
    CHECK(std::string(file->bytes().begin(), file->bytes().end()) == aeq::recipe::to_text(loaded));
  }
  CHECK(files >= 19);
}

TEST_CASE("Names are distinct, available or not") {
  std::set<std::string_view> names;
  for (const auto& known : aeq::recipe::builtin_recipes) CHECK(names.insert(known.name).second);
  for (const auto& known : aeq::recipe::unavailable_recipes) CHECK(names.insert(known.name).second);
}

TEST_CASE("A recipe is found by name, by the name of a scheme and by the Python tool's file name") {
  const auto wanted = aeq::recipe::open("dynamic_wi8_afp32");
  CHECK(aeq::recipe::open("default_af32w8int") == wanted);
  CHECK(aeq::recipe::open("dynamic_wi8_afp32_recipe.json") == wanted);
  CHECK(aeq::recipe::open("dynamic_wi8_afp32.json") == wanted);
  CHECK(aeq::recipe::open("static_wi4_ai16").rules()[0].config.weight->num_bits == 4);
  CHECK(aeq::recipe::open("static_wi8_ai8").needs_calibration());
}

TEST_CASE("What can't be found or done is an error with the nearest name or the reason") {
  aeq::error_code code{};
  const auto refused = [&](const char* name) {
    return recipe_test::message_of([&] { static_cast<void>(aeq::recipe::open(name)); }, &code);
  };
  CHECK(recipe_test::contains(refused("dynamic_wi8_apf32"), "\"dynamic_wi8_afp32\" is the nearest"));
  CHECK(code == aeq::error_code::io);
  CHECK(recipe_test::contains(refused("dynamic_wi4c_hr_afp32"), "DECOMPOSED_HADAMARD_ROTATION"));
  CHECK(code == aeq::error_code::not_quantizable);
  CHECK(recipe_test::contains(refused("gemma4_mixed48"), ".litertlm"));
  CHECK(recipe_test::contains(refused("/no/such/recipe.json"), "/no/such/recipe.json: can't be opened"));
}

TEST_SUITE_END();
