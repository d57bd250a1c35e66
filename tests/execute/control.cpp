// SPDX-License-Identifier: Apache-2.0
// Ops that call subgraphs, and ops that hold state.
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/interpreter.hpp>
#include <aeq/io/error.hpp>

#include "support/control_flow.hpp"

using aeq::execute::interpreter;
using aeq_test::array;
using aeq_test::array_of;
using aeq_test::boolean;
using aeq_test::model_builder;
using aeq_test::run;
using code = aeq::op::code;
using type = aeq::model::tensor_type;

namespace {

/// A subgraph x -> 2x + 1 on [1, 1], by FULLY_CONNECTED.
std::int32_t add_step(model_builder& b, std::vector<std::int32_t> shape = {1, 1}) {
  const std::int32_t number = b.begin_graph();
  const auto x = b.activation("x", shape);
  const auto w = b.constant<float>("w", {1, 1}, {2});
  const auto bias = b.constant<float>("bias", {1}, {1});
  const auto y = b.activation("y", std::move(shape));
  b.operation(code::fully_connected, {x, w, bias}, {y});
  b.graph().inputs = {x};
  b.graph().outputs = {y};
  return number;
}

/// A subgraph x -> max(x, 0).
std::int32_t add_relu(model_builder& b) {
  const std::int32_t number = b.begin_graph();
  const auto x = b.activation("x", {1, 1});
  const auto y = b.activation("y", {1, 1});
  b.operation(code::relu, {x}, {y});
  b.graph().inputs = {x};
  b.graph().outputs = {y};
  return number;
}

/// The first subgraph's edges, and subgraphs of their own before them, which tests write in any order.
void finish(model_builder& b, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs) {
  b.graph().inputs = std::move(inputs);
  b.graph().outputs = std::move(outputs);
}

/// A signature on a subgraph with names made from the places.
void add_signature(model_builder& b, const std::string& key, std::uint32_t graph) {
  aeq::model::signature s;
  s.key = key;
  s.subgraph = graph;
  const aeq::model::subgraph& g = b.made.subgraphs[graph];
  for (const std::int32_t t : g.inputs) s.inputs.push_back({"in" + std::to_string(s.inputs.size()), std::uint32_t(t)});
  for (const std::int32_t t : g.outputs) {
    s.outputs.push_back({"out" + std::to_string(s.outputs.size()), std::uint32_t(t)});
  }
  b.made.signatures.push_back(std::move(s));
}

/// While the first of three flags holds: x = 2x + 1, and the flags move up. The loop stands in the last subgraph, which
/// a signature calls.
model_builder loop_model() {
  model_builder b;  // subgraph 0: the condition
  const auto a0 = b.activation("a", {}, type::boolean);
  const auto b0 = b.activation("b", {}, type::boolean);
  const auto c0 = b.activation("c", {}, type::boolean);
  const auto x0 = b.activation("x", {1, 1});
  finish(b, {a0, b0, c0, x0}, {a0});
  b.begin_graph();  // 1: the body
  const auto a1 = b.activation("a", {}, type::boolean);
  const auto b1 = b.activation("b", {}, type::boolean);
  const auto c1 = b.activation("c", {}, type::boolean);
  const auto x1 = b.activation("x", {1, 1});
  const auto w = b.constant<float>("w", {1, 1}, {2});
  const auto bias = b.constant<float>("bias", {1}, {1});
  const auto y1 = b.activation("y", {1, 1});
  const auto no = b.constant<std::uint8_t>("no", {}, {0}, type::boolean);
  b.operation(code::fully_connected, {x1, w, bias}, {y1});
  finish(b, {a1, b1, c1, x1}, {b1, c1, no, y1});
  const auto number = static_cast<std::uint32_t>(b.begin_graph());
  std::vector<std::int32_t> in, out;
  for (const char* name : {"a", "b", "c"}) in.push_back(b.activation(name, {}, type::boolean));
  in.push_back(b.activation("x", {1, 1}));
  for (const char* name : {"a'", "b'", "c'"}) out.push_back(b.activation(name, {}, type::boolean));
  out.push_back(b.activation("x'", {1, 1}));
  const auto positive = b.activation("positive", {1, 1});
  b.operation(code::while_, in, out);
  aeq_test::set_options(b, "WhileOptions", {{"cond_subgraph_index", 0}, {"body_subgraph_index", 1}});
  b.operation(code::relu, {out[3]}, {positive});
  finish(b, in, {positive});
  add_signature(b, "loop", number);
  return b;
}

}  // namespace

TEST_CASE("WHILE runs its body as long as its condition holds") {
  interpreter engine(loop_model().made);
  const auto result = [&](bool a, bool b, bool c, float x) {
    return run(engine, {boolean(a), boolean(b), boolean(c), array_of({1, 1}, {x})})[0].floats();
  };
  CHECK(result(false, true, true, 1) == std::vector<float>{1});
  CHECK(result(true, false, true, 1) == std::vector<float>{3});
  CHECK(result(true, true, false, 1) == std::vector<float>{7});
  CHECK(result(true, true, true, 1) == std::vector<float>{15});
  CHECK(result(true, true, true, -2) == std::vector<float>{0});
}

TEST_CASE("The body of a loop shows its tensors in every round") {
  interpreter engine(loop_model().made);
  std::vector<float> seen;
  run(engine, {boolean(true), boolean(true), boolean(false), array_of({1, 1}, {1})}, 0,
      [&](const aeq::execute::tensor_view& v) {
        if (v.subgraph == 1 && v.tensor == 6) seen.push_back(v.value->values<float>()[0]);
      });
  CHECK(seen == std::vector<float>{3, 7});
}

TEST_CASE("WHILE may carry a value whose shape changes") {
  model_builder b;  // [a, b, c] -> a
  const auto a0 = b.activation("a", {}, type::boolean);
  const auto b0 = b.activation("b", {}, type::boolean);
  const auto x0 = b.activation("x", {2, 3});
  finish(b, {a0, b0, x0}, {a0});
  b.begin_graph();  // the rows become one: [2, 3] -> [1, 6]
  const auto a1 = b.activation("a", {}, type::boolean);
  const auto b1 = b.activation("b", {}, type::boolean);
  const auto x1 = b.activation("x", {2, 3});
  const auto to = b.constant<std::int32_t>("to", {2}, {1, -1}, type::int32);
  const auto y1 = b.activation("y", {1, 6});
  const auto no = b.constant<std::uint8_t>("no", {}, {0}, type::boolean);
  b.operation(code::reshape, {x1, to}, {y1});
  finish(b, {a1, b1, x1}, {b1, no, y1});
  b.begin_graph();
  const auto a = b.activation("a", {}, type::boolean);
  const auto c = b.activation("b", {}, type::boolean);
  const auto x = b.activation("x", {2, 3});
  const auto a2 = b.activation("a'", {}, type::boolean);
  const auto b2 = b.activation("b'", {}, type::boolean);
  const auto x2 = b.activation("x'", {-1, -1});
  const auto y = b.activation("y", {-1, -1});
  b.operation(code::while_, {a, c, x}, {a2, b2, x2});
  aeq_test::set_options(b, "WhileOptions", {{"cond_subgraph_index", 0}, {"body_subgraph_index", 1}});
  b.operation(code::relu, {x2}, {y});
  finish(b, {a, c, x}, {y});
  add_signature(b, "", 2);
  interpreter engine(b.made);
  const array value = array_of({2, 3}, {1, -2, 3, -4, 5, 6});
  for (int round = 0; round < 2; ++round) {
    const array none = run(engine, {boolean(false), boolean(true), value})[0];
    CHECK(none.shape == std::vector<std::int32_t>{2, 3});
    const array twice = run(engine, {boolean(true), boolean(true), value})[0];
    CHECK(twice.shape == std::vector<std::int32_t>{1, 6});
    CHECK(twice.floats() == std::vector<float>{1, 0, 3, 0, 5, 6});
  }
}

TEST_CASE("IF runs the branch that its condition names") {
  model_builder b;
  const auto which = b.activation("which", {}, type::boolean);
  const auto x = b.activation("x", {1, 1});
  const auto y = b.activation("y", {1, 1});
  const auto z = b.activation("z", {1, 1});
  b.operation(code::if_, {which, x}, {y});
  aeq_test::set_options(b, "IfOptions", {{"then_subgraph_index", 1}, {"else_subgraph_index", 2}});
  b.operation(code::relu, {y}, {z});
  finish(b, {which, x}, {z, y});
  add_step(b);
  add_relu(b);
  interpreter engine(b.made);
  CHECK(run(engine, {boolean(true), array_of({1, 1}, {-3})})[1].floats() == std::vector<float>{-5});
  CHECK(run(engine, {boolean(false), array_of({1, 1}, {-3})})[1].floats() == std::vector<float>{0});
  CHECK(run(engine, {boolean(true), array_of({1, 1}, {4})})[0].floats() == std::vector<float>{9});
}

TEST_CASE("CALL, and a composite by its decomposition, run a subgraph") {
  for (const auto& [op, options, field] :
       {std::tuple(code::call, "CallOptions", "subgraph"),
        std::tuple(code::stablehlo_composite, "StableHLOCompositeOptions", "decomposition_subgraph_index")}) {
    model_builder b;
    const auto x = b.activation("x", {1, 1});
    const auto y = b.activation("y", {1, 1});
    const auto z = b.activation("z", {1, 1});
    b.operation(op, {x}, {y});
    aeq_test::set_options(b, options, {{field, 1}});
    b.operation(op, {y}, {z});
    aeq_test::set_options(b, options, {{field, 1}});
    finish(b, {x}, {z});
    add_step(b);
    interpreter engine(b.made);
    CHECK(run(engine, {array_of({1, 1}, {1})})[0].floats() == std::vector<float>{7});
    CHECK(run(engine, {array_of({1, 1}, {2})})[0].floats() == std::vector<float>{11});
  }
}

TEST_CASE("A subgraph that is called with several shapes works with each") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  const auto to = b.constant<float>("w", {2, 1}, {1, 3});
  const auto wide = b.activation("wide", {1, 2});
  const auto tall = b.activation("tall", {2, 1});
  const auto shape = b.constant<std::int32_t>("shape", {2}, {2, 1}, type::int32);
  const auto y = b.activation("y", {1, 1});
  const auto z = b.activation("z", {2, 1});
  b.operation(code::fully_connected, {x, to, -1}, {wide});
  b.operation(code::reshape, {wide, shape}, {tall});
  b.operation(code::call, {x}, {y});
  aeq_test::set_options(b, "CallOptions", {{"subgraph", 1}});
  b.operation(code::call, {tall}, {z});
  aeq_test::set_options(b, "CallOptions", {{"subgraph", 1}});
  finish(b, {x}, {y, z});
  add_step(b);
  interpreter engine(b.made);
  for (const float value : {1.0f, 2.0f}) {
    const auto results = run(engine, {array_of({1, 1}, {value})});
    CHECK(results[0].floats() == std::vector<float>{2 * value + 1});
    CHECK(results[1].floats() == std::vector<float>{2 * value + 1, 6 * value + 1});
  }
}

namespace {

/// Subgraph 0 adds an assigned value up: v = 2v + 1, which it returns. CALL_ONCE sets v to 5 before.
model_builder counter(bool initialized) {
  model_builder b;
  const auto x = b.activation("unused", {1, 1});
  const auto v = b.activation("v", {}, type::resource);
  const auto old = b.activation("old", {1, 1});
  const auto w = b.constant<float>("w", {1, 1}, {2});
  const auto bias = b.constant<float>("bias", {1}, {1});
  const auto made = b.activation("new", {1, 1});
  if (initialized) {
    b.operation(code::call_once, {}, {});
    aeq_test::set_options(b, "CallOnceOptions", {{"init_subgraph_index", 1}});
  }
  b.operation(code::var_handle, {}, {v});
  b.operation(code::read_variable, {v}, {old});
  b.operation(code::fully_connected, {old, w, bias}, {made});
  b.operation(code::assign_variable, {v, made}, {});
  finish(b, {x}, {made});
  b.begin_graph();
  const auto handle = b.activation("v", {}, type::resource);
  const auto five = b.constant<float>("five", {1, 1}, {5});
  b.operation(code::var_handle, {}, {handle});
  b.operation(code::assign_variable, {handle, five}, {});
  return b;
}

}  // namespace

TEST_CASE("Variables last from run to run, and until they are reset") {
  interpreter engine(counter(true).made);
  const auto next = [&] { return run(engine, {array_of({1, 1}, {0})})[0].floats()[0]; };
  CHECK(next() == 11);
  CHECK(next() == 23);
  CHECK(next() == 47);
  engine.reset();
  CHECK(next() == 11);
}

TEST_CASE("A variable without a value can't be read") {
  interpreter engine(counter(false).made);
  CHECK_THROWS_WITH_AS(run(engine, {array_of({1, 1}, {0})}),
                       doctest::Contains("READ_VARIABLE 1 (tensor 'old'): reads a variable that nothing has been "
                                         "assigned to"),
                       aeq::error);
}

TEST_CASE("A model has as many entries as signatures, which share its variables") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  const auto v = b.activation("v", {}, type::resource);
  b.operation(code::var_handle, {}, {v});
  b.operation(code::assign_variable, {v, x}, {});
  finish(b, {x}, {});
  b.begin_graph();
  const auto handle = b.activation("v", {}, type::resource);
  const auto held = b.activation("held", {1, 1});
  b.operation(code::var_handle, {}, {handle});
  b.operation(code::read_variable, {handle}, {held});
  finish(b, {}, {held});
  const auto step = static_cast<std::uint32_t>(add_step(b));
  add_signature(b, "set", 0);
  add_signature(b, "get", 1);
  add_signature(b, "step", step);
  interpreter engine(b.made);
  REQUIRE(engine.signatures().size() == 3);
  run(engine, {array_of({1, 1}, {42})}, 0);
  CHECK(run(engine, {array_of({1, 1}, {3})}, 2)[0].floats() == std::vector<float>{7});
  CHECK(run(engine, {}, 1)[0].floats() == std::vector<float>{42});
}
