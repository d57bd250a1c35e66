// SPDX-License-Identifier: Apache-2.0
// Statistics as files, the definitions.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

#include <aeq/calibrate/statistics_json.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/gzip.hpp>
#include <aeq/io/number.hpp>
#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

/// Builds values as Boost's own handler does, but for numbers, which it rounds wrongly: their text is read here.
struct exact_number_handler {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  using code = boost::json::error_code;
  using text = boost::json::string_view;

  boost::json::value_stack stack;
  std::string number;

  bool on_document_begin(code&) {
    stack.reset();
    return true;
  }
  bool on_document_end(code&) { return true; }
  bool on_object_begin(code&) { return true; }
  bool on_object_end(std::size_t n, code&) {
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(code&) { return true; }
  bool on_array_end(std::size_t n, code&) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(text part, std::size_t, code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_key(text part, std::size_t, code&) {
    stack.push_key(part);
    return true;
  }
  bool on_string_part(text part, std::size_t, code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(text part, std::size_t, code&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(text part, code&) {
    number.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, text, code&) {
    number.clear();
    stack.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, text, code&) {
    number.clear();
    stack.push_uint64(value);
    return true;
  }
  bool on_double(double rounded, text part, code&) {
    number.append(part.data(), part.size());
    stack.push_double(io::parsed_decimal(number).value_or(rounded));  // out of range: Boost's infinity or zero is right
    number.clear();
    return true;
  }
  bool on_bool(bool value, code&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(text, code&) { return true; }
  bool on_comment(text, code&) { return true; }
};

/// Python writes NaN, Infinity and -Infinity as bare words, which are no JSON: they become texts.
inline std::string quote_bare_words(std::string_view text) {
  constexpr std::array<std::string_view, 3> words{"-Infinity", "Infinity", "NaN"};
  std::string result;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    std::size_t taken = 1;
    if (in_string) {
      if (c == '\\') taken = 2;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == 'N' || c == 'I' || c == '-') {
      for (const std::string_view word : words) {
        if (!text.substr(i).starts_with(word)) continue;
        result.append(1, '"').append(word).append(1, '"');
        i += word.size();
        taken = 0;
        break;
      }
    }
    result.append(text.substr(i, taken));
    i += taken;
  }
  return result;
}

class statistics_reader {
 public:
  explicit statistics_reader(std::string name) : name_(std::move(name)) {}

  /// Calls each(tensor, entry) for every tensor.
  template <class Each>
  void read(std::string_view text, const Each& each) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    all_ = parse(text);
    const boost::json::object* tensors = all_.if_object();
    if (tensors == nullptr) fail("is no object; statistics are an object with an entry for each tensor");
    const boost::json::value* format = tensors->if_contains("format");
    if (format != nullptr && format->is_string()) {
      if (format->get_string() != "qsv/1") {
        fail("/format: \"" + std::string(format->get_string()) + "\" is unknown; \"qsv/1\" is known");
      }
      tensors = member(*tensors, "tensors");
    } else if (tensors->contains("model_qsvs")) {
      tensors = member(*tensors, "model_qsvs");
    }
    for (const auto& [key, value] : *tensors) each(std::string_view(key.data(), key.size()), value);
  }

  statistics read(std::string_view text) {
    statistics result;
    read(text, [&](std::string_view tensor, const boost::json::value& entry) {
      if (const std::optional<tensor_range> range = read_range(tensor, entry)) result.set(tensor, *range);
    });
    return result;
  }

  /// The file as a whole, after `read`.
  [[nodiscard]] const boost::json::object& file() const { return all_.get_object(); }

  [[noreturn]] void fail(const std::string& what) const { throw error(error_code::bad_input, name_ + ": " + what); }
  [[noreturn]] void fail(std::string_view tensor, const std::string& what) const {
    fail("tensor \"" + io::escaped_utf8(tensor) + "\": " + what);
  }

  /// The range of an entry, or of what an entry has that looks like one.
  std::optional<tensor_range> read_range(std::string_view tensor, const boost::json::value& entry) const {
    if (!entry.is_object()) fail(tensor, "is no object; {\"min\": ..., \"max\": ...} is wanted");
    const boost::json::value* lowest = entry.get_object().if_contains("min");
    const boost::json::value* highest = entry.get_object().if_contains("max");
    if (lowest == nullptr || highest == nullptr) fail(tensor, "has no \"min\" and \"max\"");
    const number_in_array low = read_number(tensor, "min", *lowest);
    const number_in_array high = read_number(tensor, "max", *highest);
    return tensor_range{low.value, high.value, low.wide || high.wide, low.shape};
  }

 private:
  struct number_in_array {
    double value = 0;
    bool wide = true;
    std::vector<std::int32_t> shape;
  };

  boost::json::value parse(std::string_view text) const {
    const std::string quoted = quote_bare_words(text);
    boost::json::error_code problem;
    boost::json::basic_parser<exact_number_handler> parser(boost::json::parse_options{});
    const std::size_t taken = parser.write_some(false, quoted.data(), quoted.size(), problem);
    if (problem || taken < quoted.size()) {
      fail("is no JSON: " + (problem ? problem.message() : "more text behind the end") + ", near byte " +
           std::to_string(taken));
    }
    return parser.handler().stack.release();
  }

  const boost::json::object* member(const boost::json::object& all, const char* key) const {
    const boost::json::value* found = all.if_contains(key);
    if (found == nullptr || !found->is_object()) fail(std::string("/") + key + ": an object of tensors is wanted");
    return &found->get_object();
  }

  number_in_array read_number(std::string_view tensor, const char* key, const boost::json::value& v) const {
    number_in_array result;
    const boost::json::value* inner = &v;
    const auto one = [&](bool is_one) {
      if (!is_one) fail(tensor, std::string("\"") + key + "\" holds more or less than one number; one is wanted");
    };
    if (const boost::json::object* typed = v.if_object()) {
      const boost::json::value* type = typed->if_contains("dtype");
      result.wide = type == nullptr || !type->is_string() || type->get_string() != "float32";
      if (const boost::json::value* shape = typed->if_contains("shape"); shape != nullptr && shape->is_array()) {
        for (const boost::json::value& n : shape->get_array()) {
          one(n.is_int64() && n.get_int64() == 1);
          result.shape.push_back(1);
        }
      }
      if (const boost::json::value* bytes = typed->if_contains("base64"); bytes != nullptr && bytes->is_string()) {
        result.value = float_of_base64(tensor, key, bytes->get_string(), result.wide);
        return result;
      }
      const boost::json::value* values = typed->if_contains("values");
      one(values != nullptr && values->is_array() && values->get_array().size() == 1);
      inner = &values->get_array()[0];
    } else {
      while (const boost::json::array* list = inner->if_array()) {
        one(list->size() == 1);
        result.shape.push_back(1);
        inner = &list->front();
      }
    }
    result.value = float_of(tensor, key, *inner);
    return result;
  }

  double float_of(std::string_view tensor, const char* key, const boost::json::value& v) const {
    if (v.is_int64()) return static_cast<double>(v.get_int64());
    if (v.is_uint64()) return static_cast<double>(v.get_uint64());
    if (v.is_double()) return v.get_double();
    if (v.is_string()) {
      std::string_view text(v.get_string().data(), v.get_string().size());
      const bool negative = text.starts_with('-');
      if (negative) text.remove_prefix(1);
      const double sign = negative ? -1.0 : 1.0;
      if (text == "nan" || text == "NaN") return std::numeric_limits<double>::quiet_NaN();
      if (text == "inf" || text == "Infinity") return sign * std::numeric_limits<double>::infinity();
      if (text.starts_with("0x") && !text.starts_with("0x-")) {
        text.remove_prefix(2);
        if (const std::optional<double> value = io::parsed_hexadecimal(text)) return sign * *value;
      }
    }
    fail(tensor, std::string("\"") + key + "\" is no number");
  }

  double float_of_base64(std::string_view tensor, const char* key, std::string_view text, bool wide) const {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::uint64_t bits = 0;
    std::size_t bytes = 0;
    std::uint32_t group = 0;
    int group_bits = 0;
    while (text.ends_with('=')) text.remove_suffix(1);
    for (const char c : text) {
      const std::size_t digit = digits.find(c);
      if (digit == std::string_view::npos || bytes > 8) break;
      group = (group << 6) | static_cast<std::uint32_t>(digit);
      group_bits += 6;
      if (group_bits < 8) continue;
      group_bits -= 8;
      if (bytes < 8) bits |= std::uint64_t((group >> group_bits) & 0xffu) << (8 * bytes);
      ++bytes;
    }
    if (bytes != (wide ? 8u : 4u)) {
      fail(tensor, std::string("\"") + key + "\": its base64 text is not one number of its type");
    }
    return wide ? std::bit_cast<double>(bits)
                : static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }

  std::string name_;
  boost::json::value all_;
};

[[nodiscard]] inline boost::json::object json_of(double value, const tensor_range& range) {
  boost::json::array shape;
  for (const std::int32_t n : range.shape) shape.emplace_back(n);
  return {{"dtype", range.wide ? "float64" : "float32"},
          {"shape", std::move(shape)},
          {"values", boost::json::array{boost::json::string(io::hex_float(value))}}};
}

}  // namespace detail

AEQ_INLINE statistics parse_statistics(std::string_view text, const std::string& name) {
  return detail::statistics_reader(name).read(text);
}

AEQ_INLINE statistics load_statistics(const std::string& path) {
  return parse_statistics(io::read_text(path), path);
}

AEQ_INLINE std::string to_text(const statistics& all) {
  boost::json::object tensors;
  for (const auto& [name, range] : all.entries()) {
    boost::json::object entry;
    entry["min"] = detail::json_of(range.lowest, range);
    entry["max"] = detail::json_of(range.highest, range);
    tensors[name] = std::move(entry);
  }
  boost::json::object file;
  file["format"] = "qsv/1";
  file["tensors"] = std::move(tensors);
  return io::json_lines(file);
}

}  // namespace aeq::inline AEQ_ABI::calibrate
