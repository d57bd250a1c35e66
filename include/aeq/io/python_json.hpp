// SPDX-License-Identifier: Apache-2.0
// Text exactly as the Python tools of this field print it, so that files can be compared byte for byte: JSON with lists
// and maps of scalars on one line, floats in hexadecimal, bytes that are no UTF-8 as escapes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <aeq/config.hpp>
#include <aeq/io/json_forward.hpp>

namespace aeq::inline AEQ_ABI::io {

/// Bytes of the well-formed UTF-8 character that `text` starts with; 0 if it starts with none.
[[nodiscard]] constexpr std::size_t utf8_character_bytes(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty()) return 0;
  if (byte(0) < 0x80) return 1;
  const std::size_t size = byte(0) < 0xc2 ? 0 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : byte(0) < 0xf5 ? 4 : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if (byte(0) == 0xe0 && byte(1) < 0xa0) return 0;  // could be shorter
  if (byte(0) == 0xed && byte(1) > 0x9f) return 0;  // a surrogate
  if (byte(0) == 0xf0 && byte(1) < 0x90) return 0;  // could be shorter
  if (byte(0) == 0xf4 && byte(1) > 0x8f) return 0;  // beyond Unicode
  return size;
}

[[nodiscard]] constexpr bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t size = utf8_character_bytes(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// UTF-8 whatever the bytes are: those that are no character become \xNN. (Python: errors="backslashreplace")
[[nodiscard]] std::string escaped_utf8(std::string_view bytes);

/// A float exactly, in the shortest hexadecimal form: 0x1.8p+1, -0x0p+0, inf, nan.
[[nodiscard]] std::string hex_float(double value);

/// A float in decimal, the shortest text that reads back the same: 1.5, 1e-05, 1e+16, NaN, Infinity.
[[nodiscard]] std::string python_float(double value);

/// Indented by one space, a list or map of scalars on one line; the last character is a newline.
[[nodiscard]] std::string json_lines(const boost::json::value& value);

/// All on one line: {"a": [1, 2]}.
[[nodiscard]] std::string json_line(const boost::json::value& value);

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/python_json.ipp>
#endif
