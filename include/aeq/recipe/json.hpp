// SPDX-License-Identifier: Apache-2.0
// Recipes as JSON: all spellings that the format has had. (spec: quantization, sections 2.1, 2.2 and 2.6)
//
// Stricter than the Python tool: words that it does not know, keys that are nearly known ones and keys that stand twice
// are errors here. More lenient: execution_mode and channel_wise of older files are understood.
#pragma once

#include <string>
#include <string_view>

#include <aeq/io/error.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/recipe/policy.hpp>
#include <aeq/recipe/recipe.hpp>
#include <aeq/table/kernel_table.hpp>

namespace aeq::inline AEQ_ABI::recipe {

/// What a recipe is checked against, and who hears of doubtful things in it.
struct load_options {
  kernel_table_view table = builtin_table();  ///< its schemes can be named
  const policy* checks = nullptr;             ///< null: the default policy
  warnings* doubts = nullptr;
};

/// The recipe that a JSON text says; `file` is its name in messages. Throws error (bad_input; not_quantizable for an
/// algorithm that this version does not have).
[[nodiscard]] recipe parse(std::string_view text, const std::string& file, const load_options& options = {});

/// The recipe of a JSON file; "-" is standard input. Throws error (io, bad_input, not_quantizable).
[[nodiscard]] recipe load(const std::string& path, const load_options& options = {});

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/json.ipp>
#endif
