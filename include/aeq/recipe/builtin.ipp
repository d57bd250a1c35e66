// SPDX-License-Identifier: Apache-2.0
// From a name to a recipe.
#pragma once

#include <aeq/recipe/builtin.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <aeq/io/error.hpp>
#include <aeq/recipe/spelling.hpp>

namespace aeq::inline AEQ_ABI::recipe {

AEQ_INLINE std::vector<std::string_view> builtin_names() {
  std::vector<std::string_view> names;
  for (const builtin_recipe& known : builtin_recipes) names.push_back(known.name);
  return names;
}

AEQ_INLINE recipe make(const builtin_recipe& known) {
  recipe made;
  for (std::size_t i = 0; i < known.rule_count; ++i) {
    const builtin_rule& from = known.rules[i];
    rule to{".*", std::string(from.operation), algorithm::no_quantize, {}, {}, {}};
    to.place = std::string(known.name) + ": /" + std::to_string(i);
    if (from.scheme != nullptr) {
      to.algorithm = algorithm_of(*from.scheme);
      to.config = config_of(*from.scheme);
      to.config.min_weight_elements = from.min_weight_elements;
    }
    made.add(std::move(to));
  }
  return made;
}

namespace detail {

[[nodiscard]] AEQ_INLINE std::optional<recipe> named(std::string_view name, kernel_table_view table) {
  if (const builtin_recipe* known = find_builtin(name)) return make(*known);
  for (const unavailable_recipe& known : unavailable_recipes) {
    if (known.name == name) {
      throw error(error_code::not_quantizable, "the recipe " + std::string(name) + " " + std::string(known.reason));
    }
  }
  for (const scheme_descriptor& scheme : table.schemes()) {
    if (scheme.name != name) continue;
    rule to{".*", "*", algorithm_of(scheme), {}, config_of(scheme), std::string(name) + ": /0"};
    if (!is_builtin(scheme)) to.scheme = name;
    recipe made;
    made.add(std::move(to));
    return made;
  }
  return std::nullopt;
}

}  // namespace detail

AEQ_INLINE recipe open(std::string_view name_or_path, const load_options& options) {
  if (auto known = detail::named(name_or_path, options.table)) return *std::move(known);
  try {
    return load(std::string(name_or_path), options);
  } catch (const error& problem) {
    const bool plain = name_or_path != "-" && name_or_path.find('/') == std::string_view::npos;
    if (problem.code() != error_code::io || !plain) throw;
    std::string_view name = name_or_path;
    for (const std::string_view ending : {".json", "_recipe"}) {
      if (name.ends_with(ending)) name.remove_suffix(ending.size());
    }
    if (auto known = detail::named(name, options.table)) return *std::move(known);
    std::vector<std::string_view> names = builtin_names();
    for (const scheme_descriptor& scheme : options.table.schemes()) names.push_back(scheme.name);
    const std::string_view meant = nearest(name, names);
    throw error(problem.code(),
                std::string(problem.what()) + "; nor is there a built-in recipe of this name" +
                    (meant.empty() ? std::string() : ", \"" + std::string(meant) + "\" is the nearest"));
  }
}

}  // namespace aeq::inline AEQ_ABI::recipe
