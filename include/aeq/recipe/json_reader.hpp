// SPDX-License-Identifier: Apache-2.0
// Reading JSON that a person wrote: bounded depth and size, no key twice, and errors that say where and what would be
// accepted.
//
// Inside: definitions (*.ipp) include it, other headers do not, for it brings Boost.JSON.
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <aeq/io/error.hpp>
#include <aeq/recipe/spelling.hpp>

namespace aeq::inline AEQ_ABI::recipe::detail {

inline constexpr std::size_t json_depth = 32;
inline constexpr std::size_t json_bytes = std::size_t(1) << 26;

/// Finds keys that stand twice in one object of a text that a parser has accepted: it silently keeps one of them. (A
/// handler of Boost.JSON's basic_parser could do it while parsing, and would have every user compile a second parser.)
class key_watcher {
 public:
  explicit key_watcher(std::string_view text) : text_(text) {}

  /// The JSON pointer of the first such key; empty if there is none.
  [[nodiscard]] std::string run() {
    for (at_ = 0; at_ < text_.size(); ++at_) {
      switch (text_[at_]) {
        case '{':
        case '[': levels_.push_back({{}, {}, 0, text_[at_] == '[', text_[at_] == '{'}); break;
        case '}':
        case ']': levels_.pop_back(); break;
        case ',':
          ++levels_.back().index;
          levels_.back().wants_key = !levels_.back().is_array;
          break;
        case '"': {
          const std::string_view quoted = take_string();
          if (!levels_.empty() && levels_.back().wants_key && !add(quoted)) return pointer();
          break;
        }
        default: break;
      }
    }
    return {};
  }

 private:
  struct level {
    std::set<std::string> keys;
    std::string key;  ///< of the member being read
    std::size_t index;
    bool is_array;
    bool wants_key;
  };

  /// From one quotation mark to the other, at which it leaves.
  std::string_view take_string() {
    const std::size_t begin = at_;
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    return text_.substr(begin, at_ + 1 - begin);
  }
  bool add(std::string_view quoted) {
    level& l = levels_.back();
    l.wants_key = false;
    l.key = quoted.substr(1, quoted.size() - 2);
    if (l.key.find('\\') != std::string::npos) {
      const boost::json::value key = boost::json::parse({quoted.data(), quoted.size()});
      l.key.assign(key.get_string().data(), key.get_string().size());
    }
    return l.keys.insert(l.key).second;
  }
  [[nodiscard]] std::string pointer() const {
    std::string text;
    for (const level& l : levels_) text += '/' + (l.is_array ? std::to_string(l.index) : l.key);
    return text;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<level> levels_;
};

/// Line and column of a byte, counted from 1.
[[nodiscard]] inline std::string line_of(std::string_view text, std::size_t byte) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i < byte && i < text.size(); ++i) {
    column = text[i] == '\n' ? 1 : column + 1;
    if (text[i] == '\n') ++line;
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Throws error (bad_input).
[[nodiscard]] inline boost::json::value parse_json(std::string_view text, const std::string& file) {
  const auto fail = [&](const std::string& what) { throw error(error_code::bad_input, file + ": " + what); };
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.size() > json_bytes) fail("is larger than " + std::to_string(json_bytes >> 20) + " MiB");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) fail("is empty; JSON is wanted");
  boost::json::parse_options options;
  options.max_depth = json_depth;
  boost::json::error_code problem;

  boost::json::parser parser({}, options);
  const std::size_t read = parser.write_some(text.data(), text.size(), problem);
  if (problem == boost::json::error::too_deep) fail("is nested deeper than " + std::to_string(json_depth) + " levels");
  if (problem || read < text.size()) {
    const std::string what = problem ? problem.message() : "more text behind the end";
    fail("is no JSON (" + line_of(text, read) + "): " + what);
  }
  const std::string duplicate = key_watcher(text).run();
  if (!duplicate.empty()) fail(duplicate + ": this key stands twice; keep one");
  return parser.release();
}

/// A value and where it stands.
class json_node {
 public:
  json_node(const boost::json::value& value, const std::string& file, std::string pointer = {})
      : value_(&value), file_(&file), pointer_(std::move(pointer)) {}

  [[nodiscard]] const boost::json::value& value() const { return *value_; }
  /// "recipe.json: /0/regex"
  [[nodiscard]] std::string place() const { return pointer_.empty() ? *file_ : *file_ + ": " + pointer_; }

  [[noreturn]] void fail(const std::string& what, error_code code = error_code::bad_input) const {
    throw error(code, place() + ": " + what);
  }
  /// For a value that is not what is wanted: it is shown, cut if it is long.
  [[noreturn]] void refuse(const std::string& why) const {
    constexpr std::size_t shown = 60;
    std::string text = boost::json::serialize(*value_);
    if (text.size() > shown) text = text.substr(0, shown) + "...";
    fail(text + " " + why);
  }

  [[nodiscard]] const boost::json::object& object(const char* what) const {
    if (!value_->is_object()) refuse(std::string("is no object; ") + what + " is wanted");
    return value_->get_object();
  }
  [[nodiscard]] const boost::json::array& array(const char* what) const {
    if (!value_->is_array()) refuse(std::string("is no list; ") + what + " is wanted");
    return value_->get_array();
  }
  [[nodiscard]] std::string_view string() const {
    if (!value_->is_string()) refuse("is no text");
    return {value_->get_string().data(), value_->get_string().size()};
  }
  [[nodiscard]] bool boolean() const {
    if (!value_->is_bool()) refuse("is neither true nor false");
    return value_->get_bool();
  }
  /// A whole number within bounds; 8.0 is one.
  [[nodiscard]] std::int64_t integer(std::int64_t lowest, std::int64_t highest, const char* are_accepted) const {
    std::int64_t number = 0;
    bool whole = true;
    if (value_->is_int64()) {
      number = value_->get_int64();
    } else if (value_->is_double() && std::abs(value_->get_double()) <= 0x1p53 &&
               value_->get_double() == std::floor(value_->get_double())) {
      number = static_cast<std::int64_t>(value_->get_double());
    } else {
      whole = value_->is_uint64();
      if (whole) refuse(std::string("is too large; ") + are_accepted);
    }
    if (!whole) refuse(std::string("is no integer; ") + are_accepted);
    if (number < lowest || number > highest) refuse(std::string("is out of range; ") + are_accepted);
    return number;
  }
  template <class Table>
  [[nodiscard]] auto word(const Table& table) const {
    const std::string_view text = string();
    for (const auto& entry : table) {
      if (entry.name == text) return entry.value;
    }
    refuse("is unknown; " + accepted(text, words(table)));
  }

  /// A member; null where there is none.
  [[nodiscard]] const boost::json::value* find(std::string_view key) const {
    return value_->get_object().if_contains({key.data(), key.size()});
  }
  [[nodiscard]] json_node member(std::string_view key) const {
    const boost::json::value* found = find(key);
    if (found == nullptr) fail("\"" + std::string(key) + "\" is missing");
    return {*found, *file_, pointer_ + '/' + escaped(key)};
  }
  [[nodiscard]] json_node element(std::size_t index) const {
    return {value_->get_array()[index], *file_, pointer_ + '/' + std::to_string(index)};
  }

 private:
  [[nodiscard]] static std::string escaped(std::string_view key) {
    std::string text;
    for (const char c : key) {
      if (c == '~') {
        text += "~0";
      } else if (c == '/') {
        text += "~1";
      } else {
        text += c;
      }
    }
    return text;
  }

  const boost::json::value* value_;
  const std::string* file_;
  std::string pointer_;
};

}  // namespace aeq::inline AEQ_ABI::recipe::detail
