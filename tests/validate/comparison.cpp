// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/calibrate/dataset.hpp>
#include <aeq/calibrate/npy.hpp>
#include <aeq/execute/interpreter.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/io/error.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/quantizer.hpp>
#include <aeq/recipe/builtin.hpp>
#include <aeq/validate/comparison.hpp>
#include <aeq/validate/labels.hpp>
#include <aeq/validate/layers.hpp>
#include <aeq/validate/thresholds.hpp>

#include "support/folder.hpp"
#include "support/model_builder.hpp"
#include "support/scratch.hpp"

namespace {

using aeq::execute::interpreter;
using aeq::validate::comparison;
using aeq::validate::comparison_options;
using aeq::validate::comparison_result;
using aeq::validate::engine_view;
using aeq::validate::layer_result;
using aeq::validate::metric;
using aeq::validate::tensor_group;
using code = aeq::op::code;

std::string example(const std::string& file) {
  return (aeq_test::tests_folder() / ".." / "examples" / "digits" / file).string();
}

/// Compares by the built-in engine, on the data of a name.
comparison_result compared(const aeq::model::model& reference, const aeq::model::model& target, const std::string& data,
                           std::uint64_t samples, comparison_options options = {}) {
  interpreter first(reference, {.threads = 1});
  interpreter second(target, {.threads = 1});
  const engine_view of_reference(first);
  const engine_view of_target(second);
  comparison work(reference, target, std::move(options));
  aeq::calibrate::dataset all(data, aeq::execute::signatures_of(reference), {samples});
  if (work.layers() == nullptr) return aeq::validate::compare(work, of_reference, of_target, nullptr, all);
  interpreter third(*work.layers(), {.threads = 1});
  const engine_view layers(third);
  return aeq::validate::compare(work, of_reference, of_target, &layers, all);
}

struct digits {
  aeq::quantizer quantizer;
  aeq::model::model target;

  explicit digits(const char* recipe) : quantizer(example("digits.tflite")) {
    quantizer.load_recipe(recipe);
    if (quantizer.plan().needs_calibration) quantizer.load_statistics(example("digits_statistics.json"));
    target = quantizer.quantize();
  }
  [[nodiscard]] comparison_result against(const aeq::model::model& m, comparison_options options = {}) const {
    return compared(quantizer.source(), m, example("digits_test.npz"), 20, std::move(options));
  }
};

void double_scale(aeq::model::model& m, std::int32_t tensor) {
  aeq::model::tensor& t = m.subgraphs[0].tensors[static_cast<std::size_t>(tensor)];
  if (!t.quantization) return;
  for (float& scale : t.quantization->scale) scale *= 2;
}

bool is_weight(const aeq::model::model& m, std::int32_t tensor) {
  return tensor >= 0 && m.is_constant(m.subgraphs[0].tensors[static_cast<std::size_t>(tensor)]);
}

std::size_t outputs_in(const comparison_result& r) {
  return static_cast<std::size_t>(
      std::ranges::count_if(r.signatures[0].tensors, [](const auto& t) { return t.group == tensor_group::output; }));
}

}  // namespace

TEST_CASE("A model is equal to itself, in every tensor and every layer") {
  const aeq::quantizer q(example("digits.tflite"));
  const comparison_result r = compared(q.source(), q.source(), example("digits_test.npz"), 3);
  REQUIRE(r.signatures.size() == 1);
  CHECK(r.signatures[0].samples == 3);
  CHECK(r.signatures[0].layers.size() == 10);
  for (const auto& t : r.signatures[0].tensors) {
    CAPTURE(t.name);
    CHECK(t.strength.noise == 0);
    CHECK(t.clipped == 0);
    CHECK_FALSE(t.range.has_value());
  }
  for (const layer_result& l : r.signatures[0].layers) {
    REQUIRE(l.own.has_value());
    CHECK(l.own->noise == 0);
    CHECK(l.inherited->noise == 0);
    CHECK(l.total.signal > 0);
  }
  CHECK(aeq::validate::failures(r, std::vector<aeq::validate::threshold>{{metric::mse, 0}}).empty());
}

TEST_CASE("The layer whose scales are wrong is named first, and no other one is blamed") {
  for (const char* recipe : {"static_wi8_ai8", "dynamic_wi8_afp32", "weight_only_wi8_afp32", "static_wi8_ai16"}) {
    const digits made(recipe);
    const std::vector<aeq::model::operation>& ops = made.target.subgraphs[0].operations;
    std::size_t planted = 0;
    for (std::size_t i = 0; i < ops.size(); ++i) {
      const code kind = made.target.builtin(ops[i]);
      if (kind != code::conv_2d && kind != code::depthwise_conv_2d && kind != code::fully_connected) continue;
      aeq::model::model wrong = made.target;
      // With those of the bias, its sums come out twice as large.
      for (const std::int32_t t : ops[i].inputs) {
        if (is_weight(made.target, t)) double_scale(wrong, t);
      }
      // Weight only: the scales are those of the DEQUANTIZE before it.
      for (const aeq::model::operation& before : ops) {
        const bool feeds = made.target.builtin(before) == code::dequantize &&
                           std::ranges::find(ops[i].inputs, before.outputs[0]) != ops[i].inputs.end();
        if (feeds && is_weight(made.target, before.inputs[0])) double_scale(wrong, before.inputs[0]);
      }
      const comparison_result r = made.against(wrong);
      const std::vector<layer_result>& layers = r.signatures[0].layers;
      CAPTURE(recipe);
      CAPTURE(i);
      REQUIRE(layers.size() >= 10);
      CHECK(layers[0].operation == i);
      REQUIRE(layers[0].own.has_value());
      CHECK(layers[0].own->sqnr() < 12);
      REQUIRE(layers[1].own.has_value());
      CHECK(layers[1].own->sqnr() > 18);
      ++planted;
    }
    CHECK(planted == 6);
  }
}

TEST_CASE("What a layer inherits is what its inputs bring") {
  const digits made("static_wi8_ai8");
  const comparison_result r = made.against(made.target);
  CHECK(outputs_in(r) == 1);
  for (const layer_result& l : r.signatures[0].layers) {
    CAPTURE(l.operation);
    REQUIRE(l.own.has_value());
    CHECK(l.own->noise > 0);
    CHECK(l.own->elements == l.total.elements);
    CHECK(l.own->signal == l.total.signal);
    // Noise adds as amplitudes do, at most.
    CHECK(std::sqrt(l.total.noise) <= (std::sqrt(l.own->noise) + std::sqrt(l.inherited->noise)) * 1.000001);
  }
  const auto first = std::ranges::find_if(r.signatures[0].layers, [](const auto& l) { return l.operation == 0; });
  REQUIRE(first != r.signatures[0].layers.end());
  CHECK(first->own->noise == first->total.noise);  // it reads the model's input
  CHECK(first->inherited->noise == 0);
  const bool sorted = std::ranges::is_sorted(
      r.signatures[0].layers, [](const auto& a, const auto& b) { return a.own->noise_share() > b.own->noise_share(); });
  CHECK(sorted);
}

TEST_CASE("Every kind of quantization has layers that run alone") {
  for (const aeq::recipe::builtin_recipe& known : aeq::recipe::builtin_recipes) {
    aeq::quantizer q(example("digits.tflite"));
    q.load_recipe(std::string(known.name));
    if (q.plan().needs_calibration) q.load_statistics(example("digits_statistics.json"));
    const aeq::model::model target = q.quantize();
    aeq::warnings notes;
    comparison_options options;
    options.notes = &notes;
    const comparison_result r = compared(q.source(), target, example("digits_test.npz"), 2, std::move(options));
    CAPTURE(known.name);
    CHECK(r.signatures[0].layers.size() == 10);
    for (const layer_result& l : r.signatures[0].layers) CHECK(l.own.has_value());
    CHECK(notes.empty());
  }
}

TEST_CASE("Clipped and saturated values are counted") {
  aeq_test::model_builder b;
  const auto x = b.activation("x", {1, 4});
  const auto y = b.activation("y", {1, 4});
  b.operation(code::relu, {x}, {y});
  b.graph().inputs = {x};
  b.graph().outputs = {y};
  aeq_test::model_builder q;
  const auto qx = q.activation("x", {1, 4});
  const auto stored = q.activation("x_quantized", {1, 4}, aeq::model::tensor_type::int8);
  const auto qy = q.activation("y", {1, 4}, aeq::model::tensor_type::int8);
  const auto out = q.activation("y_dequant", {1, 4});
  for (const auto t : {stored, qy}) {
    q.graph().tensors[static_cast<std::size_t>(t)].quantization = aeq::model::quantization();
    q.graph().tensors[static_cast<std::size_t>(t)].quantization->scale = {0.25f};  // -32 to 31.75
    q.graph().tensors[static_cast<std::size_t>(t)].quantization->zero_point = {0};
  }
  q.operation(code::quantize, {qx}, {stored});
  q.operation(code::relu, {stored}, {qy});
  q.operation(code::dequantize, {qy}, {out});
  q.graph().inputs = {qx};
  q.graph().outputs = {out};
  const std::vector<float> values{-5, 31.8f, 32, 100};
  const std::vector<std::int32_t> shape{1, 4};
  interpreter first(b.made);
  interpreter second(q.made);
  comparison work(b.made, q.made, {});
  REQUIRE(work.layers() != nullptr);
  interpreter third(*work.layers());
  const engine_view of_reference(first);
  const engine_view of_target(second);
  const engine_view layers(third);
  std::vector<aeq::calibrate::sample> samples(2);
  for (aeq::calibrate::sample& s : samples) {
    s.inputs.push_back({aeq::element_type::float32, false, std::as_bytes(std::span(values)), shape, {}, {}, 0, 0});
  }
  const comparison_result r = aeq::validate::compare(work, of_reference, of_target, &layers, samples);
  REQUIRE(r.signatures[0].tensors.size() == 2);
  const auto& t = r.signatures[0].tensors[0];
  CHECK(t.name == "y");
  CHECK(t.group == tensor_group::output);
  CHECK(t.target_type == "INT8");
  CHECK(t.samples == 2);
  REQUIRE(t.range.has_value());
  CHECK(t.range->highest == 31.75);
  CHECK(t.clipped == 4);  // 32 and 100, but not 31.8, which is rounded
  CHECK(t.saturated.highest == 6);
  CHECK(t.saturated.lowest == 0);
  CHECK(t.highest == 100);
  REQUIRE(r.signatures[0].layers.size() == 1);  // QUANTIZE belongs to RELU, DEQUANTIZE to nobody
  CHECK(r.signatures[0].layers[0].op == "RELU");
  CHECK(r.signatures[0].layers[0].operation == 1);
  CHECK(r.signatures[0].layers[0].own->noise == r.signatures[0].layers[0].total.noise);
}

TEST_CASE("Outputs alone are compared where that is asked for") {
  const digits made("static_wi8_ai8");
  comparison_options options;
  options.outputs_only = true;
  const comparison_result few = made.against(made.target, std::move(options));
  const comparison_result all = made.against(made.target);
  REQUIRE(few.signatures[0].tensors.size() == 1);
  CHECK(few.signatures[0].layers.empty());
  CHECK(few.signatures[0].tensors[0].values == all.signatures[0].tensors[0].values);
  CHECK(all.signatures[0].tensors.size() > 20);
}

TEST_CASE("Labels say how often both models are right") {
  const digits made("static_wi8_ai8");
  comparison_options options;
  options.labels = aeq::validate::load_labels(example("digits_labels.npy"));
  REQUIRE(options.labels.size() == 360);
  CHECK_THROWS_WITH_AS(static_cast<void>(made.against(made.target, options)),
                       "there are 360 labels for 20 samples; one per sample is accepted", aeq::error);
  options.labels.resize(20);
  const comparison_result right = made.against(made.target, options);
  REQUIRE(right.labels.has_value());
  CHECK(right.labels->samples == 20);
  CHECK(right.labels->reference_right >= 19);
  CHECK(right.labels->agreed <= 20);
  for (std::int64_t& l : options.labels) l = (l + 1) % 10;
  const comparison_result wrong = made.against(made.target, options);
  CHECK(wrong.labels->reference_right <= 20 - right.labels->reference_right);
  CHECK(wrong.labels->agreed == right.labels->agreed);
  options.labels[4] = 10;
  CHECK_THROWS_WITH_AS(static_cast<void>(made.against(made.target, options)),
                       doctest::Contains("label 10 is none of the 10 classes of output 'probabilities' (in sample 4)"),
                       aeq::error);
  options.labels.resize(3);
  CHECK_THROWS_WITH_AS(static_cast<void>(made.against(made.target, options)),
                       doctest::Contains("there are 3 labels, and more samples than that"), aeq::error);
}

TEST_CASE("Labels are integers in an .npy file") {
  const aeq_test::scratch folder;
  const auto written = [&](const std::string& descr, const std::string& shape, const std::string& data) {
    std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
    header.resize(117, ' ');
    header += '\n';
    std::string text = std::string("\x93NUMPY\x01\x00", 8);
    text += static_cast<char>(118);
    text += '\0';
    aeq_test::put(folder.path("labels.npy"), text + header + data);
    return folder.path("labels.npy");
  };
  using aeq::validate::load_labels;
  CHECK(load_labels(written("|u1", "(3,)", "\x01\xff\x03")) == std::vector<std::int64_t>{1, 255, 3});
  CHECK(load_labels(written("|i1", "(2, 1)", "\x01\xff")) == std::vector<std::int64_t>{1, -1});
  CHECK(load_labels(written(">i2", "(1,)", "\x01\x02")) == std::vector<std::int64_t>{258});
  CHECK(load_labels(written("<u4", "(1,)", "\x01\x02\xff\xff")) == std::vector<std::int64_t>{4294902273});
  CHECK_THROWS_WITH_AS(static_cast<void>(load_labels(written("<f4", "(1,)", "abcd"))),
                       doctest::Contains("holds float32; labels are an .npy file of integers"), aeq::error);
  CHECK_THROWS_WITH_AS(static_cast<void>(load_labels(written("|u1", "(1, 2)", "ab"))),
                       doctest::Contains("has shape [1, 2]"), aeq::error);
  CHECK_THROWS_AS(static_cast<void>(load_labels(written("|u1", "(3,)", "ab"))), aeq::error);
}

TEST_CASE("Limits name the outputs that are beyond them") {
  const digits made("static_wi8_ai8");
  comparison_options options;
  options.metrics = {metric::mse, metric::sqnr};
  const comparison_result r = made.against(made.target, std::move(options));
  using aeq::validate::failures;
  using list = std::vector<aeq::validate::threshold>;
  CHECK(failures(r, list{{metric::mse, 1e-3}, {metric::sqnr, 20}}).empty());
  const std::vector<std::string> bad = failures(r, list{{metric::mse, 0}, {metric::sqnr, 200}});
  REQUIRE(bad.size() == 2);
  CHECK(bad[0].starts_with("output 'PartitionedCall:0': mse is "));
  CHECK(bad[0].ends_with(", at most 0 is asked for"));
  CHECK(bad[1].ends_with(", at least 200.0 dB is asked for"));
  comparison_result no_number = r;
  no_number.signatures[0].tensors[0].values[0] = std::numeric_limits<double>::quiet_NaN();
  CHECK(failures(no_number, list{{metric::mse, 1e9}}).size() == 1);
  comparison_result labelled = r;
  labelled.labels = {"y", 200, 190, 186, 0};
  CHECK(failures(labelled, {}, 2.0).empty());
  CHECK(failures(labelled, {}, 1.9) ==
        std::vector<std::string>{"top-1 of 'y': 2 percent of the samples are lost, at most 1.9 is asked for"});
}

TEST_CASE("The quantizer compares its source with what it made of it") {
  digits made("static_wi8_ai8");
  aeq::validation_options options;
  options.samples = 20;
  options.compare.labels = aeq::validate::load_labels(example("digits_labels.npy"));
  options.compare.labels.resize(20);
  const comparison_result r = made.quantizer.validate(made.target, example("digits_test.npz"), options);
  CHECK(r.signatures[0].samples == 20);
  CHECK(r.signatures[0].layers.size() == 10);
  CHECK(r.labels.has_value());
  CHECK(r.reference_bytes == 230176);
  CHECK(r.target_bytes == 0);  // it has no file
  const comparison_result same = made.against(made.target);
  REQUIRE(same.signatures[0].tensors.size() == r.signatures[0].tensors.size());
  CHECK(same.signatures[0].tensors[0].values == r.signatures[0].tensors[0].values);
}

TEST_CASE("Models that do not belong together are refused by name") {
  aeq_test::model_builder a;
  a.operation(code::relu, {a.activation("x", {1, 2})}, {a.activation("y", {1, 2})});
  a.graph().inputs = {0};
  a.graph().outputs = {1};
  aeq_test::model_builder two;
  const auto x = two.activation("p", {1, 2});
  const auto z = two.activation("q", {1, 2});
  const auto y = two.activation("r", {1, 2});
  two.operation(code::add, {x, z}, {y});
  two.graph().inputs = {x, z};
  two.graph().outputs = {y};
  CHECK_THROWS_WITH_AS(comparison(a.made, two.made, {}), doctest::Contains("has no input 'p', which"), aeq::error);
  aeq::model::model keyed = a.made;
  keyed.signatures.resize(2);
  keyed.signatures[0].key = "one";
  keyed.signatures[1].key = "two";
  aeq::model::model other = keyed;
  other.signatures[1].key = "three";
  CHECK_THROWS_WITH_AS(comparison(keyed, other, {}), doctest::Contains("has no signature 'two', which"), aeq::error);
  comparison none(a.made, a.made, {});
  CHECK_THROWS_WITH_AS(static_cast<void>(none.finish()), "there was no sample to compare the models on", aeq::error);
}
