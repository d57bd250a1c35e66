// SPDX-License-Identifier: Apache-2.0
// Kernels that schemes bring: which ops of a model the interpreter runs with them.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/interpreter.hpp>
#include <aeq/io/error.hpp>
#include <aeq/table/kernel_table.hpp>
#include <aeq/table/own_kernels.hpp>

#include "support/model_builder.hpp"

namespace {

using aeq::element_type;
using aeq::kernel_arguments;
using aeq::operand;
using aeq::status;
using aeq::execute::interpreter;
using code = aeq::op::code;
using tensor_type = aeq::model::tensor_type;

/// y = Number, so that one sees who has run. Refuses inputs of a scale above 1.
template <class Op, std::int8_t Number>
struct marking {
  using operation = Op;
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    return call.inputs[0].scale[0] > 1.0f ? status::wrong_parameters : status::ready;
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const bool is_apart = call.inputs[0].data.data() != call.outputs[0].data.data();
    for (std::int8_t& y : call.outputs[0].values<std::int8_t>()) y = is_apart ? Number : std::int8_t(-1);
  }
};

struct marked_ai8 {
  static constexpr std::string_view name = "marked_ai8";
  using activation = aeq::integer<8, aeq::asymmetric, aeq::tensorwise>;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::static_range;
  using policies = aeq::type_list<
      aeq::kernels<marking<aeq::op::fully_connected, 11>, marking<aeq::op::relu, 12>, marking<aeq::op::reshape, 13>>>;
};
struct marked_ai8_tensorwise : marked_ai8 {
  static constexpr std::string_view name = "marked_ai8_tensorwise";
  using weight = aeq::integer<8, aeq::symmetric, aeq::tensorwise>;
  using policies = aeq::type_list<aeq::kernels<marking<aeq::op::fully_connected, 21>>>;
};

constexpr aeq::kernel_table_view table =
    aeq::kernel_table<aeq::static_wi8_ai8, marked_ai8, marked_ai8_tensorwise>::view();

struct network {
  tensor_type type = tensor_type::int8;
  float x_scale = 0.5f;
  std::vector<float> w_scale{0.5f, 0.5f};
  std::int64_t w_zero = 0;
};

/// FULLY_CONNECTED, RELU, RESHAPE: x [2, 2] to y [4].
aeq_test::model_builder build(const network& of) {
  aeq_test::model_builder b;
  const auto quantized = [&](std::int32_t tensor, std::vector<float> scale, std::int64_t zero) {
    aeq::model::quantization q;
    q.zero_point.assign(scale.size(), zero);
    q.scale = std::move(scale);
    b.graph().tensors[static_cast<std::size_t>(tensor)].quantization = std::move(q);
    return tensor;
  };
  const auto x = quantized(b.activation("x", {2, 2}, of.type), {of.x_scale}, 0);
  const auto w =
      quantized(b.constant<std::int8_t>("w", {2, 2}, {1, 2, 3, 4}, tensor_type::int8), of.w_scale, of.w_zero);
  const auto bias = b.constant<std::int32_t>("bias", {2}, {0, 0}, tensor_type::int32);
  const auto shape = b.constant<std::int32_t>("shape", {1}, {4}, tensor_type::int32);
  const auto dense = quantized(b.activation("dense", {2, 2}, of.type), {of.x_scale}, 0);
  const auto positive = quantized(b.activation("positive", {2, 2}, of.type), {of.x_scale}, 0);
  const auto y = quantized(b.activation("y", {4}, of.type), {of.x_scale}, 0);
  b.operation(code::fully_connected, {x, w, bias}, {dense});
  b.operation(code::relu, {dense}, {positive});
  b.operation(code::reshape, {positive, shape}, {y});
  b.graph().inputs = {x};
  b.graph().outputs = {y};
  return b;
}

struct outcome {
  std::vector<std::string_view> schemes;
  std::vector<std::int8_t> dense, positive, y;
};

outcome run(const network& of, std::span<const aeq::table_row> kernels) {
  interpreter engine(build(of).made, {.threads = 1, .kernels = kernels});
  const std::vector<std::int32_t> shape{2, 2};
  const std::vector<std::int8_t> x{4, 8, -4, 0};
  const std::vector<float> scale{of.x_scale};
  const operand input{element_type::int8, false, std::as_bytes(std::span(x)), shape, scale, {}, 0, 0};
  outcome seen;
  std::vector<std::vector<std::int8_t>> tensors;
  engine.run(0, std::span(&input, 1), [&](const aeq::execute::tensor_view& v) {
    const auto values = v.value->values<std::int8_t>();
    tensors.emplace_back(values.begin(), values.end());
  });
  seen.dense = tensors[1];
  seen.positive = tensors[2];
  seen.y = tensors[3];
  for (std::size_t i = 0; i < 3; ++i) seen.schemes.push_back(engine.scheme_of(0, i));
  CHECK_THROWS_WITH_AS((void)engine.scheme_of(0, 3), doctest::Contains("has no op 3 in a subgraph 0"), aeq::error);
  return seen;
}

}  // namespace

TEST_SUITE_BEGIN("execute/own_kernels");

TEST_CASE("ops whose operands have a scheme's formats run with its kernels") {
  const outcome ours = run({}, {});
  CHECK(ours.schemes == std::vector<std::string_view>(3));
  CHECK(ours.dense == std::vector<std::int8_t>{10, 22, -2, -6});
  CHECK(ours.y == std::vector<std::int8_t>{10, 22, 0, 0});

  const outcome own = run({}, table.rows());
  CHECK(own.schemes == std::vector<std::string_view>{"marked_ai8", "marked_ai8", "marked_ai8"});
  CHECK(own.dense == std::vector<std::int8_t>(4, 11));
  CHECK(own.positive == std::vector<std::int8_t>(4, 12));  // apart from its input, which ours may overwrite
  CHECK(own.y == std::vector<std::int8_t>(4, 13));         // called, where ours is the same memory
}

TEST_CASE("the weight's scales tell schemes apart") {
  const outcome own = run({.w_scale = {0.5f}}, table.rows());
  CHECK(own.schemes == std::vector<std::string_view>{"marked_ai8_tensorwise", "marked_ai8", "marked_ai8"});
  CHECK(own.dense == std::vector<std::int8_t>(4, 21));
}

TEST_CASE("where a kernel's setup says no, the next is asked, and then ours") {
  const outcome own = run({.x_scale = 2.0f}, table.rows());
  CHECK(own.schemes == std::vector<std::string_view>(3));
  CHECK(own.dense == std::vector<std::int8_t>{10, 22, -2, -6});
}

TEST_CASE("operands of other formats have ours") {
  const auto brings = [](std::string_view scheme, code op, std::span<const operand> inputs) {
    return brings_kernel_for(*table.find(op, scheme), op, inputs);
  };
  const std::vector<std::int32_t> shape{2, 2}, zeros{0, 0}, others{0, 1};
  const std::vector<float> one{0.5f}, two{0.5f, 0.25f};
  operand x{element_type::int8, false, {}, shape, one, {}, 0, 0};
  operand w{element_type::int8, true, {}, shape, two, zeros, 0, 0};
  CHECK(brings("marked_ai8", code::fully_connected, std::vector{x, w}));
  CHECK_FALSE(brings("marked_ai8_tensorwise", code::fully_connected, std::vector{x, w}));
  CHECK_FALSE(brings("static_wi8_ai8", code::fully_connected, std::vector{x, w}));  // brings none
  CHECK_FALSE(brings("marked_ai8", code::fully_connected, {}));
  w.zero_point = others;  // symmetric weights have none
  CHECK_FALSE(brings("marked_ai8", code::fully_connected, std::vector{x, w}));
  w.zero_point = {};
  w.type = element_type::int4;
  CHECK_FALSE(brings("marked_ai8", code::fully_connected, std::vector{x, w}));
  w.type = element_type::int8;
  w.block_elements = 32;
  CHECK_FALSE(brings("marked_ai8", code::fully_connected, std::vector{x, w}));
  w.block_elements = 0;
  x.type = element_type::int16;
  CHECK_FALSE(brings("marked_ai8", code::fully_connected, std::vector{x, w}));
  x.type = element_type::float32;
  x.scale = {};
  CHECK_FALSE(brings("marked_ai8", code::fully_connected, std::vector{x, w}));
}
