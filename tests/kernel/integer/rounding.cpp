// SPDX-License-Identifier: Apache-2.0
// Integers that float32 arithmetic decides on, where a product and a sum that are rounded once, together, would decide
// otherwise: also built by itself, with flags and for processors that would join them.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/kernel/integer/concatenation.hpp>
#include <aeq/kernel/integer/resize.hpp>
#include <aeq/kernel/integer/tables.hpp>

using aeq::element_type;
using aeq::operand;
using aeq::result_operand;

namespace {

template <class Kernel>
void compute(std::span<const operand> inputs, const result_operand& output, const aeq::operation_options& options) {
  const std::span<const result_operand> outputs(&output, 1);
  const aeq::kernel_arguments call{inputs, outputs, options};
  REQUIRE(Kernel::setup(call, {}) == aeq::status::ready);
  Kernel::evaluate(call, {});
}

constexpr std::array<float, 1> one{1.0f};
constexpr std::array<std::int32_t, 1> zero{0};

}  // namespace

TEST_CASE("CONCATENATION of uint8 rounds an input's product before its zero point is taken off") {
  const std::array<std::uint8_t, 2> x{15, 10};
  std::array<std::uint8_t, 2> y{};
  const std::array<std::int32_t, 1> shape{2}, ten{10};
  const std::array<float, 1> scale{0.7f};
  const std::array<operand, 1> inputs{
      operand{element_type::uint8, false, std::as_bytes(std::span(x)), shape, scale, ten, 0, 0}};
  const result_operand output{element_type::uint8, false, std::as_writable_bytes(std::span(y)), shape, one, zero, 0, 0};
  compute<aeq::kernel::integer_concatenation>(inputs, output, {});
  CHECK(+y[0] == 4);  // 15 * 0.7f is 10.5 in float32, and a little less before it is rounded
  CHECK(+y[1] == 0);
}

TEST_CASE("RESIZE_BILINEAR of uint8 rounds each of the four products") {
  const auto resized = [](std::array<std::uint8_t, 2> x) {
    std::array<std::uint8_t, 12> y{};
    const std::array<std::int32_t, 4> from{1, 1, 2, 1}, to{1, 1, 12, 1};
    const std::array<std::int32_t, 2> size{1, 12};
    const std::array<std::int32_t, 1> two{2};
    const std::array<operand, 2> inputs{
        operand{element_type::uint8, false, std::as_bytes(std::span(x)), from, one, zero, 0, 0},
        operand{element_type::int32, true, std::as_bytes(std::span(size)), two, {}, {}, 0, 0}};
    const result_operand output{element_type::uint8, false, std::as_writable_bytes(std::span(y)), to, one, zero, 0, 0};
    compute<aeq::kernel::byte_resize_bilinear>(inputs, output, {});
    return y;
  };
  CHECK(+resized({7, 10})[1] == 8);
  CHECK(+resized({6, 3})[5] == 3);
}

TEST_CASE("Tables of int16 are made with each product rounded") {
  std::mt19937 random(7);
  const auto scale = [&] { return static_cast<float>(1 + random() % 99'991) / 1048576.0f; };
  const auto point = [&] { return static_cast<std::int32_t>(random() % 2001) - 1000; };
  for (int round = 0; round < 100; ++round) {
    const float x_scale = scale(), y_scale = scale();
    const std::int32_t x_zero = point(), y_zero = point();
    aeq::kernel::table_of_steps table;
    table.fill<float>([](float x) { return x; }, x_scale, x_zero, y_scale, y_zero);

    const auto product = [](float a, float b) {
      const volatile float result = a * b;
      return result;
    };
    const auto real = [&](float s, std::int32_t steps) { return product(s, static_cast<float>(steps)); };
    const float x_least = real(x_scale, -32768 - x_zero), x_most = real(x_scale, 32767 - x_zero);
    const float y_least = real(y_scale, -32768 - y_zero), y_most = real(y_scale, 32767 - y_zero);
    const float step = (x_most - x_least) / 512.0f;
    const float steps = 65536.0f / (y_most - y_least);
    const auto stored = [](float value) {
      return static_cast<std::int16_t>(std::fmin(std::fmax(value, -32768), 32767));
    };
    std::vector<std::int16_t> wanted;
    for (int i = 0; i < 512; ++i) {
      const float begin = x_least + product(static_cast<float>(i), step);
      const float here = std::round(product(begin, steps));
      const float next = product(x_least + product(static_cast<float>(i + 1), step), steps);
      const float on_line = std::round((next + here) / 2.0f);
      const float middle = std::round(product(begin + step / 2.0f, steps));
      wanted.push_back(stored(here - std::round((on_line - middle) / 2.0f)));
    }
    wanted.push_back(stored(std::round(product(x_most, steps))));
    REQUIRE(std::vector<std::int16_t>(table.values.begin(), table.values.end()) == wanted);
  }
}
