// SPDX-License-Identifier: Apache-2.0
// Text for people: the definitions.
#pragma once

#include <aeq/io/columns.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::io {

namespace detail {

/// Characters of UTF-8 text: bytes that don't continue one.
[[nodiscard]] AEQ_INLINE std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace detail

AEQ_INLINE std::string shown(std::string_view bytes, std::size_t limit) {
  const std::size_t enough = 4 * limit;  // bytes for so many characters
  std::string ends;
  if (bytes.size() > 4 * enough) {  // the middle of a name of a megabyte need not be looked at
    std::size_t head = enough, tail = bytes.size() - enough;
    const auto continues = [&](std::size_t i) { return (static_cast<unsigned char>(bytes[i]) & 0xc0) == 0x80; };
    for (int i = 0; i < 3 && continues(head); ++i) ++head;
    for (int i = 0; i < 3 && continues(tail); ++i) --tail;
    ends.append(bytes.substr(0, head)).append(bytes.substr(tail));
    bytes = ends;
  }
  const std::string text = escaped_utf8(bytes);
  std::vector<std::string> characters;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view one = rest.substr(0, std::max<std::size_t>(utf8_character_bytes(rest), 1));
    rest.remove_prefix(one.size());
    const auto lead = static_cast<unsigned char>(one[0]);
    const bool is_c1 = lead == 0xc2 && static_cast<unsigned char>(one[1]) < 0xa0;
    if (lead >= 0x20 && lead != 0x7f && !is_c1) {
      characters.emplace_back(one);
    } else {
      for (const char c : one) {
        std::array<char, 5> escape{};
        std::snprintf(escape.data(), escape.size(), "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        characters.emplace_back(escape.data());
      }
    }
  }
  const bool is_cut = characters.size() > limit;
  const std::size_t head = is_cut ? limit / 2 : characters.size();
  const std::size_t tail = is_cut ? characters.size() - (limit - 1 - head) : characters.size();
  std::string result;
  for (std::size_t i = 0; i < head; ++i) result += characters[i];
  if (is_cut) result += "…";
  for (std::size_t i = tail; i < characters.size(); ++i) result += characters[i];
  return result;
}

AEQ_INLINE std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
  return text.data();
}

AEQ_INLINE columns::columns(std::vector<std::string> titles) {
  for (std::string& title : titles) {
    right_.push_back(title.starts_with('>'));
    if (right_.back()) title.erase(0, 1);
  }
  add(std::move(titles));
}

AEQ_INLINE void columns::add(std::vector<std::string> cells) {
  cells.resize(right_.size());
  for (const std::string& cell : cells) {
    text_ += cell;
    ends_.push_back(text_.size());
  }
}

AEQ_INLINE std::string_view columns::cell(std::size_t k) const {
  const std::size_t begin = k == 0 ? 0 : ends_[k - 1];
  return std::string_view(text_).substr(begin, ends_[k] - begin);
}

AEQ_INLINE std::string columns::text(std::string_view indent) const {
  std::vector<std::size_t> widths(right_.size());
  const std::size_t count = right_.size();
  for (std::size_t k = 0; k < ends_.size(); ++k) {
    widths[k % count] = std::max(widths[k % count], detail::character_count(cell(k)));
  }
  std::string result;
  for (std::size_t row = 0; row < ends_.size(); row += count) {
    std::string line(indent);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string own(cell(row + i));
      const std::string fill(widths[i] - detail::character_count(own), ' ');
      line += (i > 0 ? "  " : "") + (right_[i] ? fill + own : own + fill);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
  }
  return result;
}

}  // namespace aeq::inline AEQ_ABI::io
