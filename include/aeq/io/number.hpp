// SPDX-License-Identifier: Apache-2.0
// Floats from text, whatever the locale says and on every C++ library. (std::from_chars is that, but libc++ had it for
// floats only from version 20 on, and macOS later still.)
#pragma once

#include <optional>
#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::io {

/// The double nearest to a number in decimal: 1.5, 2e-3. None if the text is more or something else, or the number is
/// out of range.
[[nodiscard]] std::optional<double> parsed_decimal(std::string_view text);

/// The double nearest to a number in hexadecimal without sign and 0x: 1.8p+1, ff. None if the text is more or something
/// else, or the number is out of range.
[[nodiscard]] std::optional<double> parsed_hexadecimal(std::string_view text);

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/number.ipp>
#endif
