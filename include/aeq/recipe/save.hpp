// SPDX-License-Identifier: Apache-2.0
// Recipes written as JSON, the way the Python tool exports them. (spec: quantization, section 2.6)
#pragma once

#include <cstdint>
#include <string>

#include <aeq/io/atomic_file.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/json_forward.hpp>
#include <aeq/recipe/recipe.hpp>

namespace aeq::inline AEQ_ABI::recipe {

/// The rules in order, defaults written out. A rule of a scheme that is not built in names it: "scheme".
[[nodiscard]] boost::json::array to_json(const recipe& saved);

/// The text of a recipe file. What `parse` makes of it equals the recipe.
[[nodiscard]] std::string to_text(const recipe& saved);

/// Writes the text to `path` ("-": standard output). The file appears whole or not at all. Returns its size in bytes.
/// Throws error (io).
std::uint64_t save(const recipe& saved, const std::string& path, const io::write_options& options = {});

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/save.ipp>
#endif
