// SPDX-License-Identifier: Apache-2.0
// Static quantization where weights, biases and what is computed from constants are not the usual ones.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <aeq/calibrate/statistics.hpp>
#include <aeq/core/byte_order.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/quantize/pipeline.hpp>
#include <aeq/quantize/selection.hpp>

#include "support/folder.hpp"
#include "support/model_builder.hpp"

namespace {

/// Statically quantized, int8, with the same range for every activation.
aeq::model::model quantized(const aeq_test::model_builder& b, const char* scheme = "static_wi8_ai8",
                            aeq::warnings* notes = nullptr) {
  aeq::calibrate::statistics ranges;
  for (const aeq::model::tensor& t : b.made.subgraphs[0].tensors) ranges.set(*t.name, {-1, 1, false, {}});
  aeq::quantize::pipeline_options options{.threads = 1};
  options.statistics = &ranges;
  options.notes = notes;
  aeq::recipe::plan plan = aeq_test::plan_for(b.made, scheme);
  plan.subgraphs[0].inputs = plan.subgraphs[0].outputs = plan.subgraphs[0].operations[0];
  return aeq::quantize::quantize_model(b.made, plan, options);
}

}  // namespace

TEST_SUITE("quantize/static_range") {
  TEST_CASE("the scales of a bias lie along the axis that has the channels") {
    for (const std::vector<std::int32_t>& shape : {std::vector{4}, std::vector{1, 4}, std::vector{4, 1}}) {
      aeq_test::model_builder b;
      const auto x = b.activation("x", {1, 2}), w = b.constant("w", {4, 2}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}),
                 bias = b.constant("b", shape, std::vector<float>{1, 2, 3, 4}), y = b.activation("y", {1, 4});
      b.operation(aeq::op::code::fully_connected, {x, w, bias}, {y});
      b.graph().inputs = {x};
      b.graph().outputs = {y};
      const aeq::model::model m = quantized(b);
      const aeq::model::tensor& made = m.subgraphs[0].tensors[static_cast<std::size_t>(bias)];
      REQUIRE(made.quantization);
      const aeq::model::quantization& q = *made.quantization;
      REQUIRE(q.scale.size() == 4);
      REQUIRE(static_cast<std::size_t>(q.quantized_dimension) < shape.size());
      CHECK(shape[static_cast<std::size_t>(q.quantized_dimension)] == 4);
      const auto find = [&](const aeq::model::operation& o) { return m.builtin(o) == aeq::op::code::fully_connected; };
      const std::vector<aeq::model::operation>& all = m.subgraphs[0].operations;
      const auto layer = std::find_if(all.begin(), all.end(), find);
      REQUIRE(layer != all.end());
      const aeq::model::tensor& input = m.subgraphs[0].tensors[static_cast<std::size_t>(layer->inputs[0])];
      REQUIRE(input.quantization);
      const float scale_of_x = input.quantization->scale[0];
      const std::vector<float>& scale_of_w = m.subgraphs[0].tensors[static_cast<std::size_t>(w)].quantization->scale;
      const std::vector<std::uint8_t> bytes = aeq_test::bytes_of(m.buffers[made.buffer]);
      REQUIRE(bytes.size() == 16);
      for (std::size_t c = 0; c < 4; ++c) {
        CHECK(q.scale[c] == scale_of_x * scale_of_w[c]);
        const auto steps = aeq::load_little<std::int32_t>(bytes.data() + 4 * c);
        CHECK(static_cast<float>(steps) * q.scale[c] == doctest::Approx(static_cast<float>(c + 1)).epsilon(0.001));
      }
    }
  }

  TEST_CASE("a bias that does not go with the channels is refused by name") {
    aeq_test::model_builder b;
    const auto x = b.activation("x", {1, 2}), w = b.constant("w", {4, 2}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}),
               bias = b.constant("b", {3}, std::vector<float>{1, 2, 3}), y = b.activation("y", {1, 4});
    b.operation(aeq::op::code::fully_connected, {x, w, bias}, {y});
    CHECK_THROWS_WITH_AS((void)quantized(b), doctest::Contains("'b': a bias of 3 elements"), aeq::error);
  }

  TEST_CASE("an op whose weight is too small stays float, and is not counted as changed") {
    aeq_test::model_builder b;
    const auto x = b.activation("x", {1, 2}), w = b.constant("w", {4, 2}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}),
               y = b.activation("y", {1, 4});
    b.operation(aeq::op::code::fully_connected, {x, w, -1}, {y});
    b.graph().inputs = {x};
    b.graph().outputs = {y};
    for (const std::uint64_t least : {std::uint64_t(8), std::uint64_t(9)}) {
      CAPTURE(least);
      aeq::calibrate::statistics ranges;
      for (const char* name : {"x", "y"}) ranges.set(name, {-1, 1, false, {}});
      aeq::quantize::pipeline_options options{.threads = 1};
      options.statistics = &ranges;
      aeq::recipe::plan plan = aeq_test::plan_for(b.made, "static_wi8_ai8");
      aeq::recipe::decision& layer = plan.subgraphs[0].operations[0];
      layer.min_weight_elements = least;
      const bool stays = least > 8;
      CHECK(aeq::quantize::stays_float(b.made, b.graph(), b.graph().operations[0], layer) == stays);
      CHECK(aeq::quantize::changes(b.made, b.graph(), b.graph().operations[0], layer) == !stays);
      const aeq::model::model m = aeq::quantize::quantize_model(b.made, plan, options);
      const aeq::model::tensor& made = m.subgraphs[0].tensors[static_cast<std::size_t>(w)];
      CHECK(made.type == (stays ? aeq::model::tensor_type::float32 : aeq::model::tensor_type::int8));
    }
  }

  TEST_CASE("a constant of BATCH_MATMUL with a scale for each channel is a warning") {
    aeq_test::model_builder b;
    const auto x = b.activation("x", {1, 2, 4}),
               w = b.constant("w", {1, 4, 2}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}),
               y = b.activation("y", {1, 2, 2});
    b.operation(aeq::op::code::batch_matmul, {x, w}, {y});
    b.graph().inputs = {x};
    b.graph().outputs = {y};
    aeq::warnings notes;
    (void)quantized(b, "static_wi8t_ai8", &notes);
    CHECK(notes.empty());
    (void)quantized(b, "static_wi8_ai8", &notes);
    REQUIRE(notes.all().size() == 1);
    CHECK(notes.all()[0].place.find("BATCH_MATMUL 0") != std::string::npos);
    CHECK(notes.all()[0].message.find("'w' gets a scale for each channel") != std::string::npos);
    b.graph().operations[0].inputs = {x, x};  // no constant
    aeq::warnings none;
    (void)quantized(b, "static_wi8_ai8", &none);
    CHECK(none.empty());
  }

  TEST_CASE("what is computed from a constant gets its parameters, and no data") {
    for (const bool is_variable : {false, true}) {
      CAPTURE(is_variable);
      aeq_test::model_builder b;
      const auto c = b.constant("c", {2, 2}, std::vector<float>{1, 2, 3, 4}),
                 shape = b.constant("shape", {1}, std::vector<std::int32_t>{4}, aeq::model::tensor_type::int32),
                 y = b.activation("y", {4});
      b.graph().tensors[static_cast<std::size_t>(y)].is_variable = is_variable;
      b.operation(aeq::op::code::reshape, {c, shape}, {y});
      b.graph().outputs = {y};
      const aeq::model::model m = quantized(b);
      const std::vector<aeq::model::tensor>& tensors = m.subgraphs[0].tensors;
      REQUIRE(tensors[static_cast<std::size_t>(c)].type == aeq::model::tensor_type::int8);
      CHECK(tensors[static_cast<std::size_t>(y)].type == aeq::model::tensor_type::int8);
      CHECK(tensors[static_cast<std::size_t>(y)].quantization->scale ==
            tensors[static_cast<std::size_t>(c)].quantization->scale);
      CHECK_FALSE(m.is_constant(tensors[static_cast<std::size_t>(y)]));
    }
  }

  TEST_CASE("an input that has data is a constant like others") {
    const std::vector<float> values{1, 2, 3, 4, 5, 6, 7, 8};
    for (const bool is_input : {false, true}) {
      aeq_test::model_builder b;
      const auto x = b.activation("x", {1, 2}), w = b.constant("w", {4, 2}, values), y = b.activation("y", {1, 4});
      b.operation(aeq::op::code::fully_connected, {x, w, -1}, {y});
      b.graph().inputs = {x};
      if (is_input) b.graph().inputs.push_back(w);
      b.graph().outputs = {y};
      const aeq::model::model m = quantized(b);
      const aeq::model::tensor& made = m.subgraphs[0].tensors[static_cast<std::size_t>(w)];
      CHECK(m.subgraphs[0].operations.size() == 1);
      CHECK(m.subgraphs[0].tensors[static_cast<std::size_t>(x)].type == aeq::model::tensor_type::int8);
      CHECK(made.type == aeq::model::tensor_type::int8);
      CHECK(m.buffers[made.buffer].size == values.size());
    }
  }

  TEST_CASE("a sparse constant is not read as a dense one") {
    aeq::warnings notes;
    const std::string file = aeq_test::tests_folder().string() + "/corpus/models/sparse_weight.tflite";
    aeq_test::model_builder b;
    b.made = aeq::model::read(aeq::io::input_file::open(file), notes);
    std::vector<aeq::model::tensor>& tensors = b.graph().tensors;
    const auto sparse =
        std::find_if(tensors.begin(), tensors.end(), [](const auto& t) { return t.sparsity != nullptr; });
    REQUIRE(sparse != tensors.end());
    const auto index = static_cast<std::int32_t>(sparse - tensors.begin());
    const auto y = b.activation("flat", {1, 256});
    b.graph().operations.clear();
    b.operation(aeq::op::code::reshape, {index}, {y});
    b.graph().inputs.clear();
    b.graph().outputs = {y};
    CHECK_THROWS_WITH_AS((void)quantized(b),
                         doctest::Contains(": is sparse, and only dense constants can be quantized"), aeq::error);
  }
}
