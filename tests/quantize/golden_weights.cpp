// SPDX-License-Identifier: Apache-2.0
// Whole weights against golden values: scales, zero points and the bytes of the file, bit for bit. Made by running the
// Python AEQ 0.10; a difference here is a difference in every model that we write.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <flatbuffers/flatbuffer_builder.h>

#include <aeq/io/error.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/quantize/pipeline.hpp>

#include "support/golden.hpp"
#include "support/model_builder.hpp"
#include "support/shared.hpp"

namespace {

using aeq_test::golden_vector;

aeq::format_descriptor weight_format(const golden_vector& v) {
  aeq::format_descriptor format{
      aeq::number_kind::signed_integer, static_cast<std::uint8_t>(v.input.at("num_bits").to_number<int>()),
      v.input.at("symmetric").as_bool() ? aeq::symmetric : aeq::asymmetric, aeq::tensorwise::descriptor};
  const std::string granularity = aeq_test::text_of(v.input.at("granularity"));
  if (granularity == "CHANNELWISE") format.granularity = aeq::channelwise::descriptor;
  if (granularity.starts_with("BLOCKWISE_")) {
    format.granularity = {aeq::granularity_kind::blockwise,
                          static_cast<std::uint16_t>(std::stoi(granularity.substr(10)))};
  }
  return format;
}

/// A model of one op whose second input is the vector's weight, and the plan that quantizes it.
struct one_op {
  explicit one_op(const golden_vector& v) {
    const aeq_test::golden_array weights = v.input_array("weights");
    std::vector<std::int32_t> shape(weights.shape.begin(), weights.shape.end());
    const aeq::op::operation_descriptor* operation = aeq::op::find(aeq_test::text_of(v.input.at("op")));
    REQUIRE(operation != nullptr);
    const std::int32_t input = builder.activation("x", {1, 4});
    weight = builder.constant("w", shape, weights.as<float>());
    const std::int32_t output = builder.activation("y", {1, 4});
    builder.operation(operation->builtin, {input, weight}, {output});
    if (const auto* adj_y = v.input.if_contains("adj_y"); adj_y != nullptr && adj_y->as_bool()) {
      flatbuffers::FlatBufferBuilder options;
      const auto start = options.StartTable();
      options.AddElement<std::uint8_t>(6, 1, 0);  // field 1
      options.Finish(flatbuffers::Offset<flatbuffers::Table>(options.EndTable(start)));
      builder.made.storage.push_back(std::make_shared<const std::vector<std::uint8_t>>(
          options.GetBufferPointer(), options.GetBufferPointer() + options.GetSize()));
      builder.graph().operations[0].options = {
          101, flatbuffers::GetRoot<flatbuffers::Table>(builder.made.storage.back()->data())};
    }
    aeq::recipe::decision d;
    d.operation = operation;
    d.quantize = true;
    d.algorithm = aeq::recipe::algorithm::min_max_uniform_quantize;
    d.scheme = {"golden", aeq::float32::descriptor, weight_format(v), aeq::compute::integer,
                aeq::execution::dynamic_range};
    d.fits = aeq::shared_handler<aeq::min_max_fit>::fits;
    plan.subgraphs.emplace_back().operations.push_back(d);
  }

  aeq_test::model_builder builder;
  aeq::recipe::plan plan;
  std::int32_t weight = 0;
};

bool equal(const golden_vector& v) {
  one_op made(v);
  const aeq::model::model q = aeq::quantize::quantize_model(made.builder.made, made.plan, {.threads = 1});
  const aeq::model::tensor& t = q.subgraphs[0].tensors[static_cast<std::size_t>(made.weight)];
  REQUIRE(t.quantization.has_value());

  const std::vector<std::uint8_t> bytes = aeq_test::bytes_of(q.buffers[t.buffer]);
  std::string hex;
  for (const std::uint8_t b : bytes) {
    constexpr const char* digits = "0123456789abcdef";
    hex += digits[b >> 4];
    hex += digits[b & 15];
  }
  bool same = hex == aeq_test::text_of(v.expect.at("packed_hex"));

  if (const auto* scale_bits = v.expect.if_contains("fp16_scale_bits"); scale_bits != nullptr) {
    const aeq::model::view<aeq::model::schema::blockwise_quantization> details(t.quantization->details.table);
    const aeq::model::tensor& scales = q.subgraphs[0].tensors[static_cast<std::size_t>(details.get<"scales">())];
    const std::vector<std::uint8_t> stored = aeq_test::bytes_of(q.buffers[scales.buffer]);
    const auto expected = aeq_test::numbers_of<std::uint16_t>(*scale_bits);
    same &= stored.size() == 2 * expected.size() && scales.type == aeq::model::tensor_type::float16;
    for (std::size_t i = 0; i < expected.size() && same; ++i) {
      same &= flatbuffers::ReadScalar<std::uint16_t>(stored.data() + 2 * i) == expected[i];
    }
    return same;
  }
  const auto scales = aeq_test::numbers_of<float>(v.expect.at("scale_f32"));
  same &= t.quantization->scale.size() == scales.size();
  for (std::size_t i = 0; i < scales.size() && same; ++i)
    same &= aeq_test::same_bits(t.quantization->scale[i], scales[i]);
  same &= t.quantization->zero_point == v.expected_array("zero_point").as<std::int64_t>();
  const auto& dimension = v.expect.at("quantized_dimension");
  same &= t.quantization->quantized_dimension == (dimension.is_null() ? 0 : dimension.to_number<int>());
  return same;
}

}  // namespace

TEST_SUITE("quantize/golden_weights") {
  TEST_CASE("min_max_uniform_quantize gives the golden scales, zero points and bytes") {
    const auto path = aeq_test::shared_file_or_skip("spec/golden_numerics.json");
    if (!path) return;
    aeq_test::golden_count count;
    for (const golden_vector& v : aeq_test::read_golden(*path)) {
      if (v.kind != "weights" || aeq_test::text_of(v.input.at("algorithm")) != "min_max_uniform_quantize") continue;
      CAPTURE(v.id);
      if (v.expect.contains("error")) {
        one_op made(v);
        bool refused = false;
        try {
          (void)aeq::quantize::quantize_model(made.builder.made, made.plan, {.threads = 1});
        } catch (const aeq::error& e) {
          refused = e.code() == aeq::error_code::not_quantizable;
        }
        CHECK(refused);
        count.count(refused);
        continue;
      }
      const bool same = equal(v);
      CHECK(same);
      count.count(same);
    }
    MESSAGE("weights, min_max_uniform_quantize: " << count.equal << " of " << count.total << " equal");
    CHECK(count.total == 25);
    CHECK(count.equal == count.total);
  }
}
