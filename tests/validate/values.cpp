// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/validate/values.hpp>

namespace {

using aeq::element_type;
using aeq::operand;

struct tensor {
  std::vector<std::byte> bytes;
  std::vector<std::int32_t> shape;
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;
  element_type type;
  std::int32_t axis = 0;
  std::int32_t block = 0;

  template <class T>
  tensor(element_type what, std::vector<std::int32_t> extents, const std::vector<T>& values,
         std::vector<float> scales = {}, std::vector<std::int32_t> zeros = {})
      : shape(std::move(extents)), scale(std::move(scales)), zero_point(std::move(zeros)), type(what) {
    const auto held = std::as_bytes(std::span(values));
    bytes.assign(held.begin(), held.end());
  }
  [[nodiscard]] operand view() const { return {type, false, bytes, shape, scale, zero_point, axis, block}; }
};

std::vector<float> floats(const tensor& t) {
  std::vector<float> result;
  aeq::validate::to_floats(t.view(), result);
  return result;
}

aeq::execute::port port_of(element_type type, std::vector<float> scale, std::vector<std::int32_t> zero_point) {
  aeq::execute::port p;
  p.type = type;
  p.scale = std::move(scale);
  p.zero_point = std::move(zero_point);
  return p;
}

}  // namespace

TEST_CASE("Values of tensors are the real numbers that they stand for") {
  CHECK(floats(tensor(element_type::int8, {3}, std::vector<std::int8_t>{-128, 0, 5}, {0.5f}, {1})) ==
        std::vector<float>{-64.5f, -0.5f, 2});
  CHECK(floats(tensor(element_type::int32, {2}, std::vector<std::int32_t>{7, -9})) == std::vector<float>{7, -9});
  CHECK(floats(tensor(element_type::boolean, {2}, std::vector<std::uint8_t>{1, 0})) == std::vector<float>{1, 0});
  CHECK(floats(tensor(element_type::float16, {2}, std::vector<std::uint16_t>{0x3c00, 0xc000})) ==
        std::vector<float>{1, -2});
  constexpr float infinity = std::numeric_limits<float>::infinity();
  CHECK(floats(tensor(element_type::float32, {3}, std::vector<float>{infinity, -infinity, std::nanf("")})) ==
        std::vector<float>{1e9f, -1e9f, 1e-9f});
  CHECK(floats(tensor(element_type::int4, {3}, std::vector<std::uint8_t>{0x8f, 0x07}, {2.0f}, {0})) ==
        std::vector<float>{-2, -16, 14});
  CHECK(floats(tensor(element_type::int2, {5}, std::vector<std::uint8_t>{0b10'01'11'00, 0b01}, {1.0f}, {0})) ==
        std::vector<float>{0, -1, 1, -2, 1});
}

TEST_CASE("Scales lie along an axis, or over blocks") {
  tensor channels(element_type::int8, {2, 3}, std::vector<std::int8_t>{1, 2, 3, 4, 5, 6}, {1, 10, 100}, {0, 1, 2});
  channels.axis = 1;
  CHECK(floats(channels) == std::vector<float>{1, 10, 100, 4, 40, 400});
  channels.axis = 0;  // of two, for which there are three scales
  CHECK(floats(channels).empty());
  tensor blocks(element_type::int8, {2, 4}, std::vector<std::int8_t>{1, 1, 1, 1, 1, 1, 1, 1}, {1, 2, 3, 4});
  blocks.block = 2;
  CHECK(floats(blocks) == std::vector<float>{1, 1, 2, 2, 3, 3, 4, 4});
  blocks.bytes.pop_back();
  CHECK(floats(blocks).empty());
}

TEST_CASE("Limits of types are counted, and known as ranges") {
  const tensor narrow(element_type::int8, {4}, std::vector<std::int8_t>{-127, -128, 127, 0}, {0.5f}, {0});
  aeq::validate::limit_counts found = aeq::validate::count_limits(narrow.view());
  CHECK(found.lowest == 2);
  CHECK(found.highest == 1);
  const tensor full(element_type::int8, {4}, std::vector<std::int8_t>{-127, -128, 127, 0}, {0.5f}, {3});
  CHECK(aeq::validate::count_limits(full.view()).lowest == 1);
  const tensor plain(element_type::int8, {1}, std::vector<std::int8_t>{127});
  CHECK(aeq::validate::count_limits(plain.view()).highest == 0);
  aeq::validate::value_range range;
  REQUIRE(aeq::validate::range_of_type(element_type::uint8, full.scale, full.zero_point, range));
  CHECK(range.lowest == -1.5);
  CHECK(range.highest == 126);
  CHECK_FALSE(aeq::validate::range_of_type(element_type::float32, full.scale, full.zero_point, range));
  CHECK_FALSE(aeq::validate::range_of_type(element_type::int8, {}, {}, range));
}

TEST_CASE("A value of one model becomes an input of the other") {
  const tensor given(element_type::float32, {1, 4}, std::vector<float>{-100, 0.25f, 0.75f, 100});
  aeq::validate::stored_value made;
  REQUIRE(aeq::validate::convert(given.view(), floats(given), port_of(element_type::int8, {0.5f}, {0}), made));
  CHECK(made.shape == given.shape);
  auto integers = made.view().values<std::int8_t>();
  CHECK(std::vector<int>(integers.begin(), integers.end()) == std::vector<int>{-127, 0, 2, 127});
  REQUIRE(aeq::validate::convert(given.view(), floats(given), port_of(element_type::int8, {0.5f}, {-1}), made));
  integers = made.view().values<std::int8_t>();
  CHECK(std::vector<int>(integers.begin(), integers.end()) == std::vector<int>{-128, 0, 0, 127});
  REQUIRE(aeq::validate::convert(given.view(), floats(given), port_of(element_type::uint8, {0.5f}, {1}), made));
  CHECK(made.view().values<std::uint8_t>()[0] == 0);
  REQUIRE(aeq::validate::convert(given.view(), floats(given), port_of(element_type::float32, {}, {}), made));
  CHECK(made.view().values<float>()[3] == 100);
  REQUIRE(aeq::validate::convert(given.view(), floats(given), port_of(element_type::float16, {}, {}), made));
  CHECK(made.view().values<std::uint16_t>()[2] == 0x3a00);
  CHECK_FALSE(aeq::validate::convert(given.view(), floats(given), port_of(element_type::int8, {}, {}), made));
  CHECK_FALSE(aeq::validate::convert(given.view(), floats(given), port_of(element_type::int64, {}, {}), made));
  // Integers of the same scale stay what they are; of another one they are converted.
  const tensor whole(element_type::int8, {2}, std::vector<std::int8_t>{-128, 7}, {0.5f}, {0});
  REQUIRE(aeq::validate::convert(whole.view(), floats(whole), port_of(element_type::int8, {0.5f}, {0}), made));
  CHECK(made.view().values<std::int8_t>()[0] == -128);
  REQUIRE(aeq::validate::convert(whole.view(), floats(whole), port_of(element_type::int8, {0.25f}, {0}), made));
  CHECK(made.view().values<std::int8_t>()[1] == 14);
}
