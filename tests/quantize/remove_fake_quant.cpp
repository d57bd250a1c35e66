// SPDX-License-Identifier: Apache-2.0
// Models with FAKE_QUANT, quantized without statistics.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <aeq/calibrate/fake_quant.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/model/writer.hpp>
#include <aeq/quantize/pipeline.hpp>
#include <aeq/quantize/transform/remove_fake_quant.hpp>
#include <aeq/quantize/weight.hpp>
#include <aeq/quantizer.hpp>
#include <aeq/recipe/json.hpp>

#include "support/folder.hpp"
#include "support/model_builder.hpp"

namespace {

using aeq::model::tensor;

aeq::quantizer quantizer_for(const std::string& model, const std::string& recipe) {
  aeq::quantizer q(aeq_test::tests_folder().string() + "/corpus/models/" + model + ".tflite");
  recipe.starts_with('[') ? q.set_recipe(aeq::recipe::parse(recipe, "r.json")) : q.load_recipe(recipe);
  return q;
}

/// "CONV_2D(x,w)->y", constants without a bias left out.
std::vector<std::string> listing(const aeq::model::model& m) {
  std::vector<std::string> lines;
  for (const aeq::model::operation& o : m.subgraphs[0].operations) {
    std::string line(aeq::op::builtin_name(m.builtin(o)));
    line += '(';
    for (const std::int32_t t : o.inputs) {
      const tensor& one = m.subgraphs[0].tensors[static_cast<std::size_t>(t)];
      if (!m.is_constant(one)) line += *one.name;
    }
    line += ")->" + *m.subgraphs[0].tensors[static_cast<std::size_t>(o.outputs[0])].name;
    lines.push_back(std::move(line));
  }
  return lines;
}

const tensor& named(const aeq::model::model& m, const std::string& name) {
  const std::vector<tensor>& all = m.subgraphs[0].tensors;
  const auto found = std::find_if(all.begin(), all.end(), [&](const tensor& t) { return *t.name == name; });
  REQUIRE(found != all.end());
  return *found;
}

bool has_code(const aeq::model::model& m, aeq::op::code code) {
  return std::any_of(m.operator_codes.begin(), m.operator_codes.end(),
                     [&](const aeq::model::operator_code& c) { return c.builtin == code; });
}

using lines = std::vector<std::string>;

}  // namespace

TEST_SUITE("quantize/remove_fake_quant") {
  TEST_CASE("a trained network needs no statistics, and no FAKE_QUANT is left, not even its operator code") {
    aeq::quantizer q = quantizer_for("fake_quant_cnn", "static_wi8_ai8");
    q.set_integers_only(true);
    const aeq::model::model m = q.quantize(1);
    CHECK(q.notes().empty());
    CHECK(listing(m) == lines{"CONV_2D(x)->conv", "DEPTHWISE_CONV_2D(conv)->dw", "MAX_POOL_2D(dw)->pool",
                              "RESHAPE(pool)->flat", "FULLY_CONNECTED(flat)->logits",
                              "SOFTMAX(logits)->probabilities"});
    CHECK_FALSE(has_code(m, aeq::op::code::fake_quant));
    CHECK(named(m, "x").quantization->scale == std::vector<float>{0.0078125f});
    CHECK(named(m, "x").quantization->zero_point == std::vector<std::int64_t>{0});
    CHECK(named(m, "conv").quantization->scale == std::vector<float>{0.015625f});
    CHECK(named(m, "dw").quantization->scale == std::vector<float>{10.0f / 255});
    CHECK(named(m, "flat").quantization->scale == named(m, "dw").quantization->scale);
    // The output of the graph and its signature is the tensor that it was.
    CHECK(m.subgraphs[0].tensors[static_cast<std::size_t>(m.subgraphs[0].outputs[0])].name == "logits");
    CHECK(m.signatures[0].outputs[0].tensor == static_cast<std::uint32_t>(m.subgraphs[0].outputs[0]));
    // It can be written, and read again; the float weights are not in the file.
    aeq::warnings notes;
    const std::vector<std::uint8_t> bytes = aeq::model::to_bytes(m, 1);
    const aeq::model::model again = aeq::model::read(aeq::io::input_file::from_memory(bytes, "m"), notes);
    CHECK(notes.empty());
    CHECK(named(again, "conv/w").buffer == 0);
    CHECK(bytes.size() < 4384);
  }

  TEST_CASE("weights on a grid keep its steps and its scale in all channels") {
    aeq::quantizer q = quantizer_for("fake_quant_narrow", "static_wi8_ai8");
    const aeq::model::model& source = q.source();
    const aeq::model::model m = q.quantize(1);
    const tensor& a = named(m, "a/w_trained");
    CHECK(a.type == aeq::model::tensor_type::int8);
    CHECK(a.quantization->scale == std::vector<float>(8, (0.635f + 0.635f) / 254));
    const std::vector<std::uint8_t> bytes = aeq_test::bytes_of(m.buffers[a.buffer]);
    std::vector<float> scratch;
    const tensor& before = named(source, "a/w");
    const aeq::quantize::weight values(source, before, "a/w", aeq::quantize::layout_of(before.shape));
    const float* floats = values.values(0, bytes.size(), scratch);
    const aeq::calibrate::fake_quant_grid grid = aeq::calibrate::fake_quant{-0.635f, 0.635f, 8, true}.grid();
    int lowest = 0, highest = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const int made = static_cast<std::int8_t>(bytes[i]);
      CHECK(made == grid.step_of(floats[i]));
      lowest = std::min(lowest, made);
      highest = std::max(highest, made);
    }
    CHECK(lowest == -127);  // values beyond the range are cut off, and a narrow range has no -128
    CHECK(highest == 127);
    // Four bits in eight: the same steps, -7 to 7.
    const tensor& b = named(m, "b/w_trained");
    CHECK(b.quantization->scale == std::vector<float>(8, (0.7f + 0.7f) / 14));
    for (const std::uint8_t byte : aeq_test::bytes_of(m.buffers[b.buffer])) {
      CHECK(std::abs(static_cast<std::int8_t>(byte)) <= 7);
    }
    // Zero off the middle: steps beyond 127, so every channel gets a scale of its own.
    const std::vector<float> own = named(m, "c/w_trained").quantization->scale;
    CHECK(own.size() == 4);
    CHECK(own[0] != own[1]);
  }

  TEST_CASE("weights are on their grid in every mode; where the format is too small for it they are as any other") {
    const aeq::model::model dynamic = quantizer_for("fake_quant_cnn", "dynamic_wi8_afp32").quantize(1);
    CHECK(named(dynamic, "conv/w_trained").quantization->scale == std::vector<float>(8, 0.00390625f));
    CHECK(has_code(dynamic, aeq::op::code::fake_quant));  // activations are floats, and rounded as before
    const aeq::model::model small = quantizer_for("fake_quant_cnn", "dynamic_wi4_afp32").quantize(1);
    const std::vector<float> own = named(small, "conv/w_trained").quantization->scale;
    CHECK(own.size() == 8);
    CHECK(own[0] > 10 * 0.00390625f);
    const aeq::model::model four = quantizer_for("fake_quant_narrow", "static_wi4_ai8").quantize(1);
    CHECK(named(four, "b/w_trained").type == aeq::model::tensor_type::int4);
    CHECK(named(four, "b/w_trained").quantization->scale == std::vector<float>(8, (0.7f + 0.7f) / 14));
  }

  TEST_CASE("between operators that stay float a FAKE_QUANT stays; beside integers QUANTIZE does its work") {
    aeq::quantizer q = quantizer_for("fake_quant_around_floats", "static_wi8_ai8");
    q.set_input_type(aeq::recipe::edge_type::float32);
    q.set_output_type(aeq::recipe::edge_type::float32);
    const aeq::model::model m = q.quantize(1);
    CHECK(listing(m) == lines{"QUANTIZE(x)->x_quantized", "FULLY_CONNECTED(x_quantized)->fc_a",
                              "DEQUANTIZE(fc_a)->fc_a_dequant", "COS(fc_a_dequant)->cos",
                              "FAKE_QUANT(cos)->cos_trained", "SIN(cos_trained)->sin", "QUANTIZE(sin)->sin_quantized",
                              "FULLY_CONNECTED(sin_quantized)->y", "DEQUANTIZE(y)->y_dequant", "COS(x)->cos_of_x"});
  }

  TEST_CASE("what nobody quantizes stays as it is") {
    const aeq::model::model m =
        quantizer_for("fake_quant_cnn", R"([{"regex": "conv", "operation": "*", "algorithm_key": "no_quantize"}])")
            .quantize(1);
    CHECK(listing(m) == listing(quantizer_for("fake_quant_cnn", "dynamic_wi8_afp32").source()));
  }

  TEST_CASE("a variable is not made a constant, nor one with another tensor") {
    for (const bool is_constant : {false, true}) {
      CAPTURE(is_constant);
      aeq::quantizer q = quantizer_for("fake_quant_cnn", "static_wi8_ai8");
      aeq::model::model m = q.source();
      const auto position = [&](const std::string& name) {
        return static_cast<std::size_t>(&named(m, name) - m.subgraphs[0].tensors.data());
      };
      const std::string variable = is_constant ? "conv/w_trained" : "x_trained";
      REQUIRE(m.is_constant(m.subgraphs[0].tensors[position(is_constant ? "conv/w" : "x")]) == is_constant);
      m.subgraphs[0].tensors[position(variable)].is_variable = true;
      aeq::warnings notes;
      aeq::recipe::plan plan = aeq_test::plan_for(m, "static_wi8_ai8");
      (void)aeq::quantize::remove_fake_quant(m, plan, &notes);
      CHECK(named(m, variable).buffer == 0);
      CHECK(std::any_of(m.subgraphs[0].operations.begin(), m.subgraphs[0].operations.end(), [&](const auto& o) {
        return m.builtin(o) == aeq::op::code::fake_quant &&
               o.outputs[0] == static_cast<std::int32_t>(position(variable));
      }));
    }
  }

  TEST_CASE("a second FAKE_QUANT of another range stays, with a warning; one of the same range goes") {
    aeq::quantizer q = quantizer_for("fake_quant_sharing", "static_wi8_ai8");
    const aeq::model::model m = q.quantize(1);
    REQUIRE(q.notes().all().size() == 1);
    CHECK(q.notes().all()[0].message.find("its FAKE_QUANT stays") == 0);
    CHECK(q.notes().all()[0].place.find("tensor 'a_thin'") != std::string::npos);
    const lines made = listing(m);
    CHECK(std::count(made.begin(), made.end(), "FAKE_QUANT(fc_a_dequant)->a_thin") == 1);
    CHECK(std::count_if(made.begin(), made.end(), [](const std::string& l) { return l.starts_with("FAKE_QUANT"); }) ==
          1);
    CHECK(std::count(made.begin(), made.end(), "FULLY_CONNECTED(x)->fc_b") == 1);
    // One weight, three readers: two grids, and the values as they were.
    CHECK(named(m, "w_a").quantization->scale[0] == 0.0078125f);
    CHECK(named(m, "w_b").quantization->scale[0] == 0.5f / 127);  // some of its values are on step -128
    CHECK(named(m, "w").buffer != 0);
    CHECK(named(m, "w").quantization->scale.size() == 1);
  }

  TEST_CASE("a trained range goes before statistics, a noted one stands in for them") {
    aeq::calibrate::statistics given;
    given.set("x", {-5, 5, false, {}});
    aeq::quantizer trained = quantizer_for("fake_quant_cnn", "static_wi8_ai8");
    trained.set_statistics(given);
    CHECK(named(trained.quantize(1), "x").quantization->scale == std::vector<float>{0.0078125f});
    aeq::quantizer noted = quantizer_for("noted_ranges", "static_wi8_ai8");
    const aeq::model::model plain = noted.quantize(1);
    CHECK(named(plain, "x").quantization->scale == std::vector<float>{2.0f / 255});
    CHECK(named(plain, "fc").quantization->scale == std::vector<float>{12.0f / 255});
    CHECK(named(plain, "y").quantization->scale == std::vector<float>{12.0f / 255});
    CHECK(named(plain, "w").quantization->scale[0] < 0.5f / 127);  // of its values, whatever the file notes
    noted.set_statistics(given);
    const aeq::model::model with_statistics = noted.quantize(1);
    CHECK(named(with_statistics, "x").quantization->scale == std::vector<float>{10.0f / 255});
    CHECK(named(with_statistics, "fc").quantization->scale == std::vector<float>{12.0f / 255});
  }

  TEST_CASE("whatever FAKE_QUANTs read and write, quantizing ends, with a model or an error") {
    aeq::warnings notes;
    const std::string path = aeq_test::tests_folder().string() + "/corpus/models/fake_quant_sharing.tflite";
    const aeq::model::model whole = aeq::model::read(path, notes);
    std::uint64_t state = 7;
    const auto any_tensor = [&] {
      state = state * 6364136223846793005u + 1442695040888963407u;
      return static_cast<std::int32_t>((state >> 33) % whole.subgraphs[0].tensors.size());
    };
    int made = 0, refused = 0;
    for (int round = 0; round < 3000; ++round) {
      aeq::model::model m = whole;
      for (aeq::model::operation& o : m.subgraphs[0].operations) {
        if (m.builtin(o) != aeq::op::code::fake_quant) continue;
        if (round % 3 != 0) o.inputs[0] = any_tensor();
        if (round % 3 != 1) o.outputs[0] = any_tensor();
      }
      aeq::quantizer q(std::move(m));
      q.load_recipe(round % 2 == 0 ? "static_wi8_ai8" : "weight_only_wi8_afp32");
      try {
        static_cast<void>(q.quantize(1));
        ++made;
      } catch (const aeq::error&) {
        ++refused;
      }
    }
    CHECK(made > 1000);
    CHECK(refused > 500);
  }

  TEST_CASE("the file is the same however scales are found and by how many threads") {
    for (const char* model : {"fake_quant_cnn", "fake_quant_narrow", "fake_quant_sharing"}) {
      for (const char* recipe : {"static_wi8_ai8", "static_wi8_ai16", "dynamic_wi8_afp32", "weight_only_wi8_afp32"}) {
        CAPTURE(model);
        CAPTURE(recipe);
        aeq::quantizer q = quantizer_for(model, recipe);
        const aeq::recipe::plan plan = q.plan();
        aeq::quantize::pipeline_options streaming;
        streaming.threads = 2;
        streaming.when = aeq::quantize::scale_time::while_writing;
        CHECK(aeq::model::to_bytes(q.quantize(plan, 1), 1) ==
              aeq::model::to_bytes(aeq::quantize::quantize_model(q.source(), plan, streaming), 2));
      }
    }
  }
}
