// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/scheme/packing.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace {

template <int Bits>
concept packable = requires(std::span<const std::int8_t> values, std::span<std::uint8_t> packed) {
  aeq::pack<Bits>(values, packed);
};

static_assert(packable<2> && packable<4>);
static_assert(!packable<1> && !packable<3> && !packable<8>);

static_assert(aeq::packed_bytes(0, 4) == 0 && aeq::packed_bytes(1, 4) == 1 && aeq::packed_bytes(2, 4) == 1);
static_assert(aeq::packed_bytes(3, 4) == 2 && aeq::packed_bytes(4, 2) == 1 && aeq::packed_bytes(5, 2) == 2);
static_assert(aeq::packed_bytes(5, 8) == 5 && aeq::packed_bytes(5, 16) == 10 && aeq::packed_bytes(5, 64) == 40);
// No overflow on the way, however large the tensor.
static_assert(aeq::packed_bytes(SIZE_MAX, 4) == SIZE_MAX / 2 + 1);

// First element in the low bits, two's complement, the last byte filled with zeros.
static_assert([] {
  constexpr std::array<std::int8_t, 5> values{1, -8, 7, -1, 3};
  std::array<std::uint8_t, 3> packed{0xff, 0xff, 0xff};
  aeq::pack<4>(values, packed);
  return packed == std::array<std::uint8_t, 3>{0x81, 0xf7, 0x03};
}());
static_assert([] {
  constexpr std::array<std::int8_t, 5> values{1, -2, 0, -1, 1};
  std::array<std::uint8_t, 2> packed{0xff, 0xff};
  aeq::pack<2>(values, packed);
  return packed == std::array<std::uint8_t, 2>{0xc9, 0x01};
}());

TEST_SUITE_BEGIN("scheme/packing");

template <int Bits>
void check_round_trip() {
  constexpr int lowest = -(1 << (Bits - 1));
  std::mt19937 random(6);
  std::uniform_int_distribution<int> value(lowest, -lowest - 1);
  for (std::size_t size = 0; size <= 67; ++size) {
    std::vector<std::int8_t> values(size);
    for (auto& v : values) v = static_cast<std::int8_t>(value(random));
    std::vector<std::uint8_t> packed(aeq::packed_bytes(size, Bits), 0xff);
    aeq::pack<Bits>(values, packed);
    std::vector<std::int8_t> back(size, 99);
    aeq::unpack_all<Bits>(packed, back);
    CAPTURE(size);
    CHECK(back == values);
    if (size > 0) CHECK(aeq::unpack<Bits>(packed, size - 1) == values.back());
    // What lies behind the last element is zero.
    for (std::size_t i = size; i < packed.size() * (8 / Bits); ++i) CHECK(aeq::unpack<Bits>(packed, i) == 0);
  }
}

TEST_CASE("2-bit integers survive packing at every size") {
  check_round_trip<2>();
}
TEST_CASE("4-bit integers survive packing at every size") {
  check_round_trip<4>();
}

TEST_CASE("every byte is the packing of what unpacks from it") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::array<std::uint8_t, 1> packed{static_cast<std::uint8_t>(byte)};
    std::array<std::int8_t, 4> crumbs{};
    std::array<std::int8_t, 2> nibbles{};
    std::array<std::uint8_t, 1> again{};
    aeq::unpack_all<2>(packed, crumbs);
    aeq::pack<2>(crumbs, again);
    CHECK(again == packed);
    aeq::unpack_all<4>(packed, nibbles);
    aeq::pack<4>(nibbles, again);
    CHECK(again == packed);
  }
}

TEST_CASE("bits that do not belong to a value's width are dropped") {
  const std::vector<std::int8_t> values{17, -9};  // 0b0001'0001, 0b1111'0111
  std::vector<std::uint8_t> packed(1);
  aeq::pack<4>(values, packed);
  CHECK(packed[0] == 0x71);
}

TEST_SUITE_END();

}  // namespace
