// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "support/compute.hpp"

using aeq::operation_options;
using aeq::window_padding;
using aeq_test::compute;
using aeq_test::floats;
using aeq_test::value;
using code = aeq::op::code;

TEST_SUITE_BEGIN("kernel/pool_2d");

TEST_CASE("pools take the values that a window has, not the padding") {
  const value x = floats({1, 2, 3, 1}, {-1, -2, -3, -4, -5, -6});
  operation_options o;
  o.filter_height = o.filter_width = 2;
  o.stride_width = 2;
  const value mean = compute(code::average_pool_2d, {x}, o)[0];
  CHECK(mean.shape == std::vector<std::int32_t>{1, 2, 2, 1});
  CHECK(mean.floats() == std::vector<float>{-3, -4.5f, -4.5f, -6});
  CHECK(compute(code::max_pool_2d, {x}, o)[0].floats() == std::vector<float>{-1, -3, -4, -6});
  CHECK(compute(code::l2_pool_2d, {x}, o)[0].floats() ==
        std::vector<float>{std::sqrt(46.0f / 4), std::sqrt(45.0f / 2), std::sqrt(41.0f / 2), 6});
  o.padding = window_padding::valid;
  o.activation = aeq::fused_activation::relu_n1_to_1;
  CHECK(compute(code::average_pool_2d, {x}, o)[0].floats() == std::vector<float>{-1});
}

TEST_CASE("a channel is pooled by itself") {
  const value x = floats({2, 1, 2, 2}, {1, 10, 3, 30, 5, 50, 9, 90});
  operation_options o;
  o.filter_width = o.stride_width = 2;
  CHECK(compute(code::average_pool_2d, {x}, o)[0].floats() == std::vector<float>{2, 20, 7, 70});
  CHECK(compute(code::max_pool_2d, {x}, o)[0].floats() == std::vector<float>{3, 30, 9, 90});
}

TEST_CASE("windows larger than any image, and images without pixels") {
  operation_options o;
  o.filter_height = o.filter_width = std::numeric_limits<std::int32_t>::max();
  o.stride_height = o.stride_width = std::numeric_limits<std::int32_t>::max();
  CHECK(compute(code::max_pool_2d, {floats({1, 1, 2, 1}, {4, 5})}, o)[0].floats() == std::vector<float>{5});
  o.padding = window_padding::valid;
  CHECK(compute(code::max_pool_2d, {floats({1, 1, 2, 1}, {4, 5})}, o)[0].shape ==
        std::vector<std::int32_t>{1, 0, 0, 1});
  CHECK(compute(code::average_pool_2d, {floats({1, 0, 2, 1}, {})}, {})[0].shape ==
        std::vector<std::int32_t>{1, 0, 2, 1});
  o.filter_width = 0;
  CHECK_THROWS_WITH_AS((void)compute(code::max_pool_2d, {floats({1, 1, 2, 1}, {4, 5})}, o),
                       doctest::Contains("options"), std::runtime_error);
  CHECK_THROWS_WITH_AS((void)compute(code::max_pool_2d, {floats({2, 1}, {4, 5})}), doctest::Contains("shape"),
                       std::runtime_error);
}

TEST_SUITE_END();
