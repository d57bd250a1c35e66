// SPDX-License-Identifier: Apache-2.0
// Which of many patterns a scope may match, by one pass over the scope.
//
// Inside: definitions (*.ipp) include it, other headers do not.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/recipe/required_texts.hpp>
#include <aeq/recipe/scope.hpp>

namespace aeq::inline AEQ_ABI::recipe::detail {

/// Recipes of a hundred thousand rules exist: a rule for each layer of a large model. Trying each pattern on each scope
/// then takes minutes. Here a pattern is known by the texts of one of its lists (scope_pattern::required), the rarest
/// one, and a text by the rarest 8 (4, 2, 1) characters in it. All places of a scope are looked up; where such
/// characters stand the text is compared.
class pattern_index {
 public:
  /// `patterns` outlive the index.
  explicit pattern_index(std::span<const scope_pattern> patterns) : found_in_(patterns.size(), 0) {
    constexpr std::size_t most_counters = std::size_t(1) << 22;
    std::vector<std::uint32_t> uses(std::bit_ceil(std::min(64 * patterns.size(), most_counters)));
    for (const scope_pattern& pattern : patterns) {
      for (const std::vector<std::string>& list : pattern.required()) {
        for (const std::string& text : list) {
          for_each_window(text, [&](std::uint64_t key, std::size_t) { ++uses[hash(key, uses.size())]; });
        }
      }
    }
    std::vector<entry> entries;
    std::vector<entry> rarest;
    for (std::size_t p = 0; p < patterns.size(); ++p) {
      std::uint64_t fewest = std::numeric_limits<std::uint64_t>::max();
      for (const std::vector<std::string>& list : patterns[p].required()) {
        std::uint64_t all_uses = 0;
        entries.clear();
        for (const std::string& text : list) all_uses += add_entry(entries, uses, text, p);
        if (all_uses >= fewest) continue;
        fewest = all_uses;
        rarest.swap(entries);
      }
      if (patterns[p].required().empty()) {
        anywhere_.push_back(static_cast<std::uint32_t>(p));
        continue;
      }
      for (const entry& e : rarest) tables_[level_of(e.text->size())].entries.push_back(e);
    }
    for (table& t : tables_) {
      std::sort(t.entries.begin(), t.entries.end(), [](const entry& a, const entry& b) { return a.key < b.key; });
      t.filter.resize(std::bit_ceil(16 * t.entries.size()));
      for (const entry& e : t.entries) t.filter[hash(e.key, t.filter.size())] = true;
    }
  }

  /// Positions of the patterns that may be found in a scope, ascending; valid until the next call. `charge(pattern,
  /// characters)` hears of what was compared for a pattern.
  template <class Charge>
  [[nodiscard]] std::span<const std::uint32_t> candidates(std::string_view scope, const Charge& charge) {
    ++scopes_;
    candidates_.clear();
    lowered_.assign(scope);
    for (char& c : lowered_) c = lower_case(c);
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < lowered_.size(); ++i) {
      last = last << 8 | static_cast<unsigned char>(lowered_[i]);
      for (std::size_t level = 0; level < tables_.size() && i + 1 >= width_of(level); ++level) {
        if (!tables_[level].entries.empty())
          look_up(tables_[level], key_of(last, level), i + 1 - width_of(level), charge);
      }
    }
    std::sort(candidates_.begin(), candidates_.end());
    const auto middle = static_cast<std::ptrdiff_t>(candidates_.size());
    candidates_.insert(candidates_.end(), anywhere_.begin(), anywhere_.end());
    std::inplace_merge(candidates_.begin(), candidates_.begin() + middle, candidates_.end());
    return candidates_;
  }

 private:
  /// A required text, and the window by which it is found.
  struct entry {
    std::uint64_t key;
    const std::string* text;
    std::uint32_t at;  ///< of the window in the text
    std::uint32_t pattern;
  };
  struct table {
    std::vector<entry> entries;  ///< by key
    std::vector<bool> filter;    ///< by the key's hash: some entry may have it
  };

  static constexpr std::size_t width_of(std::size_t level) { return std::size_t(1) << level; }
  static std::size_t level_of(std::size_t text_bytes) {
    return text_bytes >= 8 ? 3 : text_bytes >= 4 ? 2 : text_bytes >= 2 ? 1 : 0;
  }
  /// The last characters of a window of 8, as one number.
  static std::uint64_t key_of(std::uint64_t window, std::size_t level) {
    return window & (~std::uint64_t(0) >> (64 - 8 * width_of(level)));
  }
  static std::size_t hash(std::uint64_t key, std::size_t power_of_two) {
    constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>((key * golden) >> 32) & (power_of_two - 1);
  }

  /// Adds a text with its rarest window, and says how often that is used; a shorter window counts for more, for it
  /// stands in more scopes.
  static std::uint64_t add_entry(std::vector<entry>& entries, const std::vector<std::uint32_t>& uses,
                                 const std::string& text, std::size_t pattern) {
    entry& added = entries.emplace_back(entry{0, &text, 0, static_cast<std::uint32_t>(pattern)});
    std::uint32_t fewest = std::numeric_limits<std::uint32_t>::max();
    for_each_window(text, [&](std::uint64_t key, std::size_t at) {
      const std::uint32_t count = uses[hash(key, uses.size())];
      if (count >= fewest) return;
      fewest = count;
      added.key = key;
      added.at = static_cast<std::uint32_t>(at);
    });
    constexpr std::uint64_t by_level[] = {64, 16, 4, 1};
    return by_level[level_of(text.size())] * fewest;
  }

  /// The windows of a text, of a long one the last.
  template <class Do>
  static void for_each_window(const std::string& text, const Do& each) {
    constexpr std::size_t most = 256;
    const std::size_t level = level_of(text.size());
    const std::size_t width = width_of(level);
    std::uint64_t last = 0;
    for (std::size_t i = text.size() > most ? text.size() - most : 0; i < text.size(); ++i) {
      last = last << 8 | static_cast<unsigned char>(text[i]);
      if (i + 1 >= width) each(key_of(last, level), i + 1 - width);
    }
  }

  template <class Charge>
  void look_up(const table& t, std::uint64_t key, std::size_t i, const Charge& charge) {
    if (!t.filter[hash(key, t.filter.size())]) return;
    auto e = std::lower_bound(t.entries.begin(), t.entries.end(), key,
                              [](const entry& a, std::uint64_t wanted) { return a.key < wanted; });
    for (; e != t.entries.end() && e->key == key; ++e) {
      charge(e->pattern, found_in_[e->pattern] == scopes_ ? 1 : e->text->size());
      if (found_in_[e->pattern] == scopes_ || i < e->at || lowered_.compare(i - e->at, e->text->size(), *e->text) != 0)
        continue;
      found_in_[e->pattern] = scopes_;
      candidates_.push_back(e->pattern);
    }
  }

  std::array<table, 4> tables_;          ///< by width of the window
  std::vector<std::uint32_t> anywhere_;  ///< patterns that require no text
  std::vector<std::uint64_t> found_in_;  ///< by pattern: number of the last scope that has a text of it
  std::vector<std::uint32_t> candidates_;
  std::string lowered_;
  std::uint64_t scopes_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::recipe::detail
