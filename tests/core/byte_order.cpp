// SPDX-License-Identifier: Apache-2.0
// Numbers in the byte order of files, on processors of either order.
#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <aeq/core/byte_order.hpp>

namespace {

constexpr std::array<std::uint8_t, 9> bytes{0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0xf8, 0x09};

static_assert(aeq::load_little<std::uint8_t>(bytes.data()) == 0x01);
static_assert(aeq::load_little<std::uint16_t>(bytes.data()) == 0x0201);
static_assert(aeq::load_little<std::uint32_t>(bytes.data()) == 0x84030201);
static_assert(aeq::load_little<std::uint64_t>(bytes.data()) == 0xf807060584030201);
static_assert(aeq::load_little<std::int8_t>(bytes.data() + 3) == -124);
static_assert(aeq::load_little<std::int32_t>(bytes.data()) < 0);
static_assert(aeq::load_little<std::int64_t>(bytes.data() + 1) == 0x09f8070605840302);
static_assert(aeq::load_little<float>(std::array<std::uint8_t, 4>{0, 0, 0x80, 0x3f}.data()) == 1.0f);
static_assert(aeq::load_little<double>(std::array<std::uint8_t, 8>{0, 0, 0, 0, 0, 0, 0xf0, 0xbf}.data()) == -1.0);

template <class T>
constexpr bool comes_back(T value) {
  std::array<std::uint8_t, sizeof(T) + 2> file{};
  aeq::store_little(value, file.data() + 1);
  return file.front() == 0 && file.back() == 0 && aeq::load_little<T>(file.data() + 1) == value;
}
static_assert(comes_back(std::uint8_t(0xfe)) && comes_back(std::int16_t(-2)) && comes_back(std::uint32_t(0x89abcdef)));
static_assert(comes_back(std::numeric_limits<std::int64_t>::min()) && comes_back(-1.5f) && comes_back(1e300));

constexpr std::array<float, 2> turned() {
  std::array<std::uint8_t, 8> file{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0};
  aeq::turn_little(file, sizeof(float));
  return std::bit_cast<std::array<float, 2>>(file);
}
static_assert(turned() == std::array{1.0f, -2.0f});

}  // namespace

TEST_CASE("byte order: what is stored has the lowest byte first") {
  std::array<std::uint8_t, 8> file{};
  aeq::store_little(std::uint32_t(0x12345678), file.data() + 1);
  CHECK(file == std::array<std::uint8_t, 8>{0, 0x78, 0x56, 0x34, 0x12, 0, 0, 0});
  aeq::store_little(-2.0, file.data());
  CHECK(file == std::array<std::uint8_t, 8>{0, 0, 0, 0, 0, 0, 0, 0xc0});
}

TEST_CASE("byte order: numbers come back from any place") {
  std::array<std::uint8_t, 24> file{};
  for (std::size_t place = 0; place < 16; ++place) {
    aeq::store_little(std::uint64_t(0x0123456789abcdef) + place, file.data() + place);
    CHECK(aeq::load_little<std::uint64_t>(file.data() + place) == std::uint64_t(0x0123456789abcdef) + place);
  }
}

TEST_CASE("byte order: the payload of a NaN survives") {
  std::array<std::uint8_t, 4> file{};
  aeq::store_little(std::bit_cast<float>(0x7fc12345u), file.data());
  CHECK(std::bit_cast<std::uint32_t>(aeq::load_little<float>(file.data())) == 0x7fc12345u);
}

TEST_CASE("byte order: an array can be read where it is exactly on a little-endian processor") {
  const std::uint32_t number = 0x01020304;
  const auto* first = reinterpret_cast<const std::uint8_t*>(&number);
  CHECK(aeq::is_little_endian == (*first == 4));
}
