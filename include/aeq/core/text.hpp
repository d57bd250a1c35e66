// SPDX-License-Identifier: Apache-2.0
// Text at compile time: a string as a template argument, and names put together from parts. Freestanding.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

/// A string literal that can be a template argument: `field<"shape">`.
template <std::size_t Size>
struct fixed_string {
  char characters[Size]{};
  consteval fixed_string(const char (&literal)[Size]) {
    for (std::size_t i = 0; i < Size; ++i) characters[i] = literal[i];
  }
  [[nodiscard]] constexpr std::string_view view() const { return {characters, Size - 1}; }
};

/// Text of at most `Capacity` characters, built in a constant expression. Longer text is cut.
template <std::size_t Capacity>
class short_text {
 public:
  constexpr short_text() = default;
  constexpr short_text(std::string_view text) { append(text); }

  constexpr short_text& append(std::string_view text) {
    for (const char c : text) {
      if (size_ < Capacity) characters_[size_++] = c;
    }
    return *this;
  }
  constexpr short_text& append_number(unsigned value) {
    if (value >= 10) append_number(value / 10);
    const char digit = static_cast<char>('0' + value % 10);
    return append({&digit, 1});
  }
  [[nodiscard]] constexpr std::string_view view() const { return {characters_.data(), size_}; }

 private:
  std::array<char, Capacity> characters_{};
  std::size_t size_ = 0;
};

}  // namespace aeq::inline AEQ_ABI
