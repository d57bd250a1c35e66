// SPDX-License-Identifier: Apache-2.0
// Scopes: the text by which an op is known to a recipe, and the regular expressions that are searched in it.
// (spec: quantization, section 2.3)
//
// Expressions are those of Python's re module; Boost.Regex searches them after a translation. Names are searched as
// bytes of UTF-8: a letter beyond ASCII is matched by itself, but `.` takes one byte of it, \w takes none and (?i) sees
// no upper and lower case in it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::recipe {

inline constexpr std::size_t scope_characters = 10'000;

/// The scope of an op: names of its outputs, each followed by ';'; of its inputs where no output has a name. At most
/// `scope_characters` characters; `cut` tells whether there were more.
template <class Names>
[[nodiscard]] std::string scope_of(const Names& outputs, const Names& inputs, bool* cut = nullptr) {
  std::string scope;
  const auto join = [&](const Names& names) {
    for (const std::string_view name : names) {
      if (!name.empty()) scope.append(name) += ';';
    }
  };
  join(outputs);
  if (scope.empty()) join(inputs);
  if (cut != nullptr) *cut = false;
  if (scope.size() <= scope_characters) return scope;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < scope.size(); ++i) {
    const bool starts_character = (static_cast<unsigned char>(scope[i]) & 0xc0) != 0x80;
    if (!starts_character || characters++ < scope_characters) continue;
    scope.resize(i);
    if (cut != nullptr) *cut = true;
    break;
  }
  return scope;
}

namespace detail {
struct compiled_regex;
}  // namespace detail

/// A compiled regular expression of a rule.
class scope_pattern {
 public:
  /// `place` names the rule in errors. Throws error (bad_input).
  scope_pattern(std::string_view source, std::string place);

  /// Whether the expression is found anywhere in a scope. Throws error (bad_input) for an expression that takes too
  /// many steps.
  [[nodiscard]] bool matches(const std::string& scope) const;

 private:
  static constexpr std::size_t longest = 100'000;

  [[noreturn]] void fail(const std::string& what) const;

  std::string place_;
  std::string source_;
  std::string literal_;                                     ///< searched where there is no `compiled_`
  std::shared_ptr<const detail::compiled_regex> compiled_;  ///< shared by copies
};

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/scope.ipp>
#endif
