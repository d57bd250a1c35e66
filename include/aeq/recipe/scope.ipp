// SPDX-License-Identifier: Apache-2.0
// Regular expressions over scopes: the translation for Boost.Regex, and the search.
#pragma once

#include <aeq/recipe/scope.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include <boost/regex.hpp>

#include <aeq/recipe/required_texts.hpp>

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

struct compiled_regex {
  boost::regex expression;
};

/// A place in a scope for Boost.Regex, which counts what is looked at: each comparison of places and each character is
/// a step. (Boost bounds the steps of one search only, and does not tell them.)
class counted_place {
 public:
  struct no_step_left {};
  using iterator_category = std::random_access_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  counted_place() = default;
  counted_place(const char* at, std::uint64_t& steps) : at_(at), steps_(&steps) {}

  reference operator*() const {
    step();
    return *at_;
  }
  counted_place& operator++() {
    ++at_;
    return *this;
  }
  counted_place& operator--() {
    --at_;
    return *this;
  }
  counted_place operator++(int) {
    counted_place old = *this;
    ++at_;
    return old;
  }
  counted_place operator--(int) {
    counted_place old = *this;
    --at_;
    return old;
  }
  counted_place& operator+=(difference_type n) {
    at_ += n;
    return *this;
  }
  counted_place& operator-=(difference_type n) {
    at_ -= n;
    return *this;
  }
  friend counted_place operator+(counted_place a, difference_type n) { return a += n; }
  friend counted_place operator-(counted_place a, difference_type n) { return a -= n; }
  friend difference_type operator-(const counted_place& a, const counted_place& b) { return a.at_ - b.at_; }
  friend bool operator==(const counted_place& a, const counted_place& b) {
    a.step();
    return a.at_ == b.at_;
  }
  friend auto operator<=>(const counted_place& a, const counted_place& b) { return a.at_ <=> b.at_; }

 private:
  void step() const {
    if (steps_ == nullptr) return;
    if (*steps_ == 0) throw no_step_left();
    --*steps_;
  }

  const char* at_ = nullptr;
  std::uint64_t* steps_ = nullptr;
};

/// What a regular expression has that can't be used; becomes an error that names the rule.
struct unusable_regex : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Rewrites Python's regular expressions for Boost's Perl syntax: what Python takes literally is escaped, what only one
/// of them knows is refused.
class regex_translator {
 public:
  explicit regex_translator(std::string_view source) : source_(source) {}

  std::string run() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      switch (c) {
        case '\\': escape(false); break;
        case '[': character_class(); break;
        case '(': group(); break;
        case '{': braces(); break;
        case '}':
        case ']': literal(c); break;
        default: take(); break;
      }
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool more(std::size_t ahead = 0) const { return at_ + ahead < source_.size(); }
  [[nodiscard]] bool starts(std::string_view text) const { return source_.substr(at_).starts_with(text); }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_octal(char c) { return c >= '0' && c <= '7'; }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  [[noreturn]] void fail(const std::string& what) const {
    throw unusable_regex(what + " at position " + std::to_string(at_));
  }
  void take(std::size_t count = 1) {
    result_.append(source_.substr(at_, count));
    at_ += count;
  }
  void literal(char c) {
    result_ += '\\';
    result_ += c;
    ++at_;
  }

  void escape(bool in_class) {
    if (!more(1)) fail("a backslash with nothing behind it");
    const char c = source_[at_ + 1];
    if (is_digit(c)) return number(in_class);
    if (!is_letter(c)) {
      // Boost gives \< \> \` \' a meaning, Python none; they need no backslash.
      const bool plain = c == '<' || c == '>' || c == '`' || c == '\'';
      if (plain) ++at_;
      return take(plain ? 1 : 2);
    }
    switch (c) {
      case 'x': return code_point(2, in_class);
      case 'u': return code_point(4, in_class);
      case 'U': return code_point(8, in_class);
      case 'Z': result_ += "\\z"; break;
      case 'b': result_ += in_class ? "\\x08" : "\\b"; break;
      case 'A':
      case 'B':
        if (in_class) fail("an escape that a character class can't have");
        [[fallthrough]];
      case 'd':
      case 'D':
      case 's':
      case 'S':
      case 'w':
      case 'W':
      case 'a':
      case 'f':
      case 'n':
      case 'r':
      case 't':
      case 'v':
        result_ += '\\';
        // Boost reads \v as any vertical space.
        if (c == 'v')
          result_ += "x0B";
        else
          result_ += c;
        break;
      default: fail(std::string("the unknown escape \\") + c);
    }
    if (c == 'Z' && in_class) fail("an escape that a character class can't have");
    at_ += 2;
  }

  /// \0, \012 and \123 are characters, \1 to \99 groups.
  void number(bool in_class) {
    std::size_t digits = 1;
    while (digits < 3 && more(1 + digits) && is_digit(source_[at_ + 1 + digits])) ++digits;
    const std::string_view text = source_.substr(at_ + 1, digits);
    const bool all_octal = text.find_first_of("89") == std::string_view::npos;
    if (text[0] == '0' || in_class || (digits == 3 && all_octal)) {
      unsigned value = 0;
      std::size_t used = 0;
      for (; used < digits && is_octal(text[used]); ++used) value = value * 8 + static_cast<unsigned>(text[used] - '0');
      if (used == 0 || value > 0xff) fail("no octal escape");
      at_ += 1 + used;
      return character(value, in_class);
    }
    const std::size_t used = digits < 2 ? digits : 2;
    result_ += "\\g{";
    result_.append(text.substr(0, used));
    result_ += '}';
    at_ += 1 + used;
  }

  void code_point(std::size_t digits, bool in_class) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = more(2 + i) ? static_cast<char>(source_[at_ + 2 + i] | 0x20) : ' ';
      const std::size_t digit = hexadecimal.find(c);
      if (digit == std::string_view::npos)
        fail("an escape that wants " + std::to_string(digits) + " hexadecimal digits");
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    at_ += 2 + digits;
    character(value, in_class);
  }

  void byte(std::uint32_t value) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    result_ += "\\x";
    result_ += hexadecimal[value >> 4 & 15];
    result_ += hexadecimal[value & 15];
  }

  void character(std::uint32_t value, bool in_class) {
    if (value < 0x80) return byte(value);
    if (in_class) fail("a character beyond ASCII in a class; write alternatives, (?:a|b), instead: before it,");
    if (value > 0x10ffff) fail("an escape beyond Unicode: before it,");
    result_ += "(?:";
    if (value < 0x800) {
      byte(0xc0 | value >> 6);
    } else {
      if (value < 0x10000) {
        byte(0xe0 | value >> 12);
      } else {
        byte(0xf0 | value >> 18);
        byte(0x80 | (value >> 12 & 0x3f));
      }
      byte(0x80 | (value >> 6 & 0x3f));
    }
    byte(0x80 | (value & 0x3f));
    result_ += ')';
  }

  void character_class() {
    take();
    if (more() && source_[at_] == '^') take();
    bool first = true;
    for (; more(); first = false) {
      const char c = source_[at_];
      if (c == ']' && !first) return take();
      if (c == '\\') {
        escape(true);
      } else if (c == '[' || c == ']') {
        literal(c);
      } else if (static_cast<unsigned char>(c) >= 0x80) {
        fail("a character beyond ASCII in a class; write alternatives, (?:a|b), instead,");
      } else {
        take();
      }
    }
    fail("a character class without its ]");
  }

  /// {2}, {2,}, {,3} and {2,3} repeat; any other brace is a character.
  void braces() {
    std::size_t end = at_ + 1;
    const auto digits = [&] {
      const std::size_t begin = end;
      while (end < source_.size() && is_digit(source_[end])) ++end;
      return source_.substr(begin, end - begin);
    };
    const std::string_view least = digits();
    const bool comma = end < source_.size() && source_[end] == ',';
    if (comma) ++end;
    const std::string_view most = comma ? digits() : least;
    const bool repeats = end < source_.size() && source_[end] == '}' && (!least.empty() || comma);
    if (!repeats) return literal('{');
    constexpr std::size_t longest = 5;
    if (least.size() > longest || most.size() > longest) fail("a repetition above 99999");
    result_ += '{';
    result_.append(least.empty() ? std::string_view("0") : least);
    if (comma) result_ += ',';
    if (comma) result_.append(most);
    result_ += '}';
    at_ = end + 1;
  }

  void group() {
    if (!starts("(?")) return take();
    if (starts("(?P<")) {
      result_ += "(?<";
      at_ += 4;
      const std::size_t begin = at_;
      name('>');
      if (!names_.insert(source_.substr(begin, at_ - begin)).second)
        fail("a group name for the second time before it,");
      return;
    }
    if (starts("(?P=")) {
      result_ += "\\k<";
      at_ += 4;
      name(')');
      result_.back() = '>';
      return;
    }
    if (starts("(?#")) {
      const std::size_t end = source_.find(')', at_);
      if (end == std::string_view::npos) fail("a comment without its )");
      at_ = end + 1;
      return;
    }
    if (starts("(?(")) {
      take(3);
      if (more() && is_digit(source_[at_])) return;
      result_ += '<';
      name(')');
      result_.back() = '>';
      result_ += ')';
      return;
    }
    for (const std::string_view known : {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"}) {
      if (starts(known)) return take(known.size());
    }
    flags();
  }

  void name(char end) {
    const std::size_t length = source_.substr(at_).find(end);
    const std::string_view text = source_.substr(at_, length);
    bool valid = length != std::string_view::npos && !text.empty() && !is_digit(text[0]);
    for (const char c : text) valid = valid && (is_letter(c) || is_digit(c) || c == '_');
    if (!valid) fail("a group name that is none; letters, digits and _ are accepted,");
    take(text.size() + 1);
  }

  /// (?i) at the start, (?i:…) anywhere.
  void flags() {
    std::size_t end = at_ + 2;
    std::string kept;
    bool off = false;
    for (; end < source_.size() && (is_letter(source_[end]) || source_[end] == '-'); ++end) {
      const char c = source_[end];
      if (c == '-') off = true;
      if ((c == 'u' || c == 'a') && !off) continue;  // \w and \d mean ASCII here in any case
      if (c != 'i' && c != 'm' && c != 's' && c != '-') break;
      kept += c;
    }
    const char last = end < source_.size() ? source_[end] : ' ';
    const bool whole = last == ')' && at_ == 0 && !off;
    if (end == at_ + 2 || (last != ':' && !whole)) {
      fail(
          "an unknown group; (?:…), (?=…), (?!…), (?<=…), (?<!…), (?>…), (?P<name>…), (?P=name), (?#…) and the flags "
          "i, "
          "m, s (with ) at the start only) are accepted: what begins");
    }
    if (!(whole && kept.empty())) result_ += "(?" + kept + last;
    at_ = end + 1;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::string result_;
  std::set<std::string_view> names_;  ///< of groups
};

}  // namespace detail

AEQ_INLINE scope_pattern::scope_pattern(std::string_view source, std::string place)
    : place_(std::move(place)), source_(source) {
  if (source.size() > longest) fail("is longer than " + std::to_string(longest) + " characters; split the rule");
  const std::string_view core = core_of(source);
  std::string lowered;
  if (core.find_first_of("\\^$.|?*+()[]{}") == std::string_view::npos) {
    literal_ = core;
    for (const char c : core) lowered += detail::lower_case(c);
    if (!lowered.empty()) required_.push_back({std::move(lowered)});
    return;
  }
  required_ = detail::required_texts_reader(source).run();
  try {
    compiled_ = std::make_shared<const detail::compiled_regex>(detail::compiled_regex{boost::regex(
        detail::regex_translator(source).run(), boost::regex::perl | boost::regex::no_mod_s | boost::regex::no_mod_m)});
  } catch (const detail::unusable_regex& problem) {
    fail(std::string("can't be used: it has ") + problem.what());
  } catch (const boost::regex_error& problem) {
    std::string what = problem.what();
    what = what.substr(0, what.find("  The error occurred"));
    fail("is no regular expression: " + what);
  } catch (const std::runtime_error& problem) {
    fail(std::string("is no regular expression: ") + problem.what());
  }
}

AEQ_INLINE bool scope_pattern::matches(const std::string& scope) const {
  std::uint64_t steps = std::numeric_limits<std::uint64_t>::max();
  return *matches(scope, steps);
}

AEQ_INLINE std::optional<bool> scope_pattern::matches(const std::string& scope, std::uint64_t& steps) const {
  // What a search costs before its first character, and what a text's costs that is compared eight characters at once.
  constexpr std::uint64_t to_begin = 40;
  const std::uint64_t beforehand = compiled_ ? to_begin : 1 + scope.size() / 8;
  steps -= std::min(steps, beforehand);
  if (steps == 0) return std::nullopt;
  if (!compiled_) return scope.find(literal_) != std::string::npos;
  try {
    const detail::counted_place begin(scope.data(), steps);
    boost::match_results<detail::counted_place> ignored;
    return boost::regex_search(begin, begin + static_cast<std::ptrdiff_t>(scope.size()), ignored, compiled_->expression,
                               boost::match_not_dot_newline | boost::match_any);
  } catch (const detail::counted_place::no_step_left&) {
    return std::nullopt;
  } catch (const std::runtime_error&) {
    constexpr std::size_t shown = 80;
    fail("takes too many steps on \"" + scope.substr(0, shown) + "\"; write it without nested repetitions");
  }
}

AEQ_INLINE void scope_pattern::fail(const std::string& what) const {
  constexpr std::size_t shown = 80;
  std::string text = source_.substr(0, shown);
  if (source_.size() > shown) text += "...";
  throw error(error_code::bad_input, place_ + "/regex: \"" + text + "\" " + what);
}

}  // namespace aeq::inline AEQ_ABI::recipe
