// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include <aeq/calibrate/statistics.hpp>
#include <aeq/quantizer.hpp>

#include "support/folder.hpp"

namespace {

/// What is said of a model whose input has a range; "" if it is quantized.
std::string refusal(const aeq::calibrate::tensor_range& of_x, const char* recipe = "static_wi8_ai8") {
  aeq::quantizer q(aeq_test::tests_folder().string() + "/corpus/models/fc_no_bias.tflite");
  q.load_recipe(recipe);
  aeq::calibrate::statistics ranges;
  ranges.set("x", of_x);
  ranges.set("fc_a", {-1, 1, true, {}});
  q.set_statistics(ranges);
  try {
    static_cast<void>(q.quantize(1));
    return {};
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::not_quantizable);
    return e.what();
  }
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("quantize/activations") {
  TEST_CASE("a range that is not finite, the wrong way round or too wide is an error with tensor and range") {
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(contains(refusal({-1, infinity, true, {}}), "tensor 'x': its range is -1 to inf, which has no scale"));
    CHECK(contains(refusal({infinity, infinity, false, {}}), "tensor 'x': its range is inf to inf, which"));
    CHECK(contains(refusal({1, -1, true, {}}), "tensor 'x': its range is 1 to -1, whose ends are the wrong way"));
    CHECK(contains(refusal({0.5, 0.25, false, {}}), "tensor 'x': its range is 0.5 to 0.25, whose ends"));
    for (const char* recipe : {"static_wi8_ai8", "static_wi8_ai16"}) {
      CHECK(contains(refusal({0, 1e300, true, {}}, recipe), "tensor 'x': its range is 0 to 1e+300, too wide for"));
    }
    CHECK(contains(refusal({-3e38, 3e38, false, {}}), "too wide for a scale of float32"));
  }

  TEST_CASE("a range that is just finite has a scale, and a range of one value too") {
    CHECK(refusal({-1e38, 1e38, false, {}}).empty());
    CHECK(refusal({-3e38, 3e38, true, {}}).empty());
    CHECK(refusal({2, 2, true, {}}).empty());
    CHECK(refusal({0, 0, false, {}}).empty());
  }
}
