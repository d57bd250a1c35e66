// SPDX-License-Identifier: Apache-2.0
// Scopes: the text by which an op is known to a recipe, and the regular expressions that are searched in it.
// (spec: quantization, section 2.3)
//
// Expressions are those of Python's re module; Boost.Regex searches them after a translation. Names are searched as
// bytes of UTF-8: a letter beyond ASCII is matched by itself, but `.` takes one byte of it, \w takes none and (?i) sees
// no upper and lower case in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/io/error.hpp>

namespace aeq::inline AEQ_ABI::recipe {

inline constexpr std::size_t scope_characters = 10'000;

/// The scope of an op: names of its outputs, each followed by ';'; of its inputs where no output has a name. At most
/// `scope_characters` characters; `cut` tells whether there were more.
template <class Names>
[[nodiscard]] std::string scope_of(const Names& outputs, const Names& inputs, bool* cut = nullptr) {
  constexpr std::size_t most_bytes = 4 * scope_characters;  // as many characters, whatever they are
  std::string scope;
  const auto join = [&](const Names& names) {
    for (const std::string_view name : names) {
      if (!name.empty()) scope.append(name.substr(0, most_bytes + 1)) += ';';
      if (scope.size() > most_bytes) return;
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

/// A regular expression without .* at its ends, where it changes nothing; empty if it is found in every scope.
[[nodiscard]] constexpr std::string_view core_of(std::string_view regex) {
  while (regex.starts_with(".*") && !regex.starts_with(".*?") && !regex.starts_with(".*+")) regex.remove_prefix(2);
  while (regex.ends_with(".*") && !regex.ends_with("\\.*")) regex.remove_suffix(2);
  return regex;
}

/// Steps that all searches for a recipe's expressions in a model's scopes may take together, some tens of seconds on a
/// machine of today. A character that is looked at is a step; a hundred thousand rules that name layers of a thousand
/// ops take some millions.
inline constexpr std::uint64_t most_search_steps = 4'000'000'000;

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

  /// The same, in at most `steps` steps, of which it leaves what it did not need. Nothing, and no step left, if they do
  /// not suffice.
  [[nodiscard]] std::optional<bool> matches(const std::string& scope, std::uint64_t& steps) const;

  /// Lists of texts in lower case: of each list, one stands in every scope that matches (in either case).
  [[nodiscard]] const std::vector<std::vector<std::string>>& required() const { return required_; }

  /// Throws error (bad_input) that names the rule, shows its expression and says `what`.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  static constexpr std::size_t longest = 100'000;

  std::string place_;
  std::string source_;
  std::string literal_;                                     ///< searched where there is no `compiled_`
  std::shared_ptr<const detail::compiled_regex> compiled_;  ///< shared by copies
  std::vector<std::vector<std::string>> required_;
};

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/scope.ipp>
#endif
