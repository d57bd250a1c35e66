// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) of bytes that come in pieces. For naming content, not for keeping secrets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::io {

/// Two lower case digits a byte.
[[nodiscard]] std::string hex_text(std::span<const std::uint8_t> bytes);

class sha256 {
 public:
  static constexpr std::size_t digest_bytes = 32;

  sha256& update(std::span<const std::uint8_t> bytes);

  /// The digest of all that came; afterwards nothing more may be added.
  [[nodiscard]] std::array<std::uint8_t, digest_bytes> finish();

 private:
  static constexpr std::size_t block_bytes = 64;

  void add_block(const std::uint8_t* block);

  // The first 32 bits of the fractional parts of the square roots of the first 8 primes.
  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, block_bytes> block_{};
  std::size_t held_ = 0;
  std::uint64_t total_bytes_ = 0;
};

/// The digest of bytes that are all there, as 64 hex digits.
[[nodiscard]] std::string sha256_text(std::span<const std::uint8_t> bytes);

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/sha256.ipp>
#endif
