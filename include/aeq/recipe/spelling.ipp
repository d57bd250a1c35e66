// SPDX-License-Identifier: Apache-2.0
// Which schemes are built in, and how far two words are apart.
#pragma once

#include <aeq/recipe/spelling.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <aeq/table/kernel_table.hpp>

namespace aeq::inline AEQ_ABI::recipe {

AEQ_INLINE bool is_builtin(const scheme_descriptor& scheme) {
  for (const scheme_descriptor& s : builtin_table().schemes()) {
    if (s.name == scheme.name && s.same_arithmetic(scheme)) return true;
  }
  return false;
}

AEQ_INLINE std::size_t edit_distance(std::string_view a, std::string_view b, bool free_ends) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = free_ends ? 0 : j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return free_ends ? *std::min_element(row.begin(), row.end()) : row.back();
}

}  // namespace aeq::inline AEQ_ABI::recipe
