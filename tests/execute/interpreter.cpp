// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/interpreter.hpp>
#include <aeq/io/error.hpp>

#include "support/model_builder.hpp"

using aeq::execute::inference_engine;
using aeq::execute::interpreter;
using code = aeq::op::code;

static_assert(inference_engine<interpreter>);

namespace {

/// FULLY_CONNECTED, RELU, RESHAPE, SOFTMAX on [rows, 2].
aeq_test::model_builder small_network() {
  aeq_test::model_builder b;
  const auto x = b.activation("x", {1, 2});
  b.made.subgraphs[0].tensors[0].shape_signature = {-1, 2};
  const auto w = b.constant<float>("w", {3, 2}, {1, 2, -1, 1, 0.5f, 0});
  const auto bias = b.constant<float>("bias", {3}, {0, 0.5f, 1});
  const auto shape = b.constant<std::int32_t>("shape", {2}, {3, -1}, aeq::model::tensor_type::int32);
  const auto dense = b.activation("dense", {1, 3});
  const auto positive = b.activation("positive", {1, 3});
  const auto turned = b.activation("turned", {3, 1});
  const auto y = b.activation("y", {3, 1});
  b.operation(code::fully_connected, {x, w, bias}, {dense});
  b.operation(code::relu, {dense}, {positive});
  b.operation(code::reshape, {positive, shape}, {turned});
  b.operation(code::softmax, {turned}, {y});
  b.graph().inputs = {x};
  b.graph().outputs = {y, positive};
  return b;
}

aeq::operand view(const std::vector<float>& values, const std::vector<std::int32_t>& shape) {
  return {aeq::element_type::float32, false, std::as_bytes(std::span(values)), shape, {}, {}, 0, 0};
}

std::vector<float> floats(const aeq::operand& value) {
  const auto values = value.values<float>();
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("A model runs op by op, and every tensor is seen") {
  interpreter engine(small_network().made);
  REQUIRE(engine.signatures().size() == 1);
  CHECK(engine.signatures()[0].inputs[0].name == "x");
  CHECK(engine.signatures()[0].inputs[0].shape == std::vector<std::int32_t>{-1, 2});
  std::vector<std::pair<std::size_t, std::vector<float>>> seen;
  const std::vector<float> x{1, -2};
  const std::vector<std::int32_t> shape{1, 2};
  std::vector<aeq::operand> values{view(x, shape)};
  engine.run(0, values, [&](const aeq::execute::tensor_view& v) { seen.emplace_back(v.tensor, floats(*v.value)); });
  REQUIRE(seen.size() == 5);
  CHECK(seen[0].second == x);
  CHECK(seen[1].second == std::vector<float>{-3, -2.5f, 1.5f});
  CHECK(seen[2].second == std::vector<float>{0, 0, 1.5f});
  CHECK(floats(engine.output(0)) == std::vector<float>{1, 1, 1});  // rows of one
  CHECK(floats(engine.output(1)) == std::vector<float>{0, 0, 1.5f});
}

TEST_CASE("A tensor of a type that no op reads is not seen") {
  aeq_test::model_builder b = small_network();
  const auto text =
      b.constant<std::uint8_t>("text", {1}, {1, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0}, aeq::model::tensor_type::string);
  const auto x = b.graph().inputs[0];
  b.graph().inputs = {text, x};
  aeq::model::signature named;
  named.key = "network";
  named.inputs = {{"x", static_cast<std::uint32_t>(x)}};
  named.outputs = {{"y", static_cast<std::uint32_t>(b.graph().outputs[0])}};
  b.made.signatures = {named};
  interpreter engine(std::move(b.made));
  const std::vector<float> values{1, -2};
  const std::vector<std::int32_t> shape{1, 2};
  const std::vector<aeq::operand> given{view(values, shape)};
  std::vector<std::size_t> seen;
  engine.run(0, given, [&](const aeq::execute::tensor_view& v) {
    CHECK(v.value->present());
    seen.push_back(v.tensor);
  });
  CHECK(seen.size() == 5);
  CHECK(seen[0] == static_cast<std::size_t>(x));
  CHECK(floats(engine.output(0)) == std::vector<float>{1, 1, 1});
}

TEST_CASE("Shapes follow the input, run by run") {
  interpreter engine(small_network().made);
  for (const std::int32_t rows : {4, 1, 7, 4}) {
    const std::vector<float> x(static_cast<std::size_t>(2 * rows), 1.0f);
    const std::vector<std::int32_t> shape{rows, 2};
    engine.run(0, std::vector{view(x, shape)});
    CHECK(std::vector(engine.output(0).shape.begin(), engine.output(0).shape.end()) ==
          std::vector<std::int32_t>{3, rows});
    CHECK(floats(engine.output(1)).size() == static_cast<std::size_t>(3 * rows));
  }
}

TEST_CASE("Values that do not fit are refused by name") {
  interpreter engine(small_network().made);
  const std::vector<float> x(3, 1.0f);
  const std::vector<std::int32_t> shape{1, 3};
  CHECK_THROWS_WITH_AS(engine.run(0, std::vector{view(x, shape)}),
                       doctest::Contains("input 'x': takes float32 [-1, 2], not float32 [1, 3]"), aeq::error);
  CHECK_THROWS_WITH_AS(engine.run(0, {}), doctest::Contains("got 0 values for 1 inputs"), aeq::error);
}

TEST_CASE("Limits of memory are kept") {
  interpreter engine(small_network().made, {.threads = 1, .max_memory = 1000});
  const std::vector<float> x(200, 1.0f);
  const std::vector<std::int32_t> shape{100, 2};
  CHECK_THROWS_WITH_AS(engine.run(0, std::vector{view(x, shape)}), doctest::Contains("the limit is 1000"), aeq::error);
}

TEST_CASE("An op that there is no kernel for is named") {
  aeq_test::model_builder b;
  const auto x = b.activation("x", {1, 2});
  const auto y = b.activation("y", {1, 2});
  b.operation(code::multinomial, {x}, {y});
  b.graph().inputs = {x};
  b.graph().outputs = {y};
  interpreter engine(b.made);
  const std::vector<float> data(2);
  const std::vector<std::int32_t> shape{1, 2};
  CHECK_THROWS_WITH_AS(engine.run(0, std::vector{view(data, shape)}),
                       doctest::Contains("MULTINOMIAL 0 (tensor 'y'): the built-in engine does not have this op"),
                       aeq::error);
}
