// SPDX-License-Identifier: Apache-2.0
// Text exactly as the Python tools of this field print it: the definitions.
#pragma once

#include <aeq/io/python_json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace aeq::inline AEQ_ABI::io {

AEQ_INLINE std::string escaped_utf8(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string result;
  result.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t size = utf8_character_bytes(bytes);
    if (size == 0) {
      const auto byte = static_cast<unsigned char>(bytes[0]);
      result += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    } else {
      result += bytes.substr(0, size);
    }
    bytes.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result;
}

AEQ_INLINE std::string hex_float(double value) {
  if (std::isnan(value)) return "nan";
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::string sign = bits >> 63 != 0 ? "-" : "";
  if (std::isinf(value)) return sign + "inf";
  std::uint64_t fraction = bits & ((std::uint64_t(1) << 52) - 1);
  const int stored = static_cast<int>(bits >> 52 & 0x7ff);
  std::string text = sign + (stored == 0 ? "0x0" : "0x1");
  const int exponent = stored != 0 ? stored - 1023 : fraction != 0 ? -1022 : 0;
  if (fraction != 0) text += '.';
  for (; fraction != 0; fraction = fraction << 4 & ((std::uint64_t(1) << 52) - 1)) {
    text += "0123456789abcdef"[fraction >> 48];
  }
  return text + 'p' + (exponent < 0 ? '-' : '+') + std::to_string(std::abs(exponent));
}

AEQ_INLINE std::string python_float(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  std::array<char, 40> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  const std::string_view scientific(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t mark = scientific.find('e');
  const int exponent = std::atoi(scientific.data() + mark + 1);
  if (exponent < -4 || exponent >= 16) return std::string(scientific);
  const auto fixed = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed).ptr;
  std::string text(buffer.data(), static_cast<std::size_t>(fixed - buffer.data()));
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

namespace detail {

class python_json_writer {
 public:
  explicit python_json_writer(std::string& into) : into_(into) {}

  void quoted(std::string_view text) {
    into_ += '"';
    for (const char c : text) {
      switch (c) {
        case '"': into_ += "\\\""; break;
        case '\\': into_ += "\\\\"; break;
        case '\n': into_ += "\\n"; break;
        case '\r': into_ += "\\r"; break;
        case '\t': into_ += "\\t"; break;
        case '\f': into_ += "\\f"; break;
        case '\b': into_ += "\\b"; break;
        default:
          if (static_cast<unsigned char>(c) < 0x20) {
            into_ += static_cast<unsigned char>(c) < 0x10 ? "\\u000" : "\\u001";
            into_ += "0123456789abcdef"[c & 15];
          } else {
            into_ += c;
          }
      }
    }
    into_ += '"';
  }

  void scalar(const boost::json::value& value) {
    switch (value.kind()) {
      case boost::json::kind::null: into_ += "null"; break;
      case boost::json::kind::bool_: into_ += value.get_bool() ? "true" : "false"; break;
      case boost::json::kind::int64: into_ += std::to_string(value.get_int64()); break;
      case boost::json::kind::uint64: into_ += std::to_string(value.get_uint64()); break;
      case boost::json::kind::double_: into_ += python_float(value.get_double()); break;
      case boost::json::kind::string: quoted({value.get_string().data(), value.get_string().size()}); break;
      default: break;
    }
  }

  void one_line(const boost::json::value& value) { write(value, nullptr); }

  /// One member or element a line, unless all are scalars; `indent` is what stands before them. Without indent all is
  /// one line.
  void write(const boost::json::value& value, std::string* indent) {
    if (value.is_object()) {
      const boost::json::object& members = value.get_object();
      const bool flat = std::all_of(members.begin(), members.end(), [](const auto& m) { return is_scalar(m.value()); });
      list(members, flat ? nullptr : indent, "{}", [&](const auto& member) -> const boost::json::value& {
        quoted({member.key().data(), member.key().size()});
        into_ += ": ";
        return member.value();
      });
    } else if (value.is_array()) {
      const boost::json::array& elements = value.get_array();
      const bool flat = std::all_of(elements.begin(), elements.end(), [](const auto& e) { return is_scalar(e); });
      list(elements, flat ? nullptr : indent, "[]",
           [](const boost::json::value& element) -> const boost::json::value& { return element; });
    } else {
      scalar(value);
    }
  }

 private:
  static bool is_scalar(const boost::json::value& value) { return !value.is_structured(); }

  template <class Range, class Head>
  void list(const Range& range, std::string* indent, std::string_view brackets, const Head& head) {
    into_ += brackets[0];
    if (indent != nullptr) *indent += ' ';
    bool first = true;
    for (const auto& item : range) {
      if (indent != nullptr) {
        into_ += first ? "\n" : ",\n";
        into_ += *indent;
      } else if (!first) {
        into_ += ", ";
      }
      first = false;
      write(head(item), indent);
    }
    if (indent != nullptr) {
      indent->pop_back();
      into_ += '\n';
      into_ += *indent;
    }
    into_ += brackets[1];
  }

  std::string& into_;
};

}  // namespace detail

AEQ_INLINE std::string json_lines(const boost::json::value& value) {
  std::string text;
  std::string indent;
  detail::python_json_writer(text).write(value, &indent);
  return text += '\n';
}

AEQ_INLINE std::string json_line(const boost::json::value& value) {
  std::string text;
  detail::python_json_writer(text).one_line(value);
  return text;
}

}  // namespace aeq::inline AEQ_ABI::io
