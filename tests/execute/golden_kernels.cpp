// SPDX-License-Identifier: Apache-2.0
// Float models of one op each against what LiteRT's reference kernels answered.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <aeq/execute/interpreter.hpp>
#include <aeq/model/reader.hpp>

#include "support/golden.hpp"
#include "support/shared.hpp"

namespace {

/// A value with its data.
struct golden_value {
  aeq::element_type type = aeq::element_type::float32;
  std::vector<std::int32_t> shape;
  std::vector<float> reals;
  std::vector<std::int32_t> integers;

  explicit golden_value(const boost::json::value& from) : shape(aeq_test::numbers_of<std::int32_t>(from.at("shape"))) {
    if (aeq_test::text_of(from.at("dtype")) == "float32") {
      for (const auto& x : from.at("data").as_array()) {
        reals.push_back(x.is_string() ? aeq_test::number_of<float>(x) : x.to_number<float>());
      }
    } else {
      type = aeq::element_type::int32;
      integers = aeq_test::numbers_of<std::int32_t>(from.at("data"));
    }
  }
  [[nodiscard]] aeq::operand view() const {
    const auto data =
        type == aeq::element_type::float32 ? std::as_bytes(std::span(reals)) : std::as_bytes(std::span(integers));
    return {type, false, data, shape, {}, {}, 0, 0};
  }
};

}  // namespace

TEST_SUITE_BEGIN("execute/golden_kernels");

TEST_CASE("Models of one float op answer as LiteRT does") {
  const auto path = aeq_test::shared_file_or_skip("spec/golden_kernels.json");
  if (!path) return;
  std::ifstream file(*path, std::ios::binary);
  const boost::json::value all =
      boost::json::parse(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  const std::vector<std::string> names{"fc_float",          "conv_float",        "dwconv_float",
                                       "tconv_float",       "bmm_float",         "avgpool_float",
                                       "embedding_int8_pt", "embedding_int8_pc", "embedding_int4_pc"};
  std::size_t seen = 0;
  for (const auto& entry : all.at("cases").as_array()) {
    const std::string name = aeq_test::text_of(entry.at("name"));
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    ++seen;
    CAPTURE(name);
    aeq::warnings notes;
    aeq::execute::interpreter engine(
        aeq::model::read((path->parent_path() / aeq_test::text_of(entry.at("model"))).string(), notes));
    std::vector<golden_value> inputs;
    for (const auto& input : entry.at("inputs").as_array()) inputs.emplace_back(input);
    std::vector<aeq::operand> views;
    for (const golden_value& input : inputs) views.push_back(input.view());
    engine.run(0, views);
    std::size_t index = 0;
    for (const auto& output : entry.at("outputs").as_array()) {
      const golden_value expected(output);
      const aeq::operand ours = engine.output(index++);
      REQUIRE(std::vector(ours.shape.begin(), ours.shape.end()) == expected.shape);
      const auto values = ours.values<float>();
      for (std::size_t i = 0; i < expected.reals.size(); ++i) {
        CHECK(std::fabs(values[i] - expected.reals[i]) <= 1e-6f * (1 + std::fabs(expected.reals[i])));
      }
    }
  }
  CHECK(seen == names.size());
}

TEST_SUITE_END();
