// SPDX-License-Identifier: Apache-2.0
// Floats from text: the definitions.
#pragma once

#include <aeq/io/number.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <version>

#if !defined(__cpp_lib_to_chars)
#include <clocale>
#include <cstdlib>
#include <string>
#endif

namespace aeq::inline AEQ_ABI::io {

#if defined(__cpp_lib_to_chars)

AEQ_INLINE std::optional<double> parsed_decimal(std::string_view text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

#else

AEQ_INLINE std::optional<double> parsed_decimal(std::string_view text) {
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos || text.starts_with('+')) return std::nullopt;
  std::string copy(text);  // as the locale would write it
  if (const std::size_t point = copy.find('.'); point != std::string::npos) {
    copy.replace(point, 1, std::localeconv()->decimal_point);
  }
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  const bool is_zero = copy.substr(0, copy.find_first_of("eE")).find_first_of("123456789") == std::string::npos;
  if (copy.empty() || end != copy.c_str() + copy.size() || std::isinf(value) || (value == 0 && !is_zero)) {
    return std::nullopt;
  }
  return value;
}

#endif

AEQ_INLINE std::optional<double> parsed_hexadecimal(std::string_view text) {
  const std::size_t mark = std::min(text.find('p'), text.size());
  std::uint64_t digits = 0;
  std::int64_t exponent = 0;
  bool any = false;
  for (bool fraction = false; const char c : text.substr(0, mark)) {
    if (c == '.' && !fraction) {
      fraction = true;
      continue;
    }
    const std::size_t found = std::string_view("0123456789abcdefABCDEF").find(c);
    if (found == std::string_view::npos) return std::nullopt;
    const std::uint64_t digit = found < 16 ? found : found - 6;
    any = true;
    if (digits >> 59 == 0) {
      digits = digits << 4 | digit;
      if (fraction) exponent -= 4;
    } else {  // beyond what a double holds: only whether anything is there tells how to round
      digits |= digit != 0 ? 1 : 0;
      if (!fraction) exponent += 4;
    }
  }
  if (!any) return std::nullopt;
  if (mark < text.size()) {
    std::string_view power = text.substr(mark + 1);
    if (power.starts_with('+') && !power.starts_with("+-")) power.remove_prefix(1);
    int stored = 0;
    const auto [end, problem] = std::from_chars(power.data(), power.data() + power.size(), stored);
    if (end != power.data() + power.size() || problem != std::errc()) return std::nullopt;
    exponent += stored;
  }
  constexpr std::int64_t far_out = 100'000;  // no double has such an exponent
  const double value =
      std::ldexp(static_cast<double>(digits), static_cast<int>(std::clamp(exponent, -far_out, far_out)));
  if (std::isinf(value) || (value == 0 && digits != 0)) return std::nullopt;
  return value;
}

}  // namespace aeq::inline AEQ_ABI::io
