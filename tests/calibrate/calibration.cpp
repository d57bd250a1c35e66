// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <aeq/calibrate/calibration.hpp>
#include <aeq/execute/interpreter.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/io/error.hpp>
#include <aeq/quantizer.hpp>

#include "support/folder.hpp"
#include "support/model_builder.hpp"

namespace {

using aeq::operand;
using aeq::calibrate::collect;
using aeq::calibrate::observations;
using aeq::calibrate::range_kind;
using aeq::calibrate::sample;
using aeq::calibrate::tensor_range;

/// x → double of x, and the sum of what x was so far.
aeq::model::model doubling_model() {
  aeq_test::model_builder b;
  const std::int32_t x = b.activation("x", {1, 2});
  const std::int32_t y = b.activation("y", {1, 2});
  const std::int32_t state = b.activation("state", {1});
  const std::int32_t twin = b.activation("y", {1, 2});  // of the same name
  b.activation("", {1});
  const std::int32_t weight = b.constant<float>("weight", {1}, {2});
  b.operation(aeq::op::code::mul, {x, weight}, {y});
  b.operation(aeq::op::code::add, {state, x}, {twin});
  b.graph().inputs = {x};
  b.graph().outputs = {y};
  b.made.signatures.resize(2);
  b.made.signatures[0].key = "first";
  b.made.signatures[1].key = "second";
  return b.made;
}

/// An engine of one's own that runs this model.
class doubling_engine {
 public:
  doubling_engine() : signatures_(2) {
    signatures_[0].key = "first";
    signatures_[1].key = "second";
    for (aeq::execute::signature& s : signatures_) s.inputs.resize(1);
    for (aeq::execute::signature& s : signatures_) s.inputs[0].name = "in";
  }
  [[nodiscard]] std::span<const aeq::execute::signature> signatures() const { return signatures_; }
  void run(std::size_t, std::span<const operand> inputs, const aeq::execute::tensor_visitor& visitor) {
    const auto x = inputs[0].values<float>();
    if (x[0] == 13) throw aeq::error(aeq::error_code::bad_input, "thirteen");
    std::vector<float> y{2 * x[0], 2 * x[1]};
    state_ += x[0];
    const std::vector<float> state{state_};
    const std::vector<float> twin{1000, -1000};
    show(visitor, 0, inputs[0].values<float>(), {1, 2});
    show(visitor, 1, y, {1, 2});
    show(visitor, 2, state, {1});
    show(visitor, 3, twin, {1, 2});
    show(visitor, 4, state, {1});
    show(visitor, 5, state, {1});
  }
  [[nodiscard]] operand output(std::size_t) const { return {}; }
  void reset() {
    state_ = 0;
    ++resets;
  }
  int resets = 0;

 private:
  static void show(const aeq::execute::tensor_visitor& visitor, std::size_t tensor, std::span<const float> values,
                   const std::vector<std::int32_t>& shape) {
    const operand value{.type = aeq::element_type::float32, .data = std::as_bytes(values), .shape = shape};
    visitor({0, tensor, &value});
  }
  std::vector<aeq::execute::signature> signatures_;
  float state_ = 0;
};
static_assert(aeq::execute::inference_engine<doubling_engine>);

/// Samples in memory.
struct samples {
  explicit samples(std::vector<std::vector<float>> given) : values(std::move(given)) {
    for (const std::vector<float>& v : values) {
      all.push_back({0, {{.type = aeq::element_type::float32, .data = std::as_bytes(std::span(v)), .shape = shape}}});
    }
  }
  samples(const samples&) = delete;
  samples& operator=(const samples&) = delete;
  std::vector<std::int32_t> shape{1, 2};
  std::vector<std::vector<float>> values;
  std::vector<sample> all;
};

std::string refusal(const samples& data) {
  const aeq::model::model m = doubling_model();
  doubling_engine engine;
  observations seen;
  try {
    collect(engine, m, data.all, seen);
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::bad_input);
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_SUITE("calibrate/calibration") {
  TEST_CASE("all tensors that have a name and no data are observed, in every sample") {
    const aeq::model::model m = doubling_model();
    doubling_engine engine;
    observations seen;
    std::uint64_t told = 0;
    aeq::progress progress([&](std::uint64_t done, std::uint64_t) { told = done; });
    progress.expect(3);
    collect(engine, m, samples({{1, 2}, {3, -4}, {0, 0}}).all, seen, {.tell = &progress});
    CHECK(seen.samples() == 3);
    CHECK(told == 3);
    const auto ranges = seen.ranges();
    CHECK(ranges.size() == 3);
    CHECK(*ranges.find("x") == tensor_range{-4, 3, false, {1, 1}});
    CHECK(*ranges.find("state") == tensor_range{1, 4, false, {1}});
    CHECK(*ranges.find("y") == tensor_range{-1000, 1000, false, {1, 1}});  // of both
    CHECK(seen.find("y")->samples == 3);
  }

  TEST_CASE("an average takes the first of two tensors of one name, as the Python tool does") {
    const aeq::model::model m = doubling_model();
    doubling_engine engine;
    observations seen({range_kind::moving_average});
    collect(engine, m, samples({{1, 2}}).all, seen);
    CHECK(*seen.ranges().find("y") == tensor_range{2, 4, false, {1, 1}});
  }

  TEST_CASE("only those that are asked for") {
    const aeq::model::model m = doubling_model();
    doubling_engine engine;
    observations seen;
    const aeq::calibrate::tensor_names only{"x", "absent"};
    collect(engine, m, samples({{1, 2}}).all, seen, {.tensors = &only});
    CHECK(seen.ranges().size() == 1);
    CHECK(seen.find("x") != nullptr);
  }

  TEST_CASE("state stays between samples, and is reset where another signature begins") {
    const aeq::model::model m = doubling_model();
    doubling_engine engine;
    observations seen;
    samples data({{1, 0}, {1, 0}, {1, 0}, {1, 0}});
    data.all[2].signature = data.all[3].signature = 1;
    collect(engine, m, data.all, seen);
    CHECK(*seen.ranges().find("state") == tensor_range{1, 2, false, {1}});
    CHECK(engine.resets == 3);
  }

  TEST_CASE("NaN in data is refused, with input and sample; infinity is told") {
    CHECK(refusal(samples({{1, 2}, {1, std::nanf("")}}))
              .find("input 'in' of signature 'first' holds NaN in sample 1 of the data") != std::string::npos);
    const aeq::model::model m = doubling_model();
    doubling_engine engine;
    observations seen;
    aeq::warnings notes;
    collect(engine, m, samples({{1, 2}, {1, -std::numeric_limits<float>::infinity()}}).all, seen, {.notes = &notes});
    REQUIRE(notes.all().size() == 1);
    CHECK(notes.all()[0].message.find("infinity in sample 1") != std::string::npos);
  }

  TEST_CASE("what an engine refuses is told with the sample") {
    CHECK(refusal(samples({{1, 2}, {2, 2}, {13, 2}})) == "thirteen (in sample 2)");
    samples wrong({{1, 2}});
    wrong.all[0].signature = 7;
    CHECK(refusal(wrong).find("sample 0 is for signature 7 of 2") != std::string::npos);
  }

  TEST_CASE("signatures that no sample was for are told, with the names of their data") {
    using aeq::execute::signature;
    const std::string model = aeq_test::tests_folder().string() + "/corpus/models/two_signatures_two_graphs.tflite";
    struct one_signature {  // samples of the signature at a place, of ones
      explicit one_signature(const std::vector<signature>& all, std::size_t place, std::size_t times) {
        for (const aeq::execute::port& in : all[place].inputs) {
          shapes.push_back(in.shape);
          std::size_t count = 1;
          for (std::int32_t& extent : shapes.back()) count *= static_cast<std::size_t>(extent = std::max(extent, 1));
          values.emplace_back(count, 1.0f);
        }
        sample made{place, {}};
        for (std::size_t i = 0; i < values.size(); ++i) {
          made.inputs.push_back(
              {.type = aeq::element_type::float32, .data = std::as_bytes(std::span(values[i])), .shape = shapes[i]});
        }
        given.assign(times, made);
      }
      std::vector<std::vector<std::int32_t>> shapes;
      std::vector<std::vector<float>> values;
      std::vector<sample> given;
    };
    for (const bool has_recipe : {false, true}) {
      CAPTURE(has_recipe);
      aeq::quantizer q(model);
      if (has_recipe) q.load_recipe("static_wi8_ai8");
      const std::vector<signature> signatures = aeq::execute::signatures_of(q.source());
      REQUIRE(signatures[1].key == "decode");
      const one_signature first(signatures, 0, 2);
      const observations seen = q.calibrate(first.given);
      CHECK(seen.samples() == 2);
      REQUIRE(q.notes().all().size() == 1);
      CHECK(q.notes().all()[0].place == "signature 'decode'");
      CHECK(q.notes().all()[0].message.starts_with("no sample was run for it"));
      CHECK(q.notes().all()[0].message.ends_with("arrays named 'decode/x'"));
      // Whatever its ranges were made of, a model without them is refused by the name of its signature.
      q.load_recipe("static_wi8_ai8");
      try {
        static_cast<void>(q.quantize());
        FAIL("quantized without ranges");
      } catch (const aeq::error& e) {
        CHECK(e.code() == aeq::error_code::not_quantizable);
        CHECK(std::string(e.what()).find("calibrate with data of signature 'decode' that reaches it") !=
              std::string::npos);
      }
      // Gone on with samples of the other one, all is there.
      aeq::quantizer next(model);
      next.load_recipe("static_wi8_ai8");
      CHECK(next.calibrate(one_signature(signatures, 1, 1).given, {.resume = &seen}).samples() == 3);
      CHECK(next.notes().empty());
      CHECK_NOTHROW(static_cast<void>(next.quantize()));
    }
  }

  TEST_CASE("without any sample every signature is told") {
    aeq::quantizer q(aeq_test::tests_folder().string() + "/corpus/models/two_signatures_two_graphs.tflite");
    static_cast<void>(q.calibrate(std::vector<sample>{}));
    CHECK(q.notes().all().size() == 2);
    aeq::quantizer nameless(aeq_test::tests_folder().string() + "/corpus/models/no_signature.tflite");
    static_cast<void>(nameless.calibrate(std::vector<sample>{}));
    REQUIRE(nameless.notes().all().size() == 1);
    CHECK(nameless.notes().all()[0].place.ends_with("no_signature.tflite"));
  }

  TEST_CASE("an engine of one's own reads the files that the built-in one reads") {
    const std::string folder = aeq_test::tests_folder().string() + "/../examples/digits/";
    aeq::quantizer q(folder + "digits.tflite");
    aeq::execute::interpreter engine(q.source(), {.threads = 1});
    const observations mine = q.calibrate(engine, folder + "digits_calibration.npz", {.samples = 3});
    CHECK(mine.samples() == 3);
    CHECK(mine.ranges().entries() == aeq::quantizer(folder + "digits.tflite")
                                         .calibrate(folder + "digits_calibration.npz", {.samples = 3})
                                         .ranges()
                                         .entries());
    q.load_recipe("dynamic_wi8_afp32");
    CHECK(q.calibrate(engine, "nowhere.npz").samples() == 0);  // no need to look
  }

  TEST_CASE("a plan needs the activations of its static ops") {
    const aeq::model::model m = doubling_model();
    CHECK(aeq::calibrate::needed_tensors(m, aeq_test::plan_for(m, "static_wi8_ai8")) ==
          aeq::calibrate::tensor_names{"x", "y", "state"});
    CHECK(aeq::calibrate::needed_tensors(m, aeq_test::plan_for(m, "dynamic_wi8_afp32")).empty());
    aeq::recipe::plan only_inputs = aeq_test::plan_for(m, "dynamic_wi8_afp32");
    only_inputs.subgraphs[0].inputs.quantize = true;
    only_inputs.subgraphs[0].inputs.scheme.execution_mode = aeq::execution::static_range;
    CHECK(aeq::calibrate::needed_tensors(m, only_inputs) == aeq::calibrate::tensor_names{"x"});
  }
}
