// SPDX-License-Identifier: Apache-2.0
// Ops that put elements at places, and those that look along an axis. Values are what LiteRT 2.3.0 gave, or can be
// seen.
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "support/compute.hpp"
#include "support/indices.hpp"

using namespace aeq_test;
using aeq::element_type;
using code = aeq::op::code;
using numbers = std::vector<float>;
using integers = std::vector<std::int32_t>;

namespace {

value result_of(code op, const std::vector<value>& inputs, element_type type = element_type::float32,
                const aeq::operation_options& options = {}) {
  std::vector<value> outputs(1);
  outputs[0].type = type;
  return std::move(compute(op, inputs, options, std::move(outputs))[0]);
}

}  // namespace

TEST_CASE("SCATTER_ND adds up what goes to one place") {
  const value shape = ints({2}, {3, 2});
  const value updates = floats({2, 2}, {1, 2, 3, 4});
  CHECK(result_of(code::scatter_nd, {ints({2, 1}, {2, 2}), updates, shape}).floats() == numbers{0, 0, 0, 0, 4, 6});
  CHECK(result_of(code::scatter_nd, {ints({2, 1}, {1, 0}), updates, shape}).floats() == numbers{3, 4, 1, 2, 0, 0});
  CHECK(result_of(code::scatter_nd, {ints({1, 2}, {1, 1}), floats({1}, {7}), shape}).floats() ==
        numbers{0, 0, 0, 7, 0, 0});
  CHECK_THROWS_WITH((void)result_of(code::scatter_nd, {ints({2, 1}, {3, 0}), updates, shape}),
                    "check: data of an operand");
  CHECK_THROWS_WITH((void)result_of(code::scatter_nd, {ints({2, 1}, {1, 0}), floats({2}, {1, 2}), shape}),
                    "setup: shape of an operand");
}

TEST_CASE("Segments are joined") {
  constexpr float largest = std::numeric_limits<float>::max();
  const value x = floats({3, 2}, {0, 1, 2, 3, 4, 5});
  CHECK(result_of(code::segment_sum, {x, ints({3}, {0, 1, 1})}).floats() == numbers{0, 1, 6, 8});
  CHECK_THROWS_WITH((void)result_of(code::segment_sum, {x, ints({3}, {1, 0, 1})}), "check: data of an operand");
  CHECK_THROWS_WITH((void)result_of(code::segment_sum, {x, ints({3}, {3, 0, -2})}), "shape: data of an operand");
  const value segments = ints({3}, {2, 0, -1});
  const value count = ints({}, {3});
  CHECK(result_of(code::unsorted_segment_max, {x, segments, count}).floats() ==
        numbers{2, 3, -largest, -largest, 0, 1});
  CHECK(result_of(code::unsorted_segment_min, {x, segments, count}).floats() == numbers{2, 3, largest, largest, 0, 1});
  CHECK(result_of(code::unsorted_segment_prod, {x, ints({3}, {0, 0, 1}), count}).floats() == numbers{0, 3, 4, 5, 1, 1});
  CHECK(result_of(code::unsorted_segment_sum, {x, ints({3}, {0, 0, 1}), count}).floats() == numbers{2, 4, 4, 5, 0, 0});
  CHECK_THROWS_WITH((void)result_of(code::unsorted_segment_sum, {x, ints({3}, {0, 3, 1}), count}),
                    "check: data of an operand");
}

TEST_CASE("ONE_HOT has the new axis where it is told") {
  const std::vector<value> inputs{ints({3}, {1, -1, 5}), ints({}, {3}), floats({}, {9}), floats({}, {1})};
  aeq::operation_options options;
  value y = result_of(code::one_hot, inputs, element_type::float32, options);  // axis 0
  CHECK(y.floats() == numbers{1, 1, 1, 9, 1, 1, 1, 1, 1});
  options.axis = -1;
  CHECK(result_of(code::one_hot, inputs, element_type::float32, options).floats() ==
        numbers{1, 9, 1, 1, 1, 1, 1, 1, 1});
  options.axis = 2;
  CHECK_THROWS_WITH((void)result_of(code::one_hot, inputs, element_type::float32, options), "shape: options of the op");
}

TEST_CASE("Diagonals of matrices") {
  CHECK(result_of(code::matrix_diag, {ints({2, 2}, {1, 2, 3, 4})}, element_type::int32).as<std::int32_t>() ==
        integers{1, 0, 0, 2, 3, 0, 0, 4});
  CHECK(result_of(code::matrix_set_diag, {numbered({2, 2, 3}), ints({2, 2}, {-1, -2, -3, -4})}, element_type::int32)
            .as<std::int32_t>() == integers{-1, 2, 3, 4, -2, 6, -3, 8, 9, 10, -4, 12});
  CHECK_THROWS_WITH((void)result_of(code::matrix_set_diag, {numbered({2, 3}), numbered({3})}, element_type::int32),
                    "shape: shape of an operand");
}

TEST_CASE("TOPK_V2 gives equal elements in their order") {
  const value x = floats({2, 4}, {1, 3, 3, 2, 5, -1, 0, 7});
  std::vector<value> outputs(2);
  outputs[1].type = element_type::int32;
  const auto y = compute(code::topk_v2, {x, ints({}, {3})}, {}, std::move(outputs));
  CHECK(y[0].floats() == numbers{3, 3, 2, 7, 5, 0});
  CHECK(y[1].as<std::int32_t>() == integers{1, 2, 3, 3, 0, 2});
  std::vector<value> more(2);
  more[1].type = element_type::int32;
  CHECK_THROWS_WITH((void)compute(code::topk_v2, {x, ints({}, {5})}, {}, std::move(more)), "shape: data of an operand");
}

TEST_CASE("CUMSUM goes either way, with its element or without") {
  const value x = numbered({2, 3});
  const auto of = [&](int axis, bool exclusive, bool reverse) {
    aeq::operation_options options;
    options.exclusive = exclusive;
    options.reverse = reverse;
    return result_of(code::cumsum, {x, ints({}, {axis})}, element_type::int32, options).as<std::int32_t>();
  };
  CHECK(of(1, false, false) == integers{1, 3, 6, 4, 9, 15});
  CHECK(of(-1, true, false) == integers{0, 1, 3, 0, 4, 9});
  CHECK(of(0, false, true) == integers{5, 7, 9, 4, 5, 6});
  CHECK(of(1, true, true) == integers{5, 3, 0, 11, 6, 0});
  CHECK_THROWS_WITH((void)of(2, false, false), "check: data of an operand");
}

TEST_CASE("RANGE stops before its limit") {
  const auto of = [](std::int32_t start, std::int32_t limit, std::int32_t delta) {
    return result_of(code::range, {ints({}, {start}), ints({}, {limit}), ints({}, {delta})}, element_type::int32)
        .as<std::int32_t>();
  };
  CHECK(of(5, 0, -2) == integers{5, 3, 1});
  CHECK(of(0, 4, 2) == integers{0, 2});
  CHECK(of(5, 5, 1).empty());
  CHECK_THROWS_WITH((void)of(5, 7, -2), "shape: data of an operand");
  CHECK_THROWS_WITH((void)of(5, 7, 0), "shape: data of an operand");
  CHECK(result_of(code::range, {floats({}, {0}), floats({}, {1}), floats({}, {0.3f})}).floats() ==
        numbers{0, 0.3f, 0.6f, 0.90000004f});
}

TEST_CASE("WHERE lists indices, DILATE makes room, BITCAST keeps bits") {
  CHECK(result_of(code::where, {floats({2, 2}, {0, 1, 2, 0})}, element_type::int64).as<std::int64_t>() ==
        std::vector<std::int64_t>{0, 1, 1, 0});
  CHECK(result_of(code::dilate, {ints({2, 2}, {1, 2, 3, 4}), ints({2}, {2, 3}), ints({}, {-1})}, element_type::int32)
            .as<std::int32_t>() == integers{1, -1, -1, 2, -1, -1, -1, -1, 3, -1, -1, 4});
  CHECK_THROWS_WITH(
      (void)result_of(code::dilate, {ints({1}, {1}), ints({1}, {0}), ints({}, {-1})}, element_type::int32),
      "shape: data of an operand");
  CHECK(result_of(code::bitcast, {floats({1}, {1})}, element_type::int32).as<std::int32_t>() == integers{0x3f800000});
  CHECK_THROWS_WITH((void)result_of(code::bitcast, {floats({1}, {1})}, element_type::int16),
                    "setup: type of an operand");
}
