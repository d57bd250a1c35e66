// SPDX-License-Identifier: Apache-2.0
// Models and recipes that are large in one way each: many of something, long, deep, or the same thing named many times.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace aeq_test {

/// How large files of one kind are made.
struct large_kind {
  std::string_view name;
  std::string_view what;  ///< in words, with n for the number
  void (*make)(std::size_t n, const std::string& path);
};

[[nodiscard]] std::span<const large_kind> large_models();
[[nodiscard]] std::span<const large_kind> large_recipes();

}  // namespace aeq_test
