// SPDX-License-Identifier: Apache-2.0
// Quantized ops on elements, windows and rows: near to what real numbers give, in both arithmetics. What they answer to
// the last bit is in execute/golden_kernels.cpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/kernel/integer/short_functions.hpp>
#include <aeq/table/builtin_kernels.hpp>

#include "support/compute.hpp"

using aeq::element_type;
using aeq::operation_options;
using aeq_test::compute;
using aeq_test::make;
using aeq_test::value;
using code = aeq::op::code;
namespace fixed = aeq::kernel::fixed_point;

namespace {

constexpr bool is_near(double a, double b, double tolerance) {
  return a - b <= tolerance && b - a <= tolerance;
}
constexpr double unit = 1.0 / 2147483648.0;

static_assert(fixed::exponential(0, 5) == fixed::highest);
static_assert(is_near(fixed::exponential(-(1 << 26), 5) * unit, 0.36787944117144233, 1e-6));
static_assert(is_near(fixed::exponential(-(1 << 28), 5) * unit, 0.01831563888873418, 1e-6));
static_assert(is_near(fixed::logistic(1 << 27, 4) * unit, 0.7310585786300049, 1e-6));
static_assert(is_near(fixed::logistic(-(1 << 27), 4) * unit, 0.2689414213699951, 1e-6));
static_assert(is_near(fixed::hyperbolic_tangent(1 << 26, 4) * unit, 0.46211715726000973, 1e-6));
static_assert(fixed::hyperbolic_tangent(-(1 << 26), 4) == -fixed::hyperbolic_tangent(1 << 26, 4));
static_assert([] {
  for (const std::int32_t x : {1, 2, 3, 5, 100, 12345, 1 << 29, 2147483647}) {
    const auto root = fixed::inverse_square_root(x);
    double square = root.multiplier * unit;
    for (int i = root.shift; i < 0; ++i) square /= 2;
    square *= square;
    if (!is_near(square * x, 1, 1e-4)) return false;
    const auto inverse = fixed::reciprocal_of(x, 31);
    double one = inverse.value * unit * x;
    for (int i = inverse.exponent; i > 0; --i) one /= 2;
    if (!is_near(one, 1, 1e-6)) return false;
  }
  return true;
}());

// The same with 16 bits: 1 has 12 behind the point.
namespace short_numbers = fixed::short_numbers;
constexpr double short_unit = 1.0 / 32768;
static_assert(is_near(short_numbers::exponential(-4096, 3) * short_unit, 0.36787944117144233, 2e-4));
static_assert(is_near(short_numbers::logistic(4096, 3) * short_unit, 0.7310585786300049, 2e-4));
static_assert(is_near(short_numbers::logistic(-4096, 3) * short_unit, 0.2689414213699951, 2e-4));
static_assert(is_near(short_numbers::hyperbolic_tangent(2048, 3) * short_unit, 0.46211715726000973, 4e-4));
static_assert(short_numbers::hyperbolic_tangent(-2048, 3) == -short_numbers::hyperbolic_tangent(2048, 3));
static_assert(short_numbers::exponential(-32768, 7) == 0 && short_numbers::logistic(-32768, 3) >= 0);

// Setup and function of an op, in a constant expression: 0.5 * (3 + 1) times 0.25 * (9 - 1) is 4, which is 8 steps of
// 0.5.
static_assert([] {
  constexpr std::array a_scale{0.5f}, b_scale{0.25f};
  constexpr std::array a_zero{-1}, b_zero{1}, y_zero{2};
  std::array<aeq::operand, 2> inputs{};
  inputs[0].type = inputs[1].type = element_type::int8;
  inputs[0].scale = a_scale;
  inputs[0].zero_point = a_zero;
  inputs[1].scale = b_scale;
  inputs[1].zero_point = b_zero;
  std::array<aeq::result_operand, 1> outputs{};
  outputs[0].type = element_type::int8;
  outputs[0].scale = a_scale;
  outputs[0].zero_point = y_zero;
  aeq::kernel::scaled_product<true> product;
  return product.prepare({inputs, outputs, {}}) == aeq::status::ready && product(3, 9) == 10 && product(-1, 5) == 2 &&
         product(127, 127) == 127;
}());

value quantized(element_type type, std::vector<std::int32_t> shape, const std::vector<std::int32_t>& integers,
                float scale, std::int32_t zero) {
  value v;
  if (type == element_type::int16) {
    v = make(type, std::move(shape), std::vector<std::int16_t>(integers.begin(), integers.end()));
  } else if (type == element_type::int8) {
    v = make(type, std::move(shape), std::vector<std::int8_t>(integers.begin(), integers.end()));
  } else {
    v = make(type, std::move(shape), std::vector<std::uint8_t>(integers.begin(), integers.end()));
  }
  v.scale = {scale};
  v.zero_point = {zero};
  return v;
}
value result(element_type type, float scale, std::int32_t zero) {
  value v;
  v.type = type;
  v.scale = {scale};
  v.zero_point = {zero};
  return v;
}
std::vector<std::int32_t> integers_of(const value& v) {
  const auto wide = [](const auto& list) { return std::vector<std::int32_t>(list.begin(), list.end()); };
  if (v.type == element_type::int16) return wide(v.as<std::int16_t>());
  return v.type == element_type::int8 ? wide(v.as<std::int8_t>()) : wide(v.as<std::uint8_t>());
}
std::vector<std::int32_t> all_of(element_type type) {
  const auto [lowest, highest] = aeq::kernel::limits_of(type);
  const std::int32_t step = type == element_type::int16 ? 61 : 1;
  std::vector<std::int32_t> list;
  for (std::int32_t i = lowest; i <= highest; i += step) list.push_back(i);
  return list;
}

/// How far integers are from those of the real results, at most. Beyond y's limits they count as the limits.
std::int64_t distance(const value& y, const std::vector<double>& wanted) {
  const auto [lowest, highest] = aeq::kernel::limits_of(y.type);
  const std::vector<std::int32_t> got = integers_of(y);
  std::int64_t worst = got.size() == wanted.size() ? 0 : std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 0; i < std::min(got.size(), wanted.size()); ++i) {
    const double steps = std::round(wanted[i] / static_cast<double>(y.scale[0])) + y.zero_point[0];
    const double limited = std::clamp<double>(steps, lowest, highest);
    worst = std::max(worst, std::abs(static_cast<std::int64_t>(limited) - got[i]));
  }
  return worst;
}

std::vector<double> reals_of(const value& x) {
  std::vector<double> list;
  for (const std::int32_t i : integers_of(x)) {
    list.push_back((i - x.zero_point[0]) * static_cast<double>(x.scale[0]));
  }
  return list;
}

struct function_case {
  code op;
  double (*function)(double);
  float x_scale, y_scale;
  std::int64_t tolerance = 1;
};

void check_function(const function_case& of, element_type type, std::int32_t x_zero, std::int32_t y_zero,
                    const operation_options& options = {}) {
  CAPTURE(aeq::op::detail::code_names[static_cast<std::size_t>(of.op)]);
  CAPTURE(name_of(type));
  const std::vector<std::int32_t> list = all_of(type);
  const value x = quantized(type, {static_cast<std::int32_t>(list.size())}, list, of.x_scale, x_zero);
  std::vector<double> wanted;
  for (const double real : reals_of(x)) wanted.push_back(of.function(real));
  CHECK(distance(compute(of.op, {x}, options, {result(type, of.y_scale, y_zero)})[0], wanted) <= of.tolerance);
}

double logistic(double x) {
  return 1 / (1 + std::exp(-x));
}
double hyperbolic(double x) {
  return std::tanh(x);
}
double relu(double x) {
  return std::max(x, 0.0);
}
double relu6(double x) {
  return std::clamp(x, 0.0, 6.0);
}
double leaky(double x) {
  return x < 0 ? -0.25 * x : x;
}
double hard_swish(double x) {
  return x * std::clamp(x + 3, 0.0, 6.0) / 6;
}
double gelu(double x) {
  return 0.5 * x * std::erfc(-x * 0.7071067811865476);
}
double power(double x) {
  return std::exp(x);
}
double negation(double x) {
  return -x;
}
double absolute(double x) {
  return std::fabs(x);
}

}  // namespace

TEST_SUITE_BEGIN("kernel/integer");

TEST_CASE("functions of one element are near to the real ones") {
  operation_options o;
  o.alpha = -0.25f;
  for (const element_type type : {element_type::int8, element_type::uint8}) {
    const std::int32_t zero = type == element_type::int8 ? -7 : 121;
    check_function({code::logistic, logistic, 0.05f, 1.0f / 256}, type, zero, type == element_type::int8 ? -128 : 0);
    check_function({code::tanh, hyperbolic, 0.03f, 1.0f / 128}, type, zero, zero + 5);
    check_function({code::relu, relu, 0.05f, 0.02f}, type, zero, zero - 60);
    check_function({code::relu6, relu6, 0.06f, 0.03f}, type, zero, zero - 60);
    check_function({code::leaky_relu, leaky, 0.05f, 0.03f}, type, zero, zero, o);
    check_function({code::hard_swish, hard_swish, 0.05f, 0.04f}, type, zero, zero);
    check_function({code::gelu, gelu, 0.05f, 0.04f}, type, zero, zero);
  }
  for (const element_type type : {element_type::int8, element_type::int16}) {
    const bool is_wide = type == element_type::int16;
    const float step = is_wide ? 1.0f / 256 : 1.0f;
    check_function({code::exp, power, 0.02f * step, 0.2f * step, is_wide ? 2 : 1}, type, 0, 0);
    check_function({code::abs, absolute, 0.03f * step, 0.02f * step}, type, 0, 0);
    check_function({code::neg, negation, 0.03f * step, 0.02f * step}, type, 0, 0);
  }
  constexpr float fine = 1.0f / 32768;
  check_function({code::logistic, logistic, 0.0002f, fine, 8}, element_type::int16, 0, 0);
  check_function({code::tanh, hyperbolic, 0.0001f, fine, 8}, element_type::int16, 0, 0);
  check_function({code::gelu, gelu, 0.0001f, 0.0001f, 2}, element_type::int16, 0, 0);
}

TEST_CASE("ops on two elements are near to the real ones") {
  const auto plus = [](double a, double b) { return a + b; };
  const auto minus = [](double a, double b) { return a - b; };
  const auto times = [](double a, double b) { return a * b; };
  const auto square = [](double a, double b) { return (a - b) * (a - b); };
  const std::vector<std::pair<code, std::function<double(double, double)>>> ops{
      {code::add, plus}, {code::sub, minus}, {code::mul, times}, {code::squared_difference, square}};
  const std::vector<std::int32_t> few{-128, -100, -31, -1, 0, 1, 2, 15, 64, 127};
  std::vector<std::int32_t> many;
  for (std::size_t i = 0; i < few.size(); ++i) many.insert(many.end(), few.begin(), few.end());
  for (const std::pair<code, std::function<double(double, double)>>& one : ops) {
    const code op = one.first;
    CAPTURE(static_cast<int>(op));
    const value a = quantized(element_type::int8, {10, 10}, many, 0.05f, 3);
    const value b = quantized(element_type::int8, {10, 1}, few, 0.021f, -4);
    const value y = compute(op, {a, b}, {}, {result(element_type::int8, 0.11f, 9)})[0];
    const std::vector<double> left = reals_of(a), right = reals_of(b);
    std::vector<double> wanted;
    for (std::size_t i = 0; i < left.size(); ++i) wanted.push_back(one.second(left[i], right[i / 10]));
    CHECK(distance(y, wanted) <= 1);
  }
}

TEST_CASE("NEG turns the sign of what integers stand for, where LiteRT turns that of the integers") {
  const value x = quantized(element_type::int8, {4}, {-128, -3, 0, 127}, 0.5f, 5);
  CHECK(integers_of(compute(code::neg, {x}, {}, {result(element_type::int8, 0.5f, 5)})[0]) ==
        std::vector<std::int32_t>{127, 13, 10, -117});
  // One scale and zero points of 0: both agree, but for the lowest, which LiteRT leaves.
  const value even = quantized(element_type::int8, {4}, {-128, -127, 1, 127}, 0.5f, 0);
  CHECK(integers_of(compute(code::neg, {even}, {}, {result(element_type::int8, 0.5f, 0)})[0]) ==
        std::vector<std::int32_t>{127, 127, -1, -127});
}

TEST_CASE("MUL of int16 gives int8 and uint8") {
  const std::vector<std::int32_t> few{-32768, -20000, -300, 0, 1, 12345, 32767};
  std::vector<std::int32_t> left, right;
  for (const std::int32_t a : few) {
    for (const std::int32_t b : few) {
      left.push_back(a);
      right.push_back(b);
    }
  }
  for (const float scale : {1.0f / 32768, 0.0001f}) {  // LiteRT's rounding, and that of MUL
    CAPTURE(scale);
    const value a = quantized(element_type::int16, {49}, left, scale, 0);
    const value b = quantized(element_type::int16, {49}, right, 1.0f / 32768, 0);
    std::vector<double> wanted;
    const std::vector<double> of_a = reals_of(a), of_b = reals_of(b);
    for (std::size_t i = 0; i < 49; ++i) wanted.push_back(of_a[i] * of_b[i]);
    CHECK(distance(compute(code::mul, {a, b}, {}, {result(element_type::int8, 1.0f / 128, 3)})[0], wanted) <= 1);
    CHECK(distance(compute(code::mul, {a, b}, {}, {result(element_type::uint8, 1.0f / 128, 130)})[0], wanted) <= 1);
  }
}

TEST_CASE("a quotient far below a step is nothing, whatever LiteRT's reference kernel makes of it") {
  const value a = quantized(element_type::int8, {3}, {0, 1, 100}, 0.001f, 0);
  const value b = quantized(element_type::int8, {3}, {100, -100, 50}, 1.0f, 0);
  CHECK(integers_of(compute(code::div, {a, b}, {}, {result(element_type::int8, 0.5f, 7)})[0]) ==
        std::vector<std::int32_t>{7, 7, 7});
}

TEST_CASE("data without a result are found before") {
  const auto refusal = [](code op, const std::vector<value>& inputs, const value& y) -> std::string {
    try {
      (void)compute(op, inputs, {}, {y});
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "none";
  };
  const value a = quantized(element_type::int8, {2}, {5, 6}, 0.1f, 5);
  const value b = quantized(element_type::int8, {2}, {4, 5}, 0.1f, 5);
  const value y = result(element_type::int8, 0.1f, 0);
  CHECK(refusal(code::div, {a, b}, y) == "check: data of an operand");
  CHECK(refusal(code::sqrt, {b}, y) == "check: data of an operand");
  CHECK(refusal(code::rsqrt, {b}, y) == "check: data of an operand");
  CHECK(refusal(code::sqrt, {a}, y) == "none");
  CHECK(refusal(code::logistic, {a}, y) == "setup: scales or zero points of an operand");
  CHECK(refusal(code::softmax, {a}, y) == "setup: scales or zero points of an operand");
  CHECK(refusal(code::log_softmax, {a}, y) == "setup: scales or zero points of an operand");
  CHECK(refusal(code::add, {a, b}, result(element_type::int8, 1e-8f, 0)) ==
        "setup: scales or zero points of an operand");
  CHECK(refusal(code::l2_normalization, {a}, y) == "setup: scales or zero points of an operand");
}

TEST_CASE("shares of SOFTMAX add up to one, of both widths") {
  const std::vector<std::int32_t> list{-30, 5, 5, 20, 90, -100};
  const value narrow = quantized(element_type::int8, {2, 3}, list, 0.07f, 3);
  const value wide = quantized(element_type::int16, {2, 3}, {-3000, 500, 500, 2000, 9000, -10000}, 0.0007f, 0);
  const std::vector<value> results{
      compute(code::softmax, {narrow}, {}, {result(element_type::int8, 1.0f / 256, -128)})[0],
      compute(code::softmax, {wide}, {}, {result(element_type::int16, 1.0f / 32768, 0)})[0]};
  const std::vector<const value*> sources{&narrow, &wide};
  for (std::size_t k = 0; k < results.size(); ++k) {
    const std::vector<double> x = reals_of(*sources[k]);
    std::vector<double> wanted;
    for (std::size_t row = 0; row < 2; ++row) {
      double sum = 0;
      for (std::size_t i = 0; i < 3; ++i) sum += std::exp(x[row * 3 + i]);
      for (std::size_t i = 0; i < 3; ++i) wanted.push_back(std::exp(x[row * 3 + i]) / sum);
    }
    CHECK(distance(results[k], wanted) <= (k == 0 ? 1 : 16));
  }
}

TEST_CASE("LOG_SOFTMAX is the logarithm of SOFTMAX's shares") {
  const value x = quantized(element_type::int8, {2, 3}, {-30, 5, 5, 20, 90, -100}, 0.07f, 3);
  const value y = compute(code::log_softmax, {x}, {}, {result(element_type::int8, 1.0f / 16, 127)})[0];
  const std::vector<double> reals = reals_of(x);
  std::vector<double> wanted;
  for (std::size_t row = 0; row < 2; ++row) {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) sum += std::exp(reals[row * 3 + i]);
    for (std::size_t i = 0; i < 3; ++i) wanted.push_back(std::max(reals[row * 3 + i] - std::log(sum), -255.0 / 16));
  }
  CHECK(distance(y, wanted) <= 1);
}

TEST_CASE("logarithms in fixed point") {
  // Of numbers with 12 integer bits, from 1 to 4095; the result has 5, and 26 behind the point.
  for (std::int64_t x = std::int64_t(1) << 19; x < std::int64_t(1) << 31; x += x / 7) {
    const double real = static_cast<double>(x) / (1 << 19);
    const double made = aeq::kernel::fixed_point::logarithm(static_cast<std::int32_t>(x), 12, 5) / double(1 << 26);
    CHECK(made == doctest::Approx(std::log(real)).epsilon(1e-6).scale(1));
  }
  static_assert(aeq::kernel::fixed_point::logarithm(1 << 19, 12, 5) < 64);
}

TEST_CASE("MEAN and SUM of signed integers") {
  const value x = quantized(element_type::int8, {2, 3}, {-128, 0, 127, -5, -6, -7}, 0.1f, -3);
  const value axes = aeq_test::ints({1}, {-1});
  CHECK(distance(compute(code::mean, {x, axes}, {}, {result(element_type::int8, 0.05f, 1)})[0],
                 {0.1 * (-1 + 9) / 3, 0.1 * (-18 + 9) / 3}) <= 1);
  CHECK(distance(compute(code::sum, {x, axes}, {}, {result(element_type::int8, 0.05f, 1)})[0],
                 {0.1 * (-1 + 9), 0.1 * (-18 + 9)}) <= 1);
}

TEST_CASE("REDUCE_PROD scales each factor as it comes") {
  const value x = quantized(element_type::int8, {2, 3}, {-128, 0, 127, -25, 26, -7}, 0.03f, -3);
  const std::vector<double> reals = reals_of(x);
  const value y = result(element_type::int8, 0.02f, 1);
  CHECK(distance(compute(code::reduce_prod, {x, aeq_test::ints({1}, {-1})}, {}, {y})[0],
                 {reals[0] * reals[1] * reals[2], reals[3] * reals[4] * reals[5]}) <= 1);
  CHECK(distance(compute(code::reduce_prod, {x, aeq_test::ints({1}, {0})}, {}, {y})[0],
                 {reals[0] * reals[3], reals[1] * reals[4], reals[2] * reals[5]}) <= 1);
  const value wide = quantized(element_type::int16, {3}, {-20000, 15000, 30000}, 0.0001f, 0);
  CHECK(distance(compute(code::reduce_prod, {wide, aeq_test::ints({1}, {0})}, {},
                         {result(element_type::int16, 0.001f, 0)})[0],
                 {-2.0 * 1.5 * 3.0}) <= 4);  // 15 bits of the factor, three times
  // A factor that would need more than seven bits before the point.
  CHECK_THROWS_WITH(
      (void)compute(code::reduce_prod, {x, aeq_test::ints({1}, {0})}, {}, {result(element_type::int8, 1e-9f, 0)}),
      "setup: scales or zero points of an operand");
}

TEST_CASE("pools and images keep their integers") {
  const value x = quantized(element_type::int8, {1, 2, 3, 1}, {-8, 3, 5, 1, -2, 7}, 0.5f, 1);
  operation_options o;
  o.padding = aeq::window_padding::valid;
  o.filter_height = o.filter_width = 2;
  const value y = result(element_type::int8, 0.5f, 1);
  CHECK(integers_of(compute(code::max_pool_2d, {x}, o, {y})[0]) == std::vector<std::int32_t>{3, 7});
  CHECK(integers_of(compute(code::average_pool_2d, {x}, o, {y})[0]) == std::vector<std::int32_t>{-2, 3});  // -6 / 4
  o.activation = aeq::fused_activation::relu;
  CHECK(integers_of(compute(code::average_pool_2d, {x}, o, {y})[0]) == std::vector<std::int32_t>{1, 3});
  const value twice = compute(code::resize_bilinear, {x, aeq_test::ints({2}, {2, 6})}, {}, {y})[0];
  CHECK(integers_of(twice) == std::vector<std::int32_t>{-8, -3, 3, 4, 5, 5, 1, -1, -2, 3, 7, 7});
}

TEST_CASE("CONCATENATION of uint8 brings its inputs to one scale") {
  const value a = quantized(element_type::uint8, {2, 1}, {0, 255}, 0.1f, 0);
  const value b = quantized(element_type::uint8, {2, 2}, {10, 20, 30, 40}, 0.2f, 10);
  operation_options o;
  o.axis = 1;
  const value y = compute(code::concatenation, {a, b}, o, {result(element_type::uint8, 0.1f, 0)})[0];
  CHECK(integers_of(y) == std::vector<std::int32_t>{0, 0, 20, 255, 40, 60});
}

TEST_CASE("tflite-micro's arithmetic has its own sigmoids, which agree with LiteRT's to one step") {
  const std::vector<std::int32_t> list = all_of(element_type::int8);
  for (int step = 1; step < 40; ++step) {
    const value x = quantized(element_type::int8, {256}, list, 0.0037f * static_cast<float>(step), 11);
    for (const code op : {code::logistic, code::tanh}) {
      const float scale = op == code::tanh ? 1.0f / 128 : 1.0f / 256;
      const std::int32_t zero = op == code::tanh ? 0 : -128;
      const value expected = compute(op, {x}, {}, {result(element_type::int8, scale, zero)})[0];
      value y = expected;
      const std::array<aeq::operand, 1> inputs{
          aeq::operand{x.type, false, x.data.span(), x.shape, x.scale, x.zero_point, 0, 0}};
      const std::array<aeq::result_operand, 1> outputs{
          aeq::result_operand{y.type, false, y.data.span(), y.shape, y.scale, y.zero_point, 0, 0}};
      const aeq::kernel_arguments call{inputs, outputs, {}};
      const auto kernel = aeq::builtin_kernel<aeq::arithmetic::tflm, aeq::computation::integer8>(op);
      REQUIRE(kernel.present());
      const auto of_litert = aeq::builtin_kernel<aeq::arithmetic::litert, aeq::computation::integer8>(op);
      const bool is_own = kernel.setup != of_litert.setup;
      CHECK(is_own);
      const aeq::execute::aligned_bytes workspace(kernel.workspace_bytes(call));
      REQUIRE(kernel.setup(call, workspace.span()) == aeq::status::ready);
      kernel.evaluate(call, workspace.span());
      const auto got = integers_of(y), other = integers_of(expected);
      for (std::size_t i = 0; i < got.size(); ++i) {
        CHECK(std::abs(got[i] - other[i]) <= 1);
      }
    }
  }
}

TEST_SUITE_END();
