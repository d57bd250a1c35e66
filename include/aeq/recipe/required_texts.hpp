// SPDX-License-Identifier: Apache-2.0
// What a scope must contain for a regular expression to be found in it.
//
// Inside: definitions (*.ipp) include it, other headers do not.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::recipe::detail {

[[nodiscard]] constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Of the texts in one list, one stands in every scope that is matched; a list for each such claim.
using required_lists = std::vector<std::vector<std::string>>;

/// Finds what every scope contains that an expression of Python's matches, whatever the case of its letters:
/// "(conv|dense)_1.*/kernel" requires "conv" or "dense", and "_1", and "/kernel". Where in doubt it claims nothing.
/// (Case is given up because (?i) then needs no care; letters beyond ASCII, whose case depends on the locale, are taken
/// for unknown.)
class required_texts_reader {
 public:
  explicit required_texts_reader(std::string_view source) : source_(source) {}

  /// In lower case, the longest texts first.
  [[nodiscard]] required_lists run() {
    required_lists all = alternatives(0);
    if (at_ != source_.size()) return {};
    constexpr std::size_t most_lists = 8;
    std::stable_sort(all.begin(), all.end(), [](const texts& a, const texts& b) { return shortest(a) > shortest(b); });
    if (all.size() > most_lists) all.resize(most_lists);
    return all;
  }

 private:
  using texts = std::vector<std::string>;
  static constexpr std::size_t most_texts = 64;
  static constexpr int deepest = 50;

  [[nodiscard]] bool starts(std::string_view text) const { return source_.substr(at_).starts_with(text); }
  [[nodiscard]] char here() const { return at_ < source_.size() ? source_[at_] : '\0'; }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  /// Ends the reading without a result: the end is never reached.
  required_lists give_up() {
    at_ = source_.size() + 1;
    return {};
  }

  /// What one of several sequences requires: the longest of each.
  [[nodiscard]] required_lists alternatives(int depth) {
    if (depth > deepest) return give_up();
    required_lists first = sequence(depth);
    if (here() != '|') return first;
    texts all = longest(first);
    bool known = !all.empty();
    while (here() == '|') {
      ++at_;
      const texts next = longest(sequence(depth));
      known = known && !next.empty() && all.size() + next.size() <= most_texts;
      if (known) all.insert(all.end(), next.begin(), next.end());
    }
    if (!known) return {};
    return {all};
  }

  /// What parts that stand one behind the other require.
  [[nodiscard]] required_lists sequence(int depth) {
    required_lists all;
    std::string run;
    const auto end_run = [&] {
      if (!run.empty()) all.push_back({std::exchange(run, {})});
    };
    while (at_ < source_.size() && here() != '|' && here() != ')') {
      std::optional<char> character;
      required_lists of_group;
      if (here() == '\\') {
        character = escape();
      } else if (here() == '[') {
        character_class();
      } else if (here() == '(') {
        of_group = group(depth);
      } else if (std::string_view(".^$").find(here()) != std::string_view::npos) {
        ++at_;
      } else if (fewest_repetitions()) {
        return give_up();  // of nothing
      } else if (at_ < source_.size()) {
        character = source_[at_++];
      }
      const std::optional<bool> repeated = fewest_repetitions();
      const bool is_needed = !repeated || *repeated;
      const bool is_known = character && static_cast<unsigned char>(*character) < 0x80;
      if (is_known && is_needed) run += lower_case(*character);
      if (!is_known || repeated) end_run();
      if (is_needed) std::move(of_group.begin(), of_group.end(), std::back_inserter(all));
    }
    end_run();
    return all;
  }

  [[nodiscard]] static std::size_t shortest(const texts& some) {
    std::size_t size = some.empty() ? 0 : some.front().size();
    for (const std::string& text : some) size = std::min(size, text.size());
    return size;
  }
  [[nodiscard]] static texts longest(const required_lists& lists) {
    texts best;
    for (const texts& some : lists) {
      if (shortest(some) > shortest(best)) best = some;
    }
    return best;
  }

  /// Skips *, +, ?, {2,3}; whether the repeated part must stand there at least once.
  [[nodiscard]] std::optional<bool> fewest_repetitions() {
    std::optional<bool> needed;
    for (;;) {
      bool once = here() == '+';
      std::size_t end = at_ + 1;
      if (here() == '{') {
        std::string_view least = digits(end);
        const bool comma = end < source_.size() && source_[end] == ',';
        if (comma) ++end;
        if (comma) static_cast<void>(digits(end));
        if (end >= source_.size() || source_[end] != '}' || (least.empty() && !comma)) return needed;
        ++end;
        once = least.find_first_not_of('0') != std::string_view::npos;
      } else if (here() != '*' && here() != '+' && here() != '?') {
        return needed;
      }
      // (A lazy or possessive suffix reads as one more repetition, of at least none: +? is taken for *.)
      needed = needed.value_or(true) && once;
      at_ = end;
    }
  }
  [[nodiscard]] std::string_view digits(std::size_t& end) const {
    const std::size_t begin = end;
    while (end < source_.size() && is_digit(source_[end])) ++end;
    return source_.substr(begin, end - begin);
  }

  /// The character that an escape stands for, if that is plain.
  [[nodiscard]] std::optional<char> escape() {
    const char c = at_ + 1 < source_.size() ? source_[at_ + 1] : '0';
    if (is_digit(c) || c == 'x' || c == 'u' || c == 'U') {
      give_up();
      return std::nullopt;
    }
    at_ += 2;
    if (is_letter(c)) return std::nullopt;
    return c;
  }

  void character_class() {
    ++at_;
    if (here() == '^') ++at_;
    for (bool first = true; at_ < source_.size(); first = false) {
      const char c = source_[at_++];
      if (c == ']' && !first) return;
      if (c == '\\') ++at_;
    }
    give_up();
  }

  [[nodiscard]] required_lists group(int depth) {
    bool counts = true;
    if (starts("(?P<")) {
      at_ = std::min(source_.find('>', at_), source_.size());
    } else if (starts("(?P=")) {
      at_ = source_.find(')', at_);
      if (at_ == std::string_view::npos) return give_up();
      ++at_;
      return {};
    } else if (starts("(?=") || starts("(?!")) {
      counts = false;
      at_ += 2;
    } else if (starts("(?<=") || starts("(?<!")) {
      counts = false;
      at_ += 3;
    } else if (starts("(?>")) {
      at_ += 2;
    } else if (starts("(?")) {
      at_ += 2;
      while (is_letter(here()) || here() == '-') ++at_;
      if (here() == ')') {
        ++at_;
        return {};
      }
      if (here() != ':') return give_up();  // a comment, a condition
    }
    ++at_;
    required_lists inner = alternatives(depth + 1);
    if (here() != ')') return give_up();
    ++at_;
    if (!counts) return {};
    return inner;
  }

  std::string_view source_;
  std::size_t at_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::recipe::detail
