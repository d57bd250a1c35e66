// SPDX-License-Identifier: Apache-2.0
// Every recipe of the conformance corpus loads, or fails, as the Python tool does it.
#include <doctest/doctest.h>

#include <aeq/io/file.hpp>
#include <aeq/recipe/json.hpp>
#include <aeq/recipe/save.hpp>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <map>
#include <string>

#include "recipe/helpers.hpp"
#include "support/shared.hpp"

namespace {

struct outcome {
  bool accepted = false;  ///< quantizes some model
  bool refused = false;   ///< refused when the recipe is loaded
};

/// What the Python tool made of each recipe, over all .tflite models.
std::map<std::string, outcome> outcomes(const std::filesystem::path& manifest) {
  const auto file = aeq::io::input_file::open(manifest.string());
  const boost::json::value document =
      boost::json::parse({reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()});
  std::map<std::string, outcome> all;
  for (const boost::json::value& one : document.at("cases").as_array()) {
    if (!one.at("model").as_string().ends_with(".tflite")) continue;
    outcome& known = all[std::filesystem::path(one.at("recipe").as_string().c_str()).filename().string()];
    if (one.at("status").as_string() == "ok")
      known.accepted = true;
    else if (one.at("error").at("stage").as_string() == "load_recipe")
      known.refused = true;
  }
  return all;
}

}  // namespace

TEST_SUITE_BEGIN("recipe/conformance");

TEST_CASE("Recipes of the corpus load or fail as in the Python tool") {
  const auto folder = aeq_test::shared_file_or_skip("conformance/recipes");
  if (!folder) return;
  int loaded = 0;
  int unavailable = 0;
  for (const auto& entry : outcomes(*folder / ".." / "manifest.json")) {
    const std::string& name = entry.first;
    const outcome& expected = entry.second;
    CAPTURE(name);
    aeq::error_code code{};
    aeq::recipe::recipe r;
    const std::string message =
        recipe_test::message_of([&] { r = aeq::recipe::load((*folder / name).string()); }, &code);
    CAPTURE(message);
    if (code == aeq::error_code::not_quantizable) {  // algorithms that this version lacks
      ++unavailable;
      continue;
    }
    if (expected.refused) {
      CHECK_FALSE(message.empty());
      CHECK_FALSE(expected.accepted);
    } else if (name == "bad_granularity.json" || name == "bad_empty.json" || name == "bad_regex.json") {
      // The Python tool lets an unknown granularity quantize nothing, and finds the other two only at the first op.
      CHECK(code == aeq::error_code::bad_input);
    } else {
      CHECK(message.empty());
      ++loaded;
      CHECK(aeq::recipe::parse(aeq::recipe::to_text(r), name) == r);
    }
  }
  CHECK(loaded >= 60);
  CHECK(unavailable >= 40);
}

TEST_SUITE_END();
