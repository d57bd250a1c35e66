// SPDX-License-Identifier: Apache-2.0
// The .npy format: the definitions.
#pragma once

#include <aeq/calibrate/npy.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include <aeq/io/error.hpp>
#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

inline constexpr std::string_view npy_magic = "\x93NUMPY";

struct npy_type {
  char kind;  ///< boolean, signed, unsigned, floating
  std::uint32_t bytes;
  std::string_view name;
  element_type type;
};

// clang-format off
inline constexpr std::array<npy_type, 12> npy_types{{
    {'b', 1, "bool", element_type::boolean}, {'i', 1, "int8", element_type::int8}, {'u', 1, "uint8", element_type::uint8},
    {'i', 2, "int16", element_type::int16}, {'u', 2, "uint16", element_type::absent}, {'i', 4, "int32", element_type::int32},
    {'u', 4, "uint32", element_type::absent}, {'i', 8, "int64", element_type::int64}, {'u', 8, "uint64", element_type::absent},
    {'f', 2, "float16", element_type::float16}, {'f', 4, "float32", element_type::float32},
    {'f', 8, "float64", element_type::absent}}};
// clang-format on

template <class Extent>
[[nodiscard]] std::string listed_extents(std::span<const Extent> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i != 0) text += ", ";
    text += std::cmp_less(shape[i], 0) ? std::string("?") : std::to_string(shape[i]);
  }
  return text + "]";
}

/// Reads the text of a header, which is a dictionary in Python's spelling with three known keys.
class npy_header_reader {
 public:
  npy_header_reader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  npy_header read() {
    expect('{');
    while (!taken('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        read_type();
      } else if (key == "fortran_order") {
        result_.fortran_order = truth();
      } else if (key == "shape") {
        read_shape();
      } else {
        fail("has the unknown key '" + io::escaped_utf8(key) + "'");
      }
      if (!taken(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) fail("goes on after its end");
    if (result_.type_name.empty() || !has_shape_) fail("lacks 'descr' or 'shape'");
    count_bytes();
    return result_;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw error(error_code::bad_input, name_ + ": the header of the array is damaged: it " + what);
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool taken(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!taken(c)) fail(std::string("lacks a ") + c + " at byte " + std::to_string(at_));
  }
  bool taken_word(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  std::string_view quoted() {
    skip_space();
    const char mark = at_ < text_.size() ? text_[at_] : '\0';
    if (mark != '\'' && mark != '"') fail("lacks a text at byte " + std::to_string(at_));
    const std::size_t end = text_.find(mark, at_ + 1);
    if (end == std::string_view::npos) fail("has a text without end");
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return inside;
  }
  bool truth() {
    if (taken_word("True")) return true;
    if (taken_word("False")) return false;
    fail("wants True or False at byte " + std::to_string(at_));
  }

  void read_type() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[') {
      throw error(error_code::bad_input, name_ + ": its elements are records; an array of numbers is wanted");
    }
    const std::string_view descr = quoted();
    std::uint32_t bytes = 0;
    const bool long_enough = descr.size() >= 3;
    if (long_enough) std::from_chars(descr.data() + 2, descr.data() + descr.size(), bytes);
    for (const npy_type& known : npy_types) {
      if (!long_enough || descr[1] != known.kind || bytes != known.bytes) continue;
      if (descr != std::string{descr[0], descr[1]} + std::to_string(bytes)) continue;
      if (std::string_view("<>|=").find(descr[0]) == std::string_view::npos) continue;
      result_.type = known.type;
      result_.type_name = known.name;
      result_.item_bytes = known.bytes;
      result_.big_endian = descr[0] == '>' || (descr[0] != '<' && std::endian::native == std::endian::big);
      return;
    }
    std::string accepted;
    for (const npy_type& known : npy_types) accepted += (accepted.empty() ? "" : ", ") + std::string(known.name);
    throw error(error_code::bad_input, name_ + ": its elements are '" + io::escaped_utf8(descr.substr(0, 100)) + "'; " +
                                           accepted + " can be read");
  }

  void read_shape() {
    expect('(');
    has_shape_ = true;
    result_.shape.clear();
    while (!taken(')')) {
      skip_space();
      std::uint64_t extent = 0;
      const auto [end, problem] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), extent);
      if (problem != std::errc()) fail("wants an extent at byte " + std::to_string(at_));
      at_ = static_cast<std::size_t>(end - text_.data());
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2
      result_.shape.push_back(extent);
      if (result_.shape.size() > 64) fail("has more than 64 dimensions");
      if (!taken(',')) {
        expect(')');
        break;
      }
    }
  }

  void count_bytes() {
    constexpr std::uint64_t most = std::uint64_t(1) << 62;
    std::uint64_t bytes = result_.item_bytes;
    const bool is_empty = std::find(result_.shape.begin(), result_.shape.end(), 0u) != result_.shape.end();
    for (const std::uint64_t extent : result_.shape) {
      if (is_empty) break;
      if (bytes > most / extent) fail("claims more elements than any file holds");
      bytes *= extent;
    }
    result_.data_bytes = is_empty ? 0 : bytes;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  bool has_shape_ = false;
  npy_header result_;
};

}  // namespace detail

AEQ_INLINE bool is_npy(std::span<const std::uint8_t> start) noexcept {
  return start.size() >= detail::npy_magic.size() &&
         std::equal(detail::npy_magic.begin(), detail::npy_magic.end(), start.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

AEQ_INLINE std::size_t npy_header_bytes(std::span<const std::uint8_t> start, const std::string& name) {
  if (!is_npy(start)) throw error(error_code::bad_input, name + ": is no .npy array");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(start[i]); };
  if (start.size() < 10) throw error(error_code::bad_input, name + ": the array is cut off");
  if (byte(6) < 1 || byte(6) > 3 || byte(7) != 0) {
    throw error(error_code::bad_input, name + ": is version " + std::to_string(byte(6)) + "." +
                                           std::to_string(byte(7)) + " of .npy; 1.0, 2.0 and 3.0 can be read");
  }
  if (byte(6) == 1) return 10 + (byte(8) | byte(9) << 8);
  if (start.size() < npy_prefix_bytes) throw error(error_code::bad_input, name + ": the array is cut off");
  const std::size_t length = byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  constexpr std::size_t longest = std::size_t(1) << 20;
  if (length > longest) throw error(error_code::bad_input, name + ": the header of the array is longer than 1 MiB");
  return npy_prefix_bytes + length;
}

AEQ_INLINE npy_header parse_npy(std::span<const std::uint8_t> header, const std::string& name) {
  const std::size_t length = npy_header_bytes(header, name);
  if (header.size() < length) throw error(error_code::bad_input, name + ": the array is cut off");
  const std::size_t begin = header[6] == 1 ? 10 : npy_prefix_bytes;
  const std::string_view text(reinterpret_cast<const char*>(header.data()) + begin, length - begin);
  npy_header result = detail::npy_header_reader(text, name).read();
  result.header_bytes = length;
  return result;
}

AEQ_INLINE std::string_view numpy_name(element_type type) noexcept {
  for (const detail::npy_type& known : detail::npy_types) {
    if (known.type == type && type != element_type::absent) return known.name;
  }
  return {};
}

AEQ_INLINE std::string shape_text(std::span<const std::int32_t> shape) {
  return detail::listed_extents(shape);
}
AEQ_INLINE std::string shape_text(std::span<const std::uint64_t> shape) {
  return detail::listed_extents(shape);
}

AEQ_INLINE std::string npy_header_text(element_type type, std::span<const std::int32_t> shape) {
  const auto known = std::find_if(detail::npy_types.begin(), detail::npy_types.end(),
                                  [&](const detail::npy_type& t) { return t.type == type; });
  if (type == element_type::absent || known == detail::npy_types.end()) {
    throw error(error_code::wrong_usage, "an element type that NumPy does not have can't be written as .npy");
  }
  std::string text = "{'descr': '";
  text += known->bytes == 1 ? '|' : std::endian::native == std::endian::little ? '<' : '>';
  text += known->kind + std::to_string(known->bytes) + "', 'fortran_order': False, 'shape': (";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : " ") + std::to_string(shape[i]) + (i + 1 < shape.size() || shape.size() == 1 ? "," : "");
  }
  text += "), }";
  constexpr std::size_t alignment = 64;  // of the elements, in the file
  constexpr std::size_t prefix = 10;
  const std::size_t padded = (prefix + text.size() + 1 + alignment - 1) / alignment * alignment;
  text.append(padded - prefix - text.size() - 1, ' ');
  text += '\n';
  const std::string length{static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return std::string(detail::npy_magic) + std::string("\x01\0", 2) + length + text;
}

}  // namespace aeq::inline AEQ_ABI::calibrate
