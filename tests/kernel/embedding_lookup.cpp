// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "support/compute.hpp"

using aeq::element_type;
using aeq_test::compute;
using aeq_test::floats;
using aeq_test::ints;
using aeq_test::value;
using code = aeq::op::code;

TEST_SUITE_BEGIN("kernel/embedding_lookup");

TEST_CASE("rows are copied in the order of the indices") {
  const value table = floats({3, 1, 2}, {1, 2, 3, 4, 5, 6});
  const value y = compute(code::embedding_lookup, {ints({4}, {2, 0, 0, 1}), table})[0];
  CHECK(y.shape == std::vector<std::int32_t>{4, 1, 2});
  CHECK(y.floats() == std::vector<float>{5, 6, 1, 2, 1, 2, 3, 4});
}

TEST_CASE("integers are scaled, by the table's scale or the row's") {
  value table = aeq_test::make<std::int8_t>(element_type::int8, {2, 2}, {-128, 127, 3, -4});
  table.scale = {0.5f};
  CHECK(compute(code::embedding_lookup, {ints({2}, {1, 0}), table})[0].floats() ==
        std::vector<float>{1.5f, -2, -64, 63.5f});
  table.scale = {0.5f, 2};
  CHECK(compute(code::embedding_lookup, {ints({2}, {1, 0}), table})[0].floats() ==
        std::vector<float>{6, -8, -64, 63.5f});
  value packed = aeq_test::make<std::uint8_t>(element_type::int4, {2, 2}, {0x7f, 0x08});
  packed.scale = {0.5f, 2};
  CHECK(compute(code::embedding_lookup, {ints({2}, {1, 0}), packed})[0].floats() ==
        std::vector<float>{-16, 0, -0.5f, 3.5f});
  value pairs = aeq_test::make<std::uint8_t>(element_type::int2, {1, 4}, {0b10'01'00'11});
  pairs.scale = {3};
  CHECK(compute(code::embedding_lookup, {ints({1}, {0}), pairs})[0].floats() == std::vector<float>{-3, 0, 3, -6});
}

TEST_CASE("a table in blocks has a scale per block of a row") {
  value table = aeq_test::make<std::uint8_t>(element_type::int4, {2, 4}, {0x21, 0x43, 0x65, 0x87});
  table.block_elements = 2;
  table.scale = {1, 10, 100, 1000};
  CHECK(compute(code::embedding_lookup, {ints({2}, {1, 0}), table})[0].floats() ==
        std::vector<float>{500, 600, 7000, -8000, 1, 2, 30, 40});
  table.scale = {1, 10};
  CHECK_THROWS_WITH_AS((void)compute(code::embedding_lookup, {ints({1}, {0}), table}), doctest::Contains("scales"),
                       std::runtime_error);
  table.block_elements = 3;
  CHECK_THROWS_WITH_AS((void)compute(code::embedding_lookup, {ints({1}, {0}), table}), doctest::Contains("scales"),
                       std::runtime_error);
}

TEST_CASE("indices outside of the table, and tables that can't be, are refused") {
  const value table = floats({3, 2}, {1, 2, 3, 4, 5, 6});
  const auto refused = [](const value& indices, const value& rows, const char* why) {
    CHECK_THROWS_WITH_AS((void)compute(code::embedding_lookup, {indices, rows}), doctest::Contains(why),
                         std::runtime_error);
  };
  refused(ints({2}, {0, 3}), table, "check: data");
  refused(ints({1}, {-1}), table, "check: data");
  refused(ints({1}, {0}), floats({0, 2}, {}), "check: data");
  refused(ints({1, 1}, {0}), table, "shape");
  refused(floats({1}, {0}), table, "type");
  value odd = aeq_test::make<std::uint8_t>(element_type::int4, {2, 3}, {1, 2, 3});
  odd.scale = {1};
  refused(ints({1}, {0}), odd, "shape");
  value offset = aeq_test::make<std::int8_t>(element_type::int8, {1, 2}, {1, 2});
  offset.scale = {1};
  offset.zero_point = {3};
  refused(ints({1}, {0}), offset, "zero points");
  offset.zero_point = {};
  offset.scale = {};
  refused(ints({1}, {0}), offset, "scales");
}

TEST_SUITE_END();
