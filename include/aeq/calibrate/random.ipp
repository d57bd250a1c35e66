// SPDX-License-Identifier: Apache-2.0
// Random numbers as NumPy's: the definitions.
#pragma once

#include <aeq/calibrate/random.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <aeq/core/half.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

/// Layers of the normal distribution, of equal area.
struct normal_layers {
  static constexpr double tail = 3.6541528853610088;  ///< the last layer begins here
  std::array<std::uint64_t, 256> surely{};            ///< below it a number lies within its layer
  std::array<double, 256> width{};
  std::array<double, 256> height{};

  normal_layers() {
    constexpr double area = 0.004928673233974655;
    constexpr double two_52 = 4503599627370496.0;
    const double q = area / std::exp(-tail * tail / 2);
    surely[0] = static_cast<std::uint64_t>(tail / q * two_52);
    surely[1] = 0;
    width[0] = q / two_52;
    width[255] = tail / two_52;
    height[0] = 1;
    height[255] = std::exp(-tail * tail / 2);
    double outer = tail;
    for (std::size_t i = 254; i >= 1; --i) {
      const double x = std::sqrt(-2 * std::log(area / outer + std::exp(-outer * outer / 2)));
      surely[i + 1] = static_cast<std::uint64_t>(x / outer * two_52);
      width[i] = x / two_52;
      height[i] = std::exp(-x * x / 2);
      outer = x;
    }
  }
};

[[nodiscard]] AEQ_INLINE const normal_layers& layers() {
  static const normal_layers made;
  return made;
}

/// Four words of entropy spread over 256 bits.
[[nodiscard]] AEQ_INLINE std::array<std::uint64_t, 4> spread_seed(std::uint64_t seed) {
  std::array<std::uint32_t, 4> pool{};
  std::uint32_t a = 0x43b0d7e5u;
  const auto hash = [&](std::uint32_t value) {
    value ^= a;
    a *= 0x931e8875u;
    value *= a;
    return value ^ value >> 16;
  };
  for (std::size_t i = 0; i < 4; ++i) {
    pool[i] = hash(i < 2 ? static_cast<std::uint32_t>(seed >> (32 * i) & 0xffffffffu) : 0u);
  }
  for (std::size_t from = 0; from < 4; ++from) {
    for (std::size_t to = 0; to < 4; ++to) {
      if (from == to) continue;
      const std::uint32_t mixed = 0xca01f9ddu * pool[to] - 0x4973f715u * hash(pool[from]);
      pool[to] = mixed ^ mixed >> 16;
    }
  }
  std::array<std::uint64_t, 4> words{};
  std::uint32_t b = 0x8b51f9ddu;
  for (std::size_t i = 0; i < 8; ++i) {
    std::uint32_t value = pool[i % 4] ^ b;
    b *= 0x58f38dedu;
    value *= b;
    value ^= value >> 16;
    words[i / 2] |= static_cast<std::uint64_t>(value) << (32 * (i % 2));
  }
  return words;
}

/// The upper half of a product.
[[nodiscard]] constexpr std::uint64_t high_product(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t half = 0xffffffffu;
  const std::uint64_t low = (a & half) * (b & half);
  const std::uint64_t first = (a >> 32) * (b & half) + (low >> 32);
  const std::uint64_t second = (a & half) * (b >> 32) + (first & half);
  return (a >> 32) * (b >> 32) + (first >> 32) + (second >> 32);
}

}  // namespace detail

AEQ_INLINE random_numbers::random_numbers(std::uint64_t seed) {
  const std::array<std::uint64_t, 4> words = detail::spread_seed(seed);
  increment_ = {words[2] << 1 | words[3] >> 63, words[3] << 1 | 1};
  step();
  state_.low += words[1];
  state_.high += words[0] + (state_.low < words[1] ? 1 : 0);
  step();
}

AEQ_INLINE void random_numbers::step() {
  constexpr std::uint64_t high = 2549297995355413924u;
  constexpr std::uint64_t low = 4865540595714422341u;
  wide next;
  next.low = state_.low * low;
  next.high = detail::high_product(state_.low, low) + state_.high * low + state_.low * high;
  next.low += increment_.low;
  next.high += increment_.high + (next.low < increment_.low ? 1 : 0);
  state_ = next;
}

AEQ_INLINE std::uint64_t random_numbers::next_64() {
  step();
  return std::rotr(state_.high ^ state_.low, static_cast<int>(state_.high >> 58));
}

AEQ_INLINE std::uint32_t random_numbers::next_32() {
  if (std::exchange(has_kept_, false)) return kept_;
  const std::uint64_t both = next_64();
  kept_ = static_cast<std::uint32_t>(both >> 32);
  has_kept_ = true;
  return static_cast<std::uint32_t>(both & 0xffffffffu);
}

AEQ_INLINE double random_numbers::uniform() {
  constexpr double two_53 = 9007199254740992.0;
  return static_cast<double>(next_64() >> 11) / two_53;
}

AEQ_INLINE double random_numbers::normal() {
  const detail::normal_layers& all = detail::layers();
  for (;;) {
    const std::uint64_t bits = next_64();
    const auto layer = static_cast<std::size_t>(bits & 0xff);
    const std::uint64_t m = bits >> 9 & ((std::uint64_t(1) << 52) - 1);
    double x = static_cast<double>(m) * all.width[layer];
    if ((bits >> 8 & 1) != 0) x = -x;
    if (m < all.surely[layer]) return x;
    if (layer == 0) {
      double u = 0;
      double v = 0;
      do {
        u = -std::log1p(-uniform()) / all.tail;
        v = -std::log1p(-uniform());
      } while (!(2 * v > u * u));
      return (m >> 8 & 1) != 0 ? -(all.tail + u) : all.tail + u;
    }
    const double height = (all.height[layer - 1] - all.height[layer]) * uniform() + all.height[layer];
    if (height < std::exp(-x * x / 2)) return x;
  }
}

AEQ_INLINE void random_numbers::fill(element_type type, std::span<std::byte> data) {
  const std::size_t bytes = static_cast<std::size_t>(bits_of(type)) / 8;
  const std::size_t count = bytes == 0 ? 0 : data.size() / bytes;
  const auto put = [&](std::size_t i, auto value) { std::memcpy(data.data() + i * bytes, &value, sizeof(value)); };
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    switch (type) {
      case element_type::float32: put(i, static_cast<float>(normal())); break;
      case element_type::float16: put(i, float16_bits(static_cast<float>(normal()))); break;
      case element_type::int8:
      case element_type::uint8: {
        if (i % 4 == 0) word = next_32();
        const auto byte = static_cast<std::uint8_t>(word >> (8 * (i % 4)) & 0xff);
        put(i, static_cast<std::uint8_t>(type == element_type::int8 ? byte ^ 0x80 : byte));
        break;
      }
      case element_type::int16:
        if (i % 2 == 0) word = next_32();
        put(i, static_cast<std::uint16_t>((word >> (16 * (i % 2)) & 0xffff) ^ 0x8000));
        break;
      case element_type::boolean: put(i, static_cast<std::uint8_t>(next_32() >> 31 == 0 ? 1 : 0)); break;
      case element_type::int32: put(i, static_cast<std::int32_t>(next_32() >> 31)); break;
      case element_type::int64: put(i, static_cast<std::int64_t>(next_32() >> 31)); break;
      case element_type::absent:
      case element_type::int2:
      case element_type::int4: break;
    }
  }
}

}  // namespace aeq::inline AEQ_ABI::calibrate
