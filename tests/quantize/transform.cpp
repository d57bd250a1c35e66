// SPDX-License-Identifier: Apache-2.0
// The transformation engine on graphs whose rules are written by hand, static quantization's included.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/quantize/pipeline.hpp>
#include <aeq/quantize/sharing.hpp>
#include <aeq/scheme/builtin.hpp>
#include <aeq/scheme/packing.hpp>

#include "support/model_builder.hpp"

namespace {

using aeq::quantize::graph_edge;
using aeq::quantize::parameters;
using aeq::quantize::transformation;

parameters int8_parameters(double scale, std::int32_t zero_point) {
  auto p = std::make_shared<aeq::quantize::tensor_parameters>();
  p->format = aeq::ai8::descriptor;
  p->scale_shape = {1};
  p->scale = {scale};
  p->zero_point = {zero_point};
  return p;
}

void consume(aeq::quantize::model_rules& rules, std::int32_t tensor, std::int32_t operation, transformation t,
             parameters p = nullptr) {
  rules[0][static_cast<std::size_t>(tensor)].consumers.push_back({operation, {t}, std::move(p)});
}
void produce(aeq::quantize::model_rules& rules, std::int32_t tensor, std::int32_t operation, transformation t,
             parameters p = nullptr) {
  rules[0][static_cast<std::size_t>(tensor)].producer = aeq::quantize::tensor_rule{operation, {t}, std::move(p)};
}

/// "RELU(x_quantized)->T" for every operator, in order.
std::vector<std::string> listing(const aeq::model::model& m) {
  const aeq::model::subgraph& g = m.subgraphs[0];
  const auto names = [&](const std::vector<std::int32_t>& tensors) {
    std::string text;
    for (const std::int32_t t : tensors)
      text += (text.empty() ? "" : ",") + *g.tensors[static_cast<std::size_t>(t)].name;
    return text;
  };
  std::vector<std::string> lines;
  for (const aeq::model::operation& o : g.operations) {
    lines.push_back(std::string(aeq::op::builtin_name(m.builtin(o))) + "(" + names(o.inputs) + ")->" +
                    names(o.outputs));
  }
  return lines;
}

void transform_by(aeq::model::model& m, aeq::quantize::model_rules rules) {
  aeq::quantize::resolve_sharing(m, rules);
  const auto uses = aeq::quantize::uses_of(m);
  aeq::quantize::transform(m, aeq::quantize::instruct(m, rules, uses), uses);
}

}  // namespace

TEST_SUITE("quantize/transform") {
  TEST_CASE("a tensor that is a graph output, read by float and by two kinds of integer ops, gets every form once") {
    using code = aeq::op::code;
    using t = transformation;
    aeq_test::model_builder b;
    const auto x = b.activation("x", {2}), big_t = b.activation("T", {2}), c = b.activation("c", {2}),
               d = b.activation("d", {2}), k = b.activation("k", {4}), l = b.activation("l", {2});
    b.graph().inputs = {x};
    b.graph().outputs = {big_t, c, k, l};
    b.operation(code::relu, {x}, {big_t});
    b.operation(code::cos, {big_t}, {c});
    b.operation(code::tanh, {big_t}, {d});
    b.operation(code::concatenation, {big_t, d}, {k});
    b.operation(code::sin, {big_t}, {l});
    b.made.signatures.push_back({"main", 0, {{"x", 0}}, {{"T", 1}, {"c", 2}, {"k", 4}, {"l", 5}}});

    const parameters px = int8_parameters(0.1, 1), pt = int8_parameters(0.2, 2), pd = int8_parameters(0.0078125, 0),
                     pk = int8_parameters(0.4, 4);
    aeq::quantize::model_rules rules{std::vector<aeq::quantize::tensor_rules>(6)};
    consume(rules, x, 0, t::add_quantize, px);
    produce(rules, big_t, 0, t::add_dequantize, pt);
    consume(rules, big_t, 1, t::no_quantize);
    produce(rules, c, 1, t::no_quantize);
    consume(rules, big_t, 2, t::add_quantize, pt);
    produce(rules, d, 2, t::add_dequantize, pd);
    consume(rules, big_t, 3, t::add_quantize, pk);
    consume(rules, d, 3, t::add_quantize, pk);
    produce(rules, k, 3, t::add_dequantize, pk);
    consume(rules, big_t, 4, t::no_quantize);
    produce(rules, l, 4, t::no_quantize);
    produce(rules, x, graph_edge, t::no_quantize);
    for (const std::int32_t output : {big_t, c, k, l}) consume(rules, output, graph_edge, t::no_quantize);
    transform_by(b.made, rules);

    CHECK(listing(b.made) == std::vector<std::string>{"QUANTIZE(x)->x_quantized", "RELU(x_quantized)->T",
                                                      "DEQUANTIZE(T)->T_dequant", "COS(T_dequant)->c", "TANH(T)->d",
                                                      "QUANTIZE(T)->T_quantized", "QUANTIZE(d)->d_quantized",
                                                      "CONCATENATION(T_quantized,d_quantized)->k",
                                                      "DEQUANTIZE(k)->k_dequant", "SIN(T_dequant)->l"});
    const auto name = [&](std::int64_t i) { return *b.graph().tensors[static_cast<std::size_t>(i)].name; };
    CHECK(name(b.graph().outputs[0]) == "T_dequant");
    CHECK(name(b.graph().outputs[2]) == "k_dequant");
    CHECK(name(b.made.signatures[0].outputs[0].tensor) == "T_dequant");
    CHECK(name(b.made.signatures[0].outputs[1].tensor) == "c");
    CHECK(b.graph().tensors[1].type == aeq::model::tensor_type::int8);
    CHECK(b.graph().tensors[1].quantization->zero_point == std::vector<std::int64_t>{2});
  }

  TEST_CASE("a requantize is left out where its producer can write in the other scale") {
    using code = aeq::op::code;
    using t = transformation;
    for (const code producer : {code::relu, code::softmax}) {
      aeq_test::model_builder b;
      const auto x = b.activation("x", {2}), y = b.activation("y", {2}), z = b.activation("z", {2});
      b.operation(producer, {x}, {y});
      b.operation(code::concatenation, {y}, {z});
      const parameters py = int8_parameters(0.1, 1), pz = int8_parameters(0.2, 2);
      aeq::quantize::model_rules rules{std::vector<aeq::quantize::tensor_rules>(3)};
      produce(rules, y, 0, t::add_dequantize, py);
      consume(rules, y, 1, t::add_quantize, pz);
      transform_by(b.made, rules);
      const bool free = producer == code::relu;
      CHECK(b.graph().operations.size() == (free ? 2u : 3u));
      CHECK(b.graph().tensors[1].quantization->scale[0] == (free ? 0.2f : 0.1f));
    }
  }

  TEST_CASE("from int16 to uint8 goes by way of int8") {
    aeq_test::model_builder b;
    const std::int32_t x = b.activation("x", {4});
    const std::int32_t y = b.activation("y", {4});
    b.operation(aeq::op::code::relu, {x}, {y});
    b.graph().inputs = {x};
    b.graph().outputs = {y};
    const auto in_format = [](const aeq::format_descriptor& format, double scale, std::int32_t zero_point) {
      auto p = std::make_shared<aeq::quantize::tensor_parameters>(*int8_parameters(scale, zero_point));
      p->format = format;
      return p;
    };
    const parameters wide = in_format(aeq::ai16::descriptor, 0.001, 0);
    const parameters edge = in_format(aeq::au8::descriptor, 0.25, 3);
    aeq::quantize::model_rules rules(1);
    rules[0].resize(2);
    produce(rules, x, graph_edge, transformation::add_dequantize, wide);
    consume(rules, x, 0, transformation::add_quantize, wide);
    produce(rules, y, 0, transformation::add_dequantize, wide);
    consume(rules, y, graph_edge, transformation::add_quantize, edge);
    transform_by(b.made, rules);
    CHECK(listing(b.made) ==
          std::vector<std::string>{"RELU(x)->y", "QUANTIZE(y)->y_int8", "QUANTIZE(y_int8)->y_quantized"});
    const aeq::model::subgraph& g = b.made.subgraphs[0];
    const aeq::model::tensor& between = g.tensors[2];
    const aeq::model::tensor& last = g.tensors[static_cast<std::size_t>(g.outputs[0])];
    CHECK(between.type == aeq::model::tensor_type::int8);
    CHECK(between.quantization->zero_point == std::vector<std::int64_t>{-125});
    CHECK(last.type == aeq::model::tensor_type::uint8);
    CHECK(last.quantization->zero_point == std::vector<std::int64_t>{3});
    CHECK(between.quantization->scale == last.quantization->scale);
  }

  TEST_CASE("a weight that is wanted float and integer is duplicated, and both copies keep their values") {
    aeq_test::model_builder b;
    const std::vector<float> values{1.0f, -2.0f, 3.0f, 0.5f};
    const auto x = b.activation("x", {1, 2}), w = b.constant("w", {2, 2}, values), y = b.activation("y", {1, 2}),
               z = b.activation("z", {2, 2});
    b.operation(aeq::op::code::fully_connected, {x, w, -1}, {y});
    b.operation(aeq::op::code::cos, {w}, {z});
    const aeq::model::model q =
        aeq::quantize::quantize_model(b.made, aeq_test::plan_for(b.made, "dynamic_wi8_afp32"), {.threads = 1});
    const aeq::model::subgraph& g = q.subgraphs[0];
    REQUIRE(g.tensors.size() == 5);
    CHECK(*g.tensors[4].name == "w_duplicated_4");
    CHECK(g.operations[0].inputs == std::vector<std::int32_t>{x, 4, -1});
    CHECK(g.operations[1].inputs == std::vector<std::int32_t>{w});
    CHECK(g.tensors[4].type == aeq::model::tensor_type::int8);
    CHECK(g.tensors[1].type == aeq::model::tensor_type::float32);
    const std::vector<std::uint8_t> kept = aeq_test::bytes_of(q.buffers[g.tensors[1].buffer]);
    CHECK(kept == aeq_test::bytes_of(b.made.buffers[b.made.subgraphs[0].tensors[1].buffer]));
    CHECK(aeq_test::bytes_of(q.buffers[g.tensors[4].buffer]) == std::vector<std::uint8_t>{64, 129, 127, 21});
  }

  TEST_CASE("tensors on one buffer that want the same share it afterwards") {
    aeq_test::model_builder b;
    const auto x = b.activation("x", {1, 2}), w = b.constant("w", {2, 2}, std::vector<float>{1, 2, 3, 4}),
               y = b.activation("y", {1, 2}), z = b.activation("z", {1, 2});
    aeq::model::tensor twin = b.graph().tensors[static_cast<std::size_t>(w)];
    twin.name = "twin";
    b.graph().tensors.push_back(twin);
    b.operation(aeq::op::code::fully_connected, {x, w, -1}, {y});
    b.operation(aeq::op::code::fully_connected, {x, 4, -1}, {z});
    const aeq::model::model same =
        aeq::quantize::quantize_model(b.made, aeq_test::plan_for(b.made, "dynamic_wi8_afp32"), {.threads = 1});
    CHECK(same.subgraphs[0].tensors[1].buffer == same.subgraphs[0].tensors[4].buffer);

    aeq::recipe::plan plan = aeq_test::plan_for(b.made, "dynamic_wi8_afp32");
    plan.subgraphs[0].operations[1] = aeq_test::plan_for(b.made, "dynamic_wi4_afp32").subgraphs[0].operations[1];
    const aeq::model::model apart = aeq::quantize::quantize_model(b.made, plan, {.threads = 1});
    CHECK(apart.subgraphs[0].tensors[1].buffer != apart.subgraphs[0].tensors[4].buffer);
    CHECK(apart.subgraphs[0].tensors[1].type == aeq::model::tensor_type::int8);
    CHECK(apart.subgraphs[0].tensors[4].type == aeq::model::tensor_type::int4);
  }

  TEST_CASE("a tensor that nobody reads keeps its data where another one on its buffer is quantized") {
    aeq_test::model_builder b;
    const auto x = b.activation("x", {1, 2}), w = b.constant("w", {2, 2}, std::vector<float>{1, 2, 3, 4}),
               y = b.activation("y", {1, 2});
    aeq::model::tensor bystander = b.graph().tensors[static_cast<std::size_t>(w)];
    bystander.name = "bystander";
    b.graph().tensors.push_back(bystander);
    b.operation(aeq::op::code::fully_connected, {x, w, -1}, {y});
    const aeq::model::model q =
        aeq::quantize::quantize_model(b.made, aeq_test::plan_for(b.made, "dynamic_wi8_afp32"), {.threads = 1});
    const std::vector<aeq::model::tensor>& tensors = q.subgraphs[0].tensors;
    CHECK(tensors[1].type == aeq::model::tensor_type::int8);
    CHECK(q.buffers[tensors[1].buffer].size == 4);
    CHECK(tensors[3].type == aeq::model::tensor_type::float32);
    CHECK(aeq_test::bytes_of(q.buffers[tensors[3].buffer]) == aeq_test::bytes_of(b.made.buffers[bystander.buffer]));
  }

  TEST_CASE("an operator that reads a constant as weight and as something else leaves its twin alone") {
    for (const std::string_view scheme : {"weight_only_wi8_afp32", "dynamic_wi8_afp32", "weight_only_wi4_afp32"}) {
      CAPTURE(scheme);
      aeq_test::model_builder b;
      const auto x = b.activation("x", {2, 2}), w = b.constant("w", {2, 2}, std::vector<float>{1, 2, 3, 4}),
                 y = b.activation("y", {2, 2}), z = b.activation("z", {2, 2});
      aeq::model::tensor twin = b.graph().tensors[static_cast<std::size_t>(w)];
      twin.name = "twin";
      b.graph().tensors.push_back(twin);
      b.operation(aeq::op::code::fully_connected, {x, w, -1}, {y});
      b.operation(aeq::op::code::fully_connected, {w, 4, w}, {z});
      const aeq::model::model q =
          aeq::quantize::quantize_model(b.made, aeq_test::plan_for(b.made, scheme), {.threads = 1});
      std::size_t as_it_was = 0;
      for (const aeq::model::tensor& t : q.subgraphs[0].tensors) {
        if (t.buffer == 0) continue;
        REQUIRE(q.buffers[t.buffer].size == aeq::packed_bytes(4, aeq::model::bits_of(t.type)));
        if (t.type != aeq::model::tensor_type::float32) continue;
        ++as_it_was;
        CHECK(aeq_test::bytes_of(q.buffers[t.buffer]) == aeq_test::bytes_of(b.made.buffers[twin.buffer]));
      }
      CHECK(as_it_was == 1);
    }
  }

  TEST_CASE("block scales never share a buffer that is about to change") {
    aeq_test::model_builder b;
    const auto x = b.activation("x", {1, 64}), w = b.constant("w", {32, 64}, std::vector<float>(32 * 64, 0.0f)),
               y = b.activation("y", {1, 32}), v = b.constant("v", {1, 32}, std::vector<float>(32, 0.0f)),
               z = b.activation("z", {1, 1});
    b.operation(aeq::op::code::fully_connected, {x, w, -1}, {y});
    b.operation(aeq::op::code::fully_connected, {y, v, -1}, {z});
    const aeq::model::model q =
        aeq::quantize::quantize_model(b.made, aeq_test::plan_for(b.made, "dynamic_wi4b32_afp32"), {.threads = 1});
    for (const aeq::model::tensor& t : q.subgraphs[0].tensors) {
      if (t.buffer == 0) continue;
      CHECK(q.buffers[t.buffer].size ==
            aeq::packed_bytes(aeq::model::element_count(t.shape), aeq::model::bits_of(t.type)));
    }
  }

  TEST_CASE("a weight without dimensions has no blocks, and says so") {
    aeq_test::model_builder b;
    const auto x = b.activation("x", {1, 1}), w = b.constant("w", {}, std::vector<float>{1.0f}),
               y = b.activation("y", {1, 1});
    b.operation(aeq::op::code::fully_connected, {x, w, -1}, {y});
    CHECK_THROWS_WITH_AS(
        (void)aeq::quantize::quantize_model(b.made, aeq_test::plan_for(b.made, "dynamic_wi4b32_afp32"), {.threads = 1}),
        doctest::Contains("'w': can't be quantized in blocks: its rank is 0, 2 is wanted"), aeq::error);
  }

  TEST_CASE("a weight with NaN is refused by name") {
    aeq_test::model_builder b;
    const auto x = b.activation("x", {1, 2}),
               w = b.constant("bad/kernel", {1, 2}, std::vector<float>{1.0f, std::numeric_limits<float>::quiet_NaN()}),
               y = b.activation("y", {1, 1});
    b.operation(aeq::op::code::fully_connected, {x, w, -1}, {y});
    CHECK_THROWS_WITH_AS(
        (void)aeq::quantize::quantize_model(b.made, aeq_test::plan_for(b.made, "dynamic_wi8_afp32"), {.threads = 1}),
        doctest::Contains("'bad/kernel': holds NaN"), aeq::error);
  }
}
