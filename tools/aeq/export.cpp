// SPDX-License-Identifier: Apache-2.0
// aeq export: a model as a part of a program.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include <aeq/deploy/c_array.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/sha256.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/recipe/builtin.hpp>

#include "commands.hpp"
#include "terminal.hpp"

namespace tool {

namespace {

/// "models/a.tflite" → "models/a.h".
std::string default_array(const std::string& model) {
  if (model == "-") {
    throw aeq::error(aeq::error_code::wrong_usage,
                     "a model from standard input has no name; say where to write with -o");
  }
  constexpr std::string_view ending = ".tflite";
  return (model.ends_with(ending) ? model.substr(0, model.size() - ending.size()) : model) + ".h";
}

/// The header of a source file that names none: beside it, "array.cpp" → "array.h". Empty for what is no source file.
std::string default_header(const std::string& output) {
  constexpr std::array<std::string_view, 4> endings{".c", ".cc", ".cpp", ".cxx"};
  for (const std::string_view ending : endings) {
    if (output.ends_with(ending)) return output.substr(0, output.size() - ending.size()) + ".h";
  }
  return "";
}

/// A recipe for the comment: a name as it is, a file by its name and its hash, so that it can be told from later ones.
std::string recipe_text(const std::string& recipe) {
  if (recipe.empty() || aeq::recipe::find_builtin(recipe) != nullptr) return recipe;
  try {
    const auto file = aeq::io::input_file::open(recipe);
    return std::string(aeq::io::file_name_of(file->name())) + ", SHA-256 " + aeq::io::sha256_text(file->bytes());
  } catch (const aeq::error&) {
    static_cast<void>(aeq::recipe::open(recipe));  // which knows other names, or says what is wrong
    return recipe;
  }
}

}  // namespace

int export_model(const export_arguments& given) {
  const std::string output = given.output.empty() ? default_array(given.model) : given.output;
  if (given.model == "-" && given.name.empty()) {
    throw aeq::error(aeq::error_code::wrong_usage,
                     "a model from standard input has no name; say with --name what to call the array");
  }
  aeq::deploy::c_array_options how;
  how.name = given.name;
  how.alignment = given.alignment;
  how.header = given.header.empty() ? default_header(output) : given.header;
  how.recipe = recipe_text(given.recipe);
  how.write = {given.overwrite, given.sync};
  aeq::warnings notes;
  const aeq::model::model model = aeq::model::read(given.model, notes);
  print_warnings(notes);
  if (how.name.empty()) how.name = aeq::deploy::array_name_of(given.model);
  aeq::deploy::write_c_array(model, output, how);
  if (output == "-" || how.header == "-") return 0;
  std::printf("%s%s\n%s: %zu bytes, aligned to %zu\n", output.c_str(),
              how.header.empty() ? "" : (", " + how.header).c_str(), how.name.c_str(), model.file->bytes().size(),
              how.alignment);
  return 0;
}

}  // namespace tool
