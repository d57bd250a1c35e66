// SPDX-License-Identifier: Apache-2.0
// Reading gzip-compressed files whole, up to a size that the caller sets: a small file can claim to hold terabytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::io {

/// What the largest text file that we read (a description, statistics) may hold when unpacked.
inline constexpr std::uint64_t text_limit_bytes = std::uint64_t(1) << 30;

/// The content of gzip data, which may have several members. `name` is for messages. Throws error (bad_input) for
/// damaged data and for a content longer than `limit_bytes`.
[[nodiscard]] std::string gunzip(std::span<const std::uint8_t> bytes, const std::string& name,
                                 std::uint64_t limit_bytes = text_limit_bytes);

/// The content of a text file; a name that ends in .gz says that it is compressed.
[[nodiscard]] std::string read_text(const std::string& path, std::uint64_t limit_bytes = text_limit_bytes);

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/gzip.ipp>
#endif
