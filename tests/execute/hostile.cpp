// SPDX-License-Identifier: Apache-2.0
// Graphs that no converter makes: each is refused with a sentence, or runs.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/core/byte_order.hpp>
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

void finish(model_builder& b, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs) {
  b.graph().inputs = std::move(inputs);
  b.graph().outputs = std::move(outputs);
}

/// What running a model says, on these values; empty if it runs.
std::string refusal(const model_builder& b, const std::vector<array>& inputs,
                    const aeq::execute::interpreter_options& options = {.threads = 1}) {
  try {
    interpreter engine(b.made, options);
    run(engine, inputs);
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::bad_input);
    return e.what();
  }
  return {};
}

bool says(const std::string& text, const std::string& part) {
  CAPTURE(text);
  return text.find(part) != std::string::npos;
}

const array one = array_of({1, 1}, {1});

/// Subgraph 0 calls subgraph 1 (`op`, on as many values and results), which the test then adds.
model_builder caller(code op, std::size_t inputs, std::size_t outputs) {
  model_builder b;
  std::vector<std::int32_t> in, out;
  for (std::size_t i = 0; i < inputs; ++i) in.push_back(b.activation("x" + std::to_string(i), {1, 1}));
  for (std::size_t i = 0; i < outputs; ++i) out.push_back(b.activation("y" + std::to_string(i), {1, 1}));
  b.operation(op, in, out);
  aeq_test::set_options(b, "CallOptions", {{"subgraph", 1}});
  finish(b, in, out);
  b.begin_graph();
  return b;
}

}  // namespace

TEST_CASE("A tensor that nobody computes can't be read") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  const auto nothing = b.activation("nothing", {1, 1});
  const auto y = b.activation("y", {1, 1});
  SUBCASE("by an op") {
    b.operation(code::relu, {nothing}, {y});
    finish(b, {x}, {y});
    CHECK(says(refusal(b, {one}), "RELU 0 (tensor 'y'): tensor 'nothing' has no value"));
  }
  SUBCASE("by an op that stands before the one that computes it") {
    b.operation(code::relu, {nothing}, {y});
    b.operation(code::relu, {x}, {nothing});
    finish(b, {x}, {y});
    CHECK(says(refusal(b, {one}), "tensor 'nothing' has no value"));
  }
  SUBCASE("as an output") {
    b.operation(code::relu, {x}, {y});
    finish(b, {x}, {y, nothing});
    CHECK(says(refusal(b, {one}), "output of subgraph 0: tensor 'nothing' has no value"));
  }
  SUBCASE("as an output of a signature") {
    b.operation(code::relu, {x}, {y});
    finish(b, {x}, {y});
    aeq::model::signature s;
    s.inputs = {{"x", static_cast<std::uint32_t>(x)}};
    s.outputs = {{"y", static_cast<std::uint32_t>(nothing)}};
    b.made.signatures.push_back(s);
    CHECK(says(refusal(b, {one}), "tensor 'nothing' has no value"));
  }
}

TEST_CASE("An output of a signature keeps its value, also if its subgraph does not list it") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  std::vector<std::int32_t> chain{x};
  for (int i = 0; i < 4; ++i) {
    const auto w = b.constant<float>("w" + std::to_string(i), {1, 1}, {2});
    chain.push_back(b.activation("t" + std::to_string(i), {1, 1}));
    b.operation(code::fully_connected, {chain[chain.size() - 2], w, -1}, {chain.back()});
  }
  finish(b, {x}, {chain.back()});
  aeq::model::signature s;
  s.inputs = {{"x", static_cast<std::uint32_t>(x)}};
  s.outputs = {{"first", static_cast<std::uint32_t>(chain[1])}, {"last", static_cast<std::uint32_t>(chain[4])}};
  b.made.signatures.push_back(s);
  interpreter engine(b.made);
  const auto results = run(engine, {one});
  CHECK(results[0].floats() == std::vector<float>{2});
  CHECK(results[1].floats() == std::vector<float>{16});
}

TEST_CASE("A tensor gets its value once") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  const auto y = b.activation("y", {1, 1});
  b.operation(code::relu, {x}, {y});
  SUBCASE("by one op") {
    b.operation(code::relu, {x}, {y});
  }
  SUBCASE("and not by its own") {
    b.operation(code::relu, {y}, {y});
  }
  SUBCASE("and an input by none") {
    b.operation(code::relu, {y}, {x});
  }
  finish(b, {x}, {y});
  CHECK(says(refusal(b, {one}), "which is an input or written by an operator before"));
}

TEST_CASE("A constant keeps its value") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  const auto y = b.activation("y", {1, 1});
  const auto c = b.constant<float>("c", {1, 1}, {1});
  b.operation(code::relu, {x}, {c});
  b.operation(code::relu, {c}, {y});
  finish(b, {x}, {y});
  CHECK(says(refusal(b, {one}), "writes tensor 'c', which has data in the file"));
}

TEST_CASE("An op that leaves an output out is refused") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  b.operation(code::relu, {x}, {-1});
  finish(b, {x}, {x});
  CHECK(says(refusal(b, {one}), "RELU 0: leaves an output out"));
}

TEST_CASE("Calls that do not fit what they call are refused") {
  SUBCASE("another number of inputs") {
    model_builder b = caller(code::call, 2, 1);
    const auto x = b.activation("x", {1, 1});
    finish(b, {x}, {x});
    CHECK(
        says(refusal(b, {one, one}), "CALL 0 (tensor 'y0'): gives subgraph 1 2 inputs for 1 outputs; it has 1 and 1"));
  }
  SUBCASE("another number of outputs") {
    model_builder b = caller(code::call, 1, 2);
    const auto x = b.activation("x", {1, 1});
    finish(b, {x}, {x});
    CHECK(says(refusal(b, {one}), "it has 1 and 1"));
  }
  SUBCASE("an input of another type") {
    model_builder b = caller(code::call, 1, 1);
    const auto x = b.activation("x", {1, 1}, type::int64);
    const auto y = b.constant<float>("y", {1, 1}, {1});
    finish(b, {x}, {y});
    CHECK(says(refusal(b, {one}), "input 0 of subgraph 1 has another type"));
  }
  SUBCASE("an output of another type") {
    model_builder b = caller(code::call, 1, 1);
    const auto x = b.activation("x", {1, 1});
    const auto y = b.constant<std::int64_t>("y", {1, 1}, {1}, type::int64);
    finish(b, {x}, {y});
    CHECK(says(refusal(b, {one}), "output 0 gets a value of another type"));
  }
  SUBCASE("an output that nobody computes") {
    model_builder b = caller(code::call, 1, 1);
    const auto x = b.activation("x", {1, 1});
    const auto y = b.activation("y", {1, 1});
    finish(b, {x}, {y});
    CHECK(says(refusal(b, {one}), "output of subgraph 1: tensor 'y' has no value"));
  }
  SUBCASE("one tensor as two inputs of other shapes") {
    model_builder b;
    const auto x = b.activation("x", {1, 1});
    const auto c = b.constant<float>("c", {1, 2}, {1, 2});
    const auto y = b.activation("y", {1, 1});
    b.operation(code::call, {c, x}, {y});
    aeq_test::set_options(b, "CallOptions", {{"subgraph", 1}});
    finish(b, {x}, {y});
    b.begin_graph();
    const auto both = b.activation("both", {1, 1});
    finish(b, {both, both}, {both});
    CHECK(says(refusal(b, {one}), "holds float32 [1, 1], not float32 [1, 2]"));
  }
  SUBCASE("no subgraph") {
    model_builder b = caller(code::call, 1, 1);
    b.made.subgraphs[0].operations[0].options = {};
    const auto x = b.activation("x", {1, 1});
    finish(b, {x}, {x});
    CHECK(says(refusal(b, {one}), "names no subgraph to call"));
  }
}

TEST_CASE("Calls that do not end are counted") {
  SUBCASE("a loop whose condition always holds") {
    model_builder b;
    const auto x = b.activation("x", {}, type::boolean);
    const auto y = b.activation("y", {}, type::boolean);
    b.operation(code::while_, {x}, {y});
    aeq_test::set_options(b, "WhileOptions", {{"cond_subgraph_index", 1}, {"body_subgraph_index", 1}});
    finish(b, {x}, {y});
    b.begin_graph();
    const auto c = b.activation("c", {}, type::boolean);
    finish(b, {c}, {c});
    CHECK(says(refusal(b, {boolean(true)}, {.threads = 1, .max_operations = 1000}),
               "WHILE 0 (tensor 'y'): 1000 ops have run, and the model has not ended"));
    CHECK(refusal(b, {boolean(false)}, {.threads = 1, .max_operations = 1000}).empty());
  }
  SUBCASE("a loop that makes its value larger all the time") {
    model_builder b;
    const auto x = b.activation("x", {}, type::boolean);
    const auto v = b.activation("v", {1, 1});
    const auto y = b.activation("y", {}, type::boolean);
    const auto w = b.activation("w", {1, 1});
    b.operation(code::while_, {x, v}, {y, w});
    aeq_test::set_options(b, "WhileOptions", {{"cond_subgraph_index", 1}, {"body_subgraph_index", 2}});
    finish(b, {x, v}, {w});
    b.begin_graph();
    const auto c = b.activation("c", {}, type::boolean);
    const auto cv = b.activation("v", {1, 1});
    finish(b, {c, cv}, {c});
    b.begin_graph();
    const auto d = b.activation("d", {}, type::boolean);
    const auto dv = b.activation("v", {1, 1});
    const auto column = b.activation("column", {1, 1});
    const auto to = b.constant<std::int32_t>("to", {2}, {-1, 1}, type::int32);
    const auto weights = b.constant<float>("weights", {2, 1}, {1, 1});
    const auto twice = b.activation("twice", {1, 2});
    b.operation(code::reshape, {dv, to}, {column});
    b.operation(code::fully_connected, {column, weights, -1}, {twice});
    finish(b, {d, dv}, {d, twice});
    CHECK(says(refusal(b, {boolean(true), one}, {.threads = 1, .max_memory = 100'000}), "the limit is 100000"));
  }
  SUBCASE("two calls in each of many subgraphs") {
    model_builder b;
    constexpr std::int32_t depth = 40;
    const auto wide = b.constant<float>("w", {1, 2}, {1, 2});
    const auto x = b.activation("x", {1, 1});
    finish(b, {x}, {wide});
    for (std::int32_t level = 0; level < depth; ++level) {
      if (level > 0) b.begin_graph();
      const auto in = level == 0 ? x : b.activation("in", {1, 1});
      const auto two = level == 0 ? wide : b.constant<float>("two", {1, 2}, {1, 2});
      const auto a = b.activation("a", {1, 1});
      const auto c = b.activation("b", {1, 2});
      for (const auto& [from, to] : {std::pair(in, a), std::pair(two, c)}) {
        b.operation(code::call, {from}, {to});
        aeq_test::set_options(b, "CallOptions", {{"subgraph", level + 1}});
      }
      finish(b, {in}, {a});
    }
    b.begin_graph();
    const auto last = b.activation("last", {1, 1});
    finish(b, {last}, {last});
    CHECK(says(refusal(b, {one}, {.threads = 1, .max_operations = 10'000}), "10000 ops have run"));
  }
  SUBCASE("a chain of calls as deep as the file is long") {
    model_builder b;
    constexpr std::int32_t depth = 20'000;
    for (std::int32_t level = 0; level < depth; ++level) {
      if (level > 0) b.begin_graph();
      const auto x = b.activation("x", {1, 1});
      const auto y = b.activation("y", {1, 1});
      b.operation(code::call, {x}, {y});
      aeq_test::set_options(b, "CallOptions", {{"subgraph", level + 1}});
      finish(b, {x}, {y});
    }
    b.begin_graph();
    const auto last = b.activation("last", {1, 1});
    finish(b, {last}, {last});
    CHECK(says(refusal(b, {one}), "subgraphs call each other more than 200 deep"));
  }
}

TEST_CASE("A subgraph that calls itself is refused") {
  model_builder b = caller(code::call, 1, 1);
  const auto last = b.activation("last", {1, 1});
  finish(b, {last}, {last});
  SUBCASE("by its option table") {
    b.made.subgraphs[0].operations[0].options = {};
    aeq_test::set_options(b, "CallOptions", {{"subgraph", 0}}, 0);
    CHECK(says(refusal(b, {one}), "calls itself, directly or through others"));
  }
  SUBCASE("by a field that the table leaves out") {  // 0, as for all fields
    b.made.subgraphs[0].operations[0].code = aeq::model::editor(b.made).code(code::stablehlo_composite);
    b.made.subgraphs[0].operations[0].options = {};
    aeq_test::set_options(b, "StableHLOCompositeOptions", {}, 0);
    CHECK(says(refusal(b, {one}), "subgraph 0 calls itself, directly or through others"));
  }
}

TEST_CASE("Memory that runs want is counted, in all its places") {
  const aeq::execute::interpreter_options small{.threads = 1, .max_memory = 4096};
  const std::vector<std::int32_t> large{1, 2000};
  const array values = array_of(large, std::vector<float>(2000, 1.0f));
  model_builder b;
  SUBCASE("a value that is carried by a loop") {
    const auto c = b.constant<std::uint8_t>("c", {}, {0}, type::boolean);
    const auto x = b.activation("x", {1, 1});
    const auto big = b.constant<float>("big", large, std::vector<float>(2000));
    const auto y = b.activation("y", {}, type::boolean);
    const auto z = b.activation("z", large);
    b.operation(code::while_, {c, big}, {y, z});
    aeq_test::set_options(b, "WhileOptions", {{"cond_subgraph_index", 1}, {"body_subgraph_index", 2}});
    finish(b, {x}, {y});
    b.begin_graph();
    const auto a = b.activation("a", {}, type::boolean);
    const auto v = b.activation("v", large);
    finish(b, {a, v}, {a});
    b.begin_graph();
    const auto a2 = b.activation("a", {}, type::boolean);
    const auto v2 = b.activation("v", large);
    finish(b, {a2, v2}, {a2, v2});
    CHECK(says(refusal(b, {one}, small), "the limit is 4096"));
  }
  SUBCASE("a variable") {
    const auto x = b.activation("x", {1, 1});
    const auto v = b.activation("v", {}, type::resource);
    const auto big = b.constant<float>("big", large, std::vector<float>(2000));
    b.operation(code::var_handle, {}, {v});
    b.operation(code::assign_variable, {v, big}, {});
    finish(b, {x}, {x});
    // Where numbers have to be turned the constant is a copy, which counts already.
    const bool is_copied = std::endian::native == std::endian::big;
    CHECK(says(refusal(b, {one}, small), is_copied ? "wants 8000 bytes" : "ASSIGN_VARIABLE 1: wants 8000 bytes"));
  }
  SUBCASE("a variable tensor") {
    const auto x = b.activation("x", {1, 1});
    b.graph().tensors[static_cast<std::size_t>(b.activation("state", large))].is_variable = true;
    finish(b, {x}, {x});
    CHECK(says(refusal(b, {one}, small), "tensor 'state': wants 8000 bytes"));
  }
  SUBCASE("a folded constant") {
    const auto x = b.activation("x", {1, 1});
    const auto big = b.constant<float>("big", large, std::vector<float>(2000));
    const auto y = b.activation("y", large);
    b.operation(code::relu, {big}, {y});
    finish(b, {x}, {y});
    CHECK(says(refusal(b, {one}, small), "wants 8000 bytes"));
  }
  SUBCASE("and given back when a run fails") {
    const auto x = b.activation("x", {1, 2000});
    b.graph().tensors[0].shape_signature = {-1, 2000};
    const auto y = b.activation("y", {1, 2000});
    const auto z = b.activation("z", {1, 2000});
    const auto s = b.constant<std::int32_t>("shape", {2}, {-1, 2000}, type::int32);
    b.operation(code::relu, {x}, {y});
    b.operation(code::reshape, {y, s}, {z});
    finish(b, {x}, {z});
    interpreter engine(b.made, {.threads = 1, .max_memory = 30'000});
    const array four = array_of({4, 2000}, std::vector<float>(8000));
    const bool is_copied = std::endian::native == std::endian::big;  // the shape, 8 bytes
    const char* const in_use =
        is_copied ? " 8 are in use and the limit is 30000" : " 0 are in use and the limit is 30000";
    for (int round = 0; round < 5; ++round) {
      CHECK_THROWS_WITH_AS(run(engine, {four}), doctest::Contains(in_use), aeq::error);
      CHECK(run(engine, {values})[0].floats().size() == 2000);
    }
    CHECK(engine.peak_memory() <= 30'000);
  }
}

TEST_CASE("Values without elements run") {
  model_builder b;
  const auto x = b.activation("x", {1, 2});
  b.graph().tensors[0].shape_signature = {-1, 2};
  const auto y = b.activation("y", {1, 2});
  const auto w = b.constant<float>("w", {3, 2}, {1, 2, 3, 4, 5, 6});
  const auto z = b.activation("z", {1, 3});
  b.operation(code::relu, {x}, {y});
  b.operation(code::fully_connected, {y, w, -1}, {z});
  finish(b, {x}, {z});
  interpreter engine(b.made);
  const array result = run(engine, {array_of({0, 2}, {})})[0];
  CHECK(result.shape == std::vector<std::int32_t>{0, 3});
  CHECK(result.data.empty());
}

TEST_CASE("A constant without elements, which a file can't tell from an activation, is one") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  const auto scalar = b.constant<std::int32_t>("shape of a scalar", {0}, {}, type::int32);
  const auto y = b.activation("y", {});
  b.operation(code::reshape, {x, scalar}, {y});
  finish(b, {x}, {y});
  interpreter engine(b.made);
  const array result = run(engine, {one})[0];
  CHECK(result.shape.empty());
  CHECK(result.floats() == std::vector<float>{1});
}

TEST_CASE("Constants whose data is not what their shape says are refused, and longer buffers cut") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  const auto y = b.activation("y", {1, 2});
  const auto c = b.constant<float>("c", {1, 2}, {1, 2, 3, 4});
  const auto open = static_cast<std::size_t>(c);
  b.operation(code::relu, {c}, {y});
  finish(b, {x}, {y, c});
  SUBCASE("a longer buffer") {
    interpreter engine(b.made);
    CHECK(run(engine, {one})[1].floats() == std::vector<float>{1, 2});
  }
  SUBCASE("an open shape") {
    b.graph().tensors[open].shape = {-1, 2};
    CHECK(says(refusal(b, {one}), "-1 is no size of a tensor that has data"));
  }
  SUBCASE("a shorter buffer") {
    b.graph().tensors[open].shape = {3, 2};
    CHECK(says(refusal(b, {one}), "its shape takes 24 bytes, its buffer holds 16"));
  }
  SUBCASE("sparse data") {
    aeq_test::set_options(b, "CallOptions", {{"subgraph", 0}});  // any table will do
    b.graph().tensors[open].sparsity = b.graph().operations[0].options.table;
    b.graph().operations[0].options = {};
    CHECK(says(refusal(b, {one}), "tensor 'c' is stored sparsely"));
  }
}

TEST_CASE("Constants that are made while writing are made once, for all that lie on them") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  const auto c = b.constant<float>("c", {1, 2}, {0, 0});
  const auto d = b.activation("d", {2, 1});
  const auto y = b.activation("y", {1, 2});
  const auto z = b.activation("z", {2, 1});
  auto calls = std::make_shared<int>(0);
  const std::uint32_t number = b.graph().tensors[static_cast<std::size_t>(c)].buffer;
  b.graph().tensors[static_cast<std::size_t>(d)].buffer = number;
  b.made.buffers[number].produce =
      std::make_shared<const aeq::model::byte_producer>([calls](std::uint64_t offset, std::span<std::uint8_t> into) {
        std::array<std::uint8_t, 8> file{};
        aeq::store_little(-3.0f, file.data());
        aeq::store_little(5.0f, file.data() + 4);
        std::memcpy(into.data(), file.data() + offset, into.size());
        ++*calls;
      });
  b.operation(code::relu, {c}, {y});
  b.operation(code::relu, {d}, {z});
  finish(b, {x}, {y, z, c});
  interpreter engine(b.made);
  for (int round = 0; round < 2; ++round) {
    const auto results = run(engine, {one});
    CHECK(results[0].floats() == std::vector<float>{0, 5});
    CHECK(results[1].floats() == std::vector<float>{0, 5});
    CHECK(results[2].floats() == std::vector<float>{-3, 5});
  }
  CHECK(*calls == 1);
}

TEST_CASE("Edges of a graph may be anything") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  const auto y = b.activation("y", {1, 1});
  SUBCASE("an input that is an output") {
    b.operation(code::relu, {x}, {y});
    finish(b, {x}, {x, y, x});
    interpreter engine(b.made);
    const auto results = run(engine, {array_of({1, 1}, {-2})});
    CHECK(results[0].floats() == std::vector<float>{-2});
    CHECK(results[1].floats() == std::vector<float>{0});
    CHECK(results[2].floats() == std::vector<float>{-2});
  }
  SUBCASE("an input that is a constant keeps its data") {
    const auto c = b.constant<float>("c", {1, 1}, {7});
    b.operation(code::relu, {c}, {y});
    finish(b, {x, c}, {y});
    interpreter engine(b.made);
    CHECK(run(engine, {one, one})[0].floats() == std::vector<float>{7});
    CHECK(run(engine, {one, one})[0].floats() == std::vector<float>{7});
  }
  SUBCASE("an input that is listed twice") {
    b.operation(code::relu, {x}, {y});
    finish(b, {x, x}, {y});
    interpreter engine(b.made);
    CHECK(run(engine, {one, one})[0].floats() == std::vector<float>{1});
  }
  SUBCASE("a signature's input that is none of its subgraph") {
    b.operation(code::relu, {x}, {y});
    finish(b, {x}, {y});
    aeq::model::signature s;
    s.inputs = {{"y", static_cast<std::uint32_t>(y)}};
    b.made.signatures.push_back(s);
    CHECK(says(refusal(b, {one}), "input 'y' is no input of subgraph 0"));
  }
  SUBCASE("a variable tensor of another shape than what is given") {
    b.graph().tensors[static_cast<std::size_t>(x)].is_variable = true;
    b.graph().tensors[static_cast<std::size_t>(x)].shape_signature = {-1, 1};
    b.operation(code::relu, {x}, {y});
    finish(b, {x}, {y});
    CHECK(refusal(b, {one}).empty());
    CHECK(says(refusal(b, {array_of({0, 1}, {})}), "holds float32 [1, 1], not float32 [0, 1]"));
  }
  SUBCASE("a handle of a variable in a tensor of bytes") {
    const auto v = b.activation("v", {}, type::int8);
    b.operation(code::var_handle, {}, {v});
    finish(b, {x}, {x});
    CHECK(says(refusal(b, {one}), "VAR_HANDLE 0 (tensor 'v'): wants one output for a variable"));
  }
}

TEST_CASE("An op that may work in place leaves values alone that are read later") {
  model_builder b;
  const auto x = b.activation("x", {1, 2});
  const auto w = b.constant<float>("w", {2, 2}, {1, 0, 0, 1});
  const auto t = b.activation("t", {1, 2});
  const auto y = b.activation("y", {1, 2});
  const auto z = b.activation("z", {1, 2});
  const auto turned = b.activation("turned", {2, 1});
  const auto shape = b.constant<std::int32_t>("shape", {2}, {2, 1}, type::int32);
  const auto u = b.activation("u", {2, 1});
  b.operation(code::fully_connected, {x, w, -1}, {t});
  b.operation(code::reshape, {t, shape}, {turned});  // lies where t lies
  b.operation(code::relu, {turned}, {u});            // t is read below
  b.operation(code::fully_connected, {t, w, -1}, {y});
  b.operation(code::relu, {t}, {z});
  finish(b, {x}, {u, y, z});
  interpreter engine(b.made);
  const auto results = run(engine, {array_of({1, 2}, {-1, 2})});
  CHECK(results[0].floats() == std::vector<float>{0, 2});
  CHECK(results[1].floats() == std::vector<float>{-1, 2});
  CHECK(results[2].floats() == std::vector<float>{0, 2});
}

TEST_CASE("Asking for what is not there is an error of usage") {
  model_builder b;
  const auto x = b.activation("x", {1, 1});
  const auto y = b.activation("y", {1, 1});
  b.operation(code::relu, {x}, {y});
  finish(b, {x}, {y});
  interpreter engine(b.made);
  CHECK_THROWS_WITH_AS((void)engine.output(0), doctest::Contains("no run has ended well"), aeq::error);
  CHECK_THROWS_WITH_AS(engine.run(1, {}), doctest::Contains("has 1 signatures, none of number 1"), aeq::error);
  run(engine, {one});
  CHECK_THROWS_WITH_AS((void)engine.output(1), doctest::Contains("there is no output 1"), aeq::error);
}

TEST_CASE("Tensors of more bytes than 32 bits count are refused, or have their bytes") {
  model_builder b;
  const auto x = b.activation("x", {65536, 1});
  const auto w = b.activation("w", {1, 16385});
  const auto y = b.activation("y", {65536, 16385});  // 2^32 bytes, and 2^18
  b.operation(code::add, {x, w}, {y});
  finish(b, {x, w}, {y});
  const std::vector<array> inputs{array_of({65536, 1}, std::vector<float>(65536)),
                                  array_of({1, 16385}, std::vector<float>(16385))};
  if constexpr (sizeof(std::size_t) == 4) {
    interpreter engine(b.made, {.threads = 1});
    std::string text;
    try {
      run(engine, inputs);
    } catch (const aeq::error& e) {
      CHECK(e.code() == aeq::error_code::io);
      text = e.what();
    }
    CHECK(says(text, "for which a program of 32 bits has no addresses; run one of 64 bits"));
  } else {
    CHECK(says(refusal(b, inputs, {.threads = 1, .max_memory = std::uint64_t(1) << 30u}), "wants 4295"));
  }
}
