// SPDX-License-Identifier: Apache-2.0
// Ops on single elements. Values in tables are what LiteRT 2.3.0's reference kernels gave.
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/thread_pool.hpp>

#include "support/compute.hpp"
#include "support/indices.hpp"

using namespace aeq_test;
using aeq::element_type;
using code = aeq::op::code;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float largest = std::numeric_limits<float>::max();

value result_of(code op, const std::vector<value>& inputs, element_type type = element_type::float32,
                const aeq::operation_options& options = {}, const aeq::work_sharing& share = {}) {
  std::vector<value> outputs(1);
  outputs[0].type = type;
  return std::move(compute(op, inputs, options, std::move(outputs), share)[0]);
}

/// Equal but for the last bits of functions; NaN where NaN is wanted.
void check_near(const std::vector<float>& got, const std::vector<float>& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    if (std::isnan(wanted[i]) || std::isinf(wanted[i])) {
      CHECK(std::isnan(got[i]) == std::isnan(wanted[i]));
      CHECK((std::isnan(got[i]) || got[i] == wanted[i]));
    } else {
      CHECK(got[i] == doctest::Approx(wanted[i]).epsilon(1e-6));
    }
  }
}

template <class T>
std::vector<T> counted_from(std::mt19937& random, std::size_t count, int lowest, int highest) {
  std::vector<T> values(count);
  for (T& v : values) v = static_cast<T>(std::uniform_int_distribution<int>(lowest, highest)(random));
  return values;
}

/// An op on random shapes that broadcast, against one index at a time; with and without threads.
template <class T, class To>
void check_broadcasts(code op, element_type type, element_type to, const std::function<To(T, T)>& wanted) {
  std::mt19937 random(static_cast<unsigned>(op));
  aeq::execute::thread_pool pool(3);
  for (int round = 0; round < 40; ++round) {
    const index_list result = random_shape(random, static_cast<std::size_t>(round % 7), round % 10 == 9 ? 0 : 1, 5);
    std::vector<index_list> shapes(2, result);
    for (index_list& shape : shapes) {
      for (std::int32_t& extent : shape) {
        if (random() % 3 == 0) extent = 1;
      }
      while (!shape.empty() && shape.front() == 1 && random() % 2 == 0) shape.erase(shape.begin());
    }
    const auto a = counted_from<T>(random, elements_of(shapes[0]), -9, 9);
    const auto b = counted_from<T>(random, elements_of(shapes[1]), 1, 9);
    const std::vector<value> inputs{make(type, shapes[0], a), make(type, shapes[1], b)};
    const value y = result_of(op, inputs, to);
    std::vector<To> expected;
    for_each_index(y.shape, [&](const index_list& index) {
      expected.push_back(wanted(a[broadcast_place(shapes[0], index)], b[broadcast_place(shapes[1], index)]));
    });
    CAPTURE(round);
    CHECK(y.as<To>() == expected);
    CHECK(result_of(op, inputs, to, {}, pool.share()).as<To>() == expected);
  }
}

}  // namespace

TEST_CASE("Two operands broadcast as numpy's") {
  check_broadcasts<float, float>(code::sub, element_type::float32, element_type::float32,
                                 [](float a, float b) { return a - b; });
  check_broadcasts<std::int32_t, std::int32_t>(code::mul, element_type::int32, element_type::int32,
                                               [](std::int32_t a, std::int32_t b) { return a * b; });
  check_broadcasts<std::int64_t, std::uint8_t>(
      code::less_equal, element_type::int64, element_type::boolean,
      [](std::int64_t a, std::int64_t b) -> std::uint8_t { return a <= b ? 1 : 0; });
  check_broadcasts<std::int8_t, std::int8_t>(code::maximum, element_type::int8, element_type::int8,
                                             [](std::int8_t a, std::int8_t b) { return a > b ? a : b; });
  check_broadcasts<std::int32_t, std::int32_t>(
      code::floor_mod, element_type::int32, element_type::int32,
      [](std::int32_t a, std::int32_t b) { return a - b * static_cast<int>(std::floor(double(a) / double(b))); });
  check_broadcasts<std::int32_t, std::int32_t>(
      code::floor_div, element_type::int32, element_type::int32,
      [](std::int32_t a, std::int32_t b) { return static_cast<int>(std::floor(double(a) / double(b))); });
  CHECK_THROWS_WITH((void)result_of(code::add, {floats({2, 3}, {1, 2, 3, 4, 5, 6}), floats({2}, {1, 2})}),
                    "shape: shape of an operand");
  CHECK_THROWS_WITH((void)result_of(code::add, {floats({1}, {1}), ints({1}, {1})}), "setup: type of an operand");
}

TEST_CASE("Large operands, on threads and in odd lengths") {
  aeq::execute::thread_pool pool(4);
  const std::int32_t rows = 37, columns = 1003;
  std::vector<float> a(static_cast<std::size_t>(rows * columns)), b(static_cast<std::size_t>(columns));
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i);
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(i) * 0.5f;
  std::vector<float> wanted = a, doubled = a;
  for (std::size_t i = 0; i < a.size(); ++i) wanted[i] += b[i % b.size()], doubled[i] += a[i];
  const std::vector<value> inputs{floats({rows, columns}, a), floats({columns}, b)};
  CHECK((result_of(code::add, inputs).floats() == wanted));
  CHECK((result_of(code::add, inputs, element_type::float32, {}, pool.share()).floats() == wanted));
  CHECK((result_of(code::add, {inputs[0], inputs[0]}, element_type::float32, {}, pool.share()).floats() == doubled));
  for (float& v : a) v = -v;
  CHECK((result_of(code::neg, {inputs[0]}, element_type::float32, {}, pool.share()).floats() == a));
}

TEST_CASE("Arithmetic at the edges of float, and the fused activation") {
  const value x = floats({6}, {1, infinity, -infinity, not_a_number, 3e38f, -0.0f});
  const value y = floats({6}, {1, 1, 1, 1, 3e38f, 0});
  aeq::operation_options relu, six, tanh;
  relu.activation = aeq::fused_activation::relu;
  six.activation = aeq::fused_activation::relu6;
  tanh.activation = aeq::fused_activation::tanh;
  check_near(result_of(code::add, {x, y}).floats(), {2, largest, -largest, not_a_number, largest, 0});
  check_near(result_of(code::add, {x, y}, element_type::float32, relu).floats(),
             {2, largest, 0, not_a_number, largest, 0});
  check_near(result_of(code::sub, {x, y}).floats(), {0, largest, -largest, not_a_number, 0, -0.0f});
  check_near(result_of(code::mul, {x, y}, element_type::float32, six).floats(), {1, 6, 0, not_a_number, 6, 0});
  check_near(result_of(code::div, {x, y}).floats(), {1, largest, -largest, not_a_number, 1, not_a_number});
  CHECK_THROWS_WITH((void)result_of(code::add, {x, y}, element_type::float32, tanh), "setup: options of the op");
  check_near(result_of(code::maximum, {floats({2}, {not_a_number, 1}), floats({2}, {1, not_a_number})}).floats(),
             {1, not_a_number});
  check_near(result_of(code::minimum, {floats({2}, {not_a_number, 1}), floats({2}, {1, not_a_number})}).floats(),
             {1, not_a_number});
  check_near(result_of(code::squared_difference, {floats({2}, {1, 5}), floats({}, {3})}).floats(), {4, 4});
  check_near(result_of(code::pow, {floats({3}, {2, 3, 4}), floats({3}, {3, -1, 0.5f})}).floats(), {8, 1.0f / 3, 2});
  check_near(result_of(code::floor_mod, {floats({4}, {5, -5, 5, -5}), floats({4}, {3, 3, -3, -3})}).floats(),
             {2, 1, -1, -2});
  check_near(result_of(code::atan2, {floats({2}, {1, -1}), floats({2}, {1, -1})}).floats(), {0.7853982f, -2.3561945f});
  check_near(result_of(code::prelu, {floats({1, 2, 2}, {1, -1, 2, -2}), floats({2}, {0.5f, 0.25f})}).floats(),
             {1, -0.25f, 2, -0.5f});
  check_near(result_of(code::add_n, {y, y, y}).floats(), {3, 3, 3, 3, infinity, 0});
}

TEST_CASE("Integers wrap, and a divisor of zero is found") {
  constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
  const auto of = [](code op, const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
    const auto n = static_cast<std::int32_t>(a.size());
    return result_of(op, {ints({n}, a), ints({n}, b)}, element_type::int32).as<std::int32_t>();
  };
  using list = std::vector<std::int32_t>;
  CHECK(of(code::add, {highest}, {1}) == list{lowest});
  CHECK(of(code::sub, {lowest}, {1}) == list{highest});
  CHECK(of(code::mul, {highest, 65536}, {2, 65536}) == list{-2, 0});
  CHECK(of(code::div, {7, -7, lowest, 7}, {2, 2, -1, -2}) == list{3, -3, lowest, -3});
  CHECK(of(code::floor_div, {7, -7, lowest, 7}, {2, 2, -1, -2}) == list{3, -4, lowest, -4});
  CHECK(of(code::floor_mod, {7, -7, lowest, 7}, {2, 2, -1, -2}) == list{1, 1, 0, -1});
  CHECK(of(code::pow, {3, -2, 5}, {4, 3, 0}) == list{81, -8, 1});
  CHECK(of(code::bitwise_xor, {6}, {3}) == list{5});
  CHECK(of(code::right_shift, {-8, 8, 1}, {1, 40, -3}) == list{-4, 0, 1});
  for (const code op : {code::div, code::floor_div, code::floor_mod}) {
    CHECK_THROWS_WITH((void)of(op, {1, 2}, {1, 0}), "check: data of an operand");
  }
  CHECK_THROWS_WITH((void)of(code::pow, {2}, {-1}), "check: data of an operand");
  aeq::operation_options six;
  six.activation = aeq::fused_activation::relu6;
  CHECK(result_of(code::add, {ints({3}, {-5, 2, 9}), ints({}, {1})}, element_type::int32, six).as<std::int32_t>() ==
        list{0, 3, 6});
  CHECK(result_of(code::abs, {ints({3}, {lowest, -3, 4})}, element_type::int32).as<std::int32_t>() ==
        list{lowest, 3, 4});
  CHECK(result_of(code::neg, {ints({3}, {lowest, -3, 4})}, element_type::int32).as<std::int32_t>() ==
        list{lowest, 3, -4});
  CHECK(result_of(code::sign, {ints({3}, {0, -3, 4})}, element_type::int32).as<std::int32_t>() == list{0, -1, 1});
}

TEST_CASE("Functions of one element") {
  const value x = floats({8}, {-2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f, not_a_number, infinity});
  const auto of = [&](code op, const aeq::operation_options& options = {}) {
    return result_of(op, {x}, element_type::float32, options).floats();
  };
  check_near(of(code::relu), {0, 0, 0, 0.5f, 1.5f, 2.5f, not_a_number, infinity});
  check_near(of(code::relu6), {0, 0, 0, 0.5f, 1.5f, 2.5f, not_a_number, 6});
  check_near(of(code::relu_n1_to_1), {-1, -1, -0.5f, 0.5f, 1, 1, not_a_number, 1});
  check_near(of(code::relu_0_to_1), {0, 0, 0, 0.5f, 1, 1, not_a_number, 1});
  check_near(of(code::round), {-2, -2, 0, 0, 2, 2, not_a_number, infinity});
  check_near(of(code::floor), {-3, -2, -1, 0, 1, 2, not_a_number, infinity});
  check_near(of(code::ceil), {-2, -1, 0, 1, 2, 3, not_a_number, infinity});
  check_near(of(code::sign), {-1, -1, -1, 1, 1, 1, not_a_number, 1});
  check_near(of(code::elu), {-0.917915f, -0.77686983f, -0.39346933f, 0.5f, 1.5f, 2.5f, not_a_number, infinity});
  check_near(of(code::logistic),
             {0.07585818f, 0.18242553f, 0.37754068f, 0.62245935f, 0.81757444f, 0.9241418f, not_a_number, 1});
  check_near(of(code::tanh),
             {-0.9866143f, -0.90514827f, -0.46211717f, 0.46211717f, 0.90514827f, 0.9866143f, not_a_number, 1});
  check_near(of(code::hard_swish),
             {-0.20833333f, -0.375f, -0.20833333f, 0.29166666f, 1.125f, 2.2916667f, not_a_number, infinity});
  check_near(of(code::sqrt),
             {not_a_number, not_a_number, not_a_number, 0.70710677f, 1.2247449f, 1.5811388f, not_a_number, infinity});
  check_near(of(code::rsqrt),
             {not_a_number, not_a_number, not_a_number, 1.4142135f, 0.81649655f, 0.6324555f, not_a_number, 0});
  check_near(of(code::square), {6.25f, 2.25f, 0.25f, 0.25f, 2.25f, 6.25f, not_a_number, infinity});
  check_near(of(code::abs), {2.5f, 1.5f, 0.5f, 0.5f, 1.5f, 2.5f, not_a_number, infinity});
  aeq::operation_options leaky;
  leaky.alpha = 0.25f;
  check_near(of(code::leaky_relu, leaky), {-0.625f, -0.375f, -0.125f, 0.5f, 1.5f, 2.5f, not_a_number, infinity});
  check_near(of(code::exp),
             {0.082085f, 0.22313017f, 0.60653067f, 1.6487212f, 4.481689f, 12.182494f, not_a_number, infinity});
  for (const float v : {8388607.5f, -8388607.5f, 16777217.0f, 1e30f}) {
    check_near(result_of(code::floor, {floats({}, {v})}).floats(), {std::floor(v)});
    check_near(result_of(code::ceil, {floats({}, {v})}).floats(), {std::ceil(v)});
    check_near(result_of(code::round, {floats({}, {v})}).floats(), {std::nearbyint(v)});
  }
  const value angles = floats({3}, {-1, 0.5f, 30});
  check_near(result_of(code::sin, {angles}).floats(), {-0.84147098f, 0.47942554f, -0.98803162f});
  check_near(result_of(code::cos, {angles}).floats(), {0.54030231f, 0.87758256f, 0.15425145f});
  check_near(result_of(code::log, {floats({3}, {1, 10, 0})}).floats(), {0, 2.3025851f, -infinity});
  check_near(result_of(code::logistic, {floats({3}, {-20, 17, -100})}).floats(), {2.0611537e-09f, 1, 3.783506e-44f});
  aeq::operation_options approximate;
  approximate.approximate = true;
  const value g = floats({4}, {-3, -0.5f, 0.5f, 3});
  check_near(result_of(code::gelu, {g}).floats(), {-0.00404969f, -0.15426877f, 0.34573123f, 2.9959502f});
  check_near(result_of(code::gelu, {g}, element_type::float32, approximate).floats(),
             {-0.00363740f, -0.15428599f, 0.34571400f, 2.9963627f});
  CHECK_THROWS_WITH((void)result_of(code::tanh, {ints({1}, {1})}, element_type::int32), "setup: type of an operand");
}

TEST_CASE("Truth values and comparisons") {
  using list = std::vector<std::uint8_t>;
  const auto truth = [](const list& v) {
    return make(element_type::boolean, {static_cast<std::int32_t>(v.size())}, v);
  };
  const value a = truth({0, 0, 1, 1}), b = truth({0, 1, 0, 1});
  CHECK(result_of(code::logical_and, {a, b}, element_type::boolean).as<std::uint8_t>() == list{0, 0, 0, 1});
  CHECK(result_of(code::logical_or, {a, b}, element_type::boolean).as<std::uint8_t>() == list{0, 1, 1, 1});
  CHECK(result_of(code::logical_not, {a}, element_type::boolean).as<std::uint8_t>() == list{1, 1, 0, 0});
  const value x = floats({4}, {1, 2, 3, not_a_number}), y = floats({4}, {2, 2, 2, not_a_number});
  const auto of = [&](code op) { return result_of(op, {x, y}, element_type::boolean).as<std::uint8_t>(); };
  CHECK(of(code::equal) == list{0, 1, 0, 0});
  CHECK(of(code::not_equal) == list{1, 0, 1, 1});
  CHECK(of(code::less) == list{1, 0, 0, 0});
  CHECK(of(code::less_equal) == list{1, 1, 0, 0});
  CHECK(of(code::greater) == list{0, 0, 1, 0});
  CHECK(of(code::greater_equal) == list{0, 1, 1, 0});
  value q = make<std::int8_t>(element_type::int8, {1}, {1}), r = q;
  q.scale = {1};
  r.scale = {2};
  CHECK(result_of(code::equal, {q, r}, element_type::boolean).as<std::uint8_t>() == list{0});
  CHECK(result_of(code::less, {q, r}, element_type::boolean).as<std::uint8_t>() == list{1});
  value wide = make<std::int16_t>(element_type::int16, {1}, {1}), wider = wide;  // compared as they are stored
  wide.scale = {1};
  wider.scale = {2};
  CHECK_THROWS_WITH((void)result_of(code::less, {wide, wider}, element_type::boolean),
                    "setup: scales or zero points of an operand");
}

TEST_CASE("SELECT takes a whole condition, one, or one per row; SELECT_V2 broadcasts") {
  using list = std::vector<std::int32_t>;
  const auto truth = [](const index_list& shape, const std::vector<std::uint8_t>& v) {
    return make(element_type::boolean, shape, v);
  };
  const value a = ints({2, 2}, {1, 2, 3, 4}), b = ints({2, 2}, {-1, -2, -3, -4});
  const auto of = [](code op, const std::vector<value>& in) {
    return result_of(op, in, element_type::int32).as<std::int32_t>();
  };
  CHECK(of(code::select, {truth({2, 2}, {1, 0, 0, 1}), a, b}) == list{1, -2, -3, 4});
  CHECK(of(code::select, {truth({}, {1}), a, b}) == list{1, 2, 3, 4});
  CHECK(of(code::select, {truth({2}, {0, 1}), a, b}) == list{-1, -2, 3, 4});
  CHECK_THROWS_WITH((void)of(code::select, {truth({3}, {0, 1, 1}), a, b}), "setup: shape of an operand");
  CHECK(of(code::select_v2, {truth({2}, {0, 1}), a, b}) == list{-1, 2, -3, 4});
  CHECK(of(code::select_v2, {truth({2, 1}, {0, 1}), ints({}, {9}), ints({1, 2}, {5, 6})}) == list{5, 6, 9, 9});
  CHECK_THROWS_WITH((void)of(code::select_v2, {truth({3}, {0, 1, 1}), a, b}), "shape: shape of an operand");
}

TEST_CASE("CAST: floats to the limits, integers wrapped") {
  const value x = floats({8}, {1.9f, -1.9f, 300, -300, not_a_number, infinity, 3e9f, 0});
  const auto to = [&]<class T>(element_type type, const value& from, T) {
    return result_of(code::cast, {from}, type).template as<T>();
  };
  CHECK(to(element_type::int8, x, std::int8_t()) == std::vector<std::int8_t>{1, -1, 127, -128, 127, 127, 127, 0});
  CHECK(to(element_type::uint8, x, std::uint8_t()) == std::vector<std::uint8_t>{1, 0, 255, 0, 255, 255, 255, 0});
  CHECK(to(element_type::int32, x, std::int32_t()) ==
        std::vector<std::int32_t>{1, -1, 300, -300, 2147483647, 2147483647, 2147483647, 0});
  CHECK(to(element_type::int64, x, std::int64_t())[6] == 3000000000);
  CHECK(to(element_type::boolean, x, std::uint8_t()) == std::vector<std::uint8_t>{1, 1, 1, 1, 1, 1, 1, 0});
  CHECK(to(element_type::float16, x, std::uint16_t())[2] == 0x5cb0);
  const value n = ints({4}, {0, -1, 300, 16777217});
  CHECK(to(element_type::int8, n, std::int8_t()) == std::vector<std::int8_t>{0, -1, 44, 1});
  CHECK(to(element_type::float32, n, float()) == std::vector<float>{0, -1, 300, 16777216});
  CHECK(to(element_type::boolean, n, std::uint8_t()) == std::vector<std::uint8_t>{0, 1, 1, 1});
  CHECK(to(element_type::float32, make<std::uint16_t>(element_type::float16, {2}, {0x3c00, 0xc000}), float()) ==
        std::vector<float>{1, -2});
  CHECK(to(element_type::float32, make<std::uint8_t>(element_type::int4, {3}, {0x8f, 0x07}), float()) ==
        std::vector<float>{-1, -8, 7});
  CHECK_THROWS_WITH((void)to(element_type::int4, n, std::uint8_t()), "setup: type of an operand");
}

TEST_CASE("QUANTIZE and DEQUANTIZE: per tensor, per channel, per block") {
  const auto quantized = [](element_type type, std::vector<float> scale, std::vector<std::int32_t> zero) {
    value v;
    v.type = type;
    v.scale = std::move(scale);
    v.zero_point = std::move(zero);
    return v;
  };
  const auto quantize = [&](const value& x, value y) {
    return std::move(compute(code::quantize, {x}, {}, {std::move(y)})[0]);
  };
  const value x = floats({2, 4}, {0.25f, -0.25f, 1e9f, -1e9f, 0.75f, not_a_number, 1.25f, -infinity});
  CHECK(quantize(x, quantized(element_type::int8, {0.5f}, {3})).as<std::int8_t>() ==
        std::vector<std::int8_t>{4, 2, 127, -128, 5, 3, 6, -128});  // halves away from zero
  CHECK(quantize(x, quantized(element_type::uint8, {0.5f}, {3})).as<std::uint8_t>() ==
        std::vector<std::uint8_t>{4, 2, 255, 0, 5, 3, 6, 0});
  CHECK(quantize(x, quantized(element_type::int16, {0.5f}, {0})).as<std::int16_t>() ==
        std::vector<std::int16_t>{1, -1, 32767, -32768, 2, 0, 3, -32768});
  CHECK(quantize(x, quantized(element_type::int32, {0.5f}, {0})).as<std::int32_t>() ==
        std::vector<std::int32_t>{1, -1, 2000000000, -2000000000, 2, 0, 3, std::numeric_limits<std::int32_t>::min()});
  CHECK(quantize(x, quantized(element_type::int8, {0.5f, 0.25f}, {0, 1})).as<std::int8_t>() ==
        std::vector<std::int8_t>{1, -1, 127, -128, 4, 1, 6, -128});
  CHECK_THROWS_WITH((void)quantize(x, quantized(element_type::int8, {0.5f, 0.25f, 1}, {0, 1, 2})),
                    "setup: scales or zero points of an operand");
  CHECK_THROWS_WITH((void)quantize(x, quantized(element_type::int8, {}, {})),
                    "setup: scales or zero points of an operand");

  value q = make<std::int8_t>(element_type::int8, {2, 2}, {-128, 127, 0, 5});
  q.scale = {0.5f};
  q.zero_point = {-1};
  CHECK(result_of(code::dequantize, {q}).floats() == std::vector<float>{-63.5f, 64, 0.5f, 3});
  CHECK(quantize(q, quantized(element_type::int8, {0.25f}, {0})).as<std::int8_t>() ==
        std::vector<std::int8_t>{-128, 127, 2, 12});
  CHECK(quantize(q, quantized(element_type::int16, {1.0f}, {0})).as<std::int16_t>() ==
        std::vector<std::int16_t>{-63, 64, 1, 3});
  q.scale = {0.5f, 2};
  q.zero_point = {-1, 1};
  q.channel_axis = 1;
  CHECK(result_of(code::dequantize, {q}).floats() == std::vector<float>{-63.5f, 252, 0.5f, 8});
  value packed = make<std::uint8_t>(element_type::int4, {2, 4}, {0x21, 0x43, 0xf8, 0x10});
  packed.scale = {1, 2, 3, 4};
  packed.block_elements = 2;
  CHECK(result_of(code::dequantize, {packed}).floats() == std::vector<float>{1, 2, 6, 8, -24, -3, 0, 4});
  CHECK(result_of(code::dequantize, {make<std::uint16_t>(element_type::float16, {1}, {0x3e00})}).floats() ==
        std::vector<float>{1.5f});
}

TEST_CASE("FAKE_QUANT moves the range so that 0 is a step") {
  aeq::operation_options options;
  options.min = -1;
  options.max = 2;
  options.num_bits = 8;
  const auto y = result_of(code::fake_quant, {floats({4}, {-3, 0, 0.5f, 3})}, element_type::float32, options).floats();
  const float step = 3.0f / 255;
  CHECK(y[0] == doctest::Approx(-85 * step));
  CHECK(y[1] == doctest::Approx(0).epsilon(1e-6));
  CHECK(y[2] == doctest::Approx(43 * step).epsilon(1e-5));
  CHECK(y[3] == doctest::Approx(170 * step));
  options.max = -1;
  CHECK_THROWS_WITH((void)result_of(code::fake_quant, {floats({1}, {1})}, element_type::float32, options),
                    "setup: options of the op");
}
