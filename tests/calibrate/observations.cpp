// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <aeq/calibrate/observations.hpp>
#include <aeq/calibrate/observations_json.hpp>
#include <aeq/calibrate/statistics_json.hpp>
#include <aeq/io/error.hpp>

#include "support/arrays.hpp"
#include "support/golden.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"

namespace {

using aeq::calibrate::observations;
using aeq::calibrate::observed;
using aeq::calibrate::range_kind;
using aeq::calibrate::range_method;
using aeq::calibrate::saved_observations;
using aeq::calibrate::statistics;
using aeq::calibrate::tensor_range;

const std::vector<range_method> methods{
    {range_kind::minmax}, {range_kind::moving_average}, {range_kind::percentile, 99.5}, {range_kind::entropy}};

template <class T>
void observe(observations& into, const std::string& tensor, const std::vector<T>& values,
             const std::vector<std::int32_t>& shape) {
  const aeq::operand value{
      .type = aeq_test::type_of<T>, .data = std::as_bytes(std::span(values)), .shape = std::span(shape)};
  into.observe(into.place_of(tensor), value, into.samples());
}
template <class T>
void observe(observations& into, const std::string& tensor, const std::vector<T>& values) {
  observe(into, tensor, values, {static_cast<std::int32_t>(values.size())});
}

/// Observations of some samples of two tensors, by number.
observations of_samples(const range_method& method, int first, int last) {
  observations all(method);
  for (int i = first; i < last; ++i) {
    std::mt19937 random(static_cast<unsigned>(i));
    std::normal_distribution<float> normal(0.1f * static_cast<float>(i), 1.0f + static_cast<float>(i % 3));
    std::vector<float> x(300);
    for (float& v : x) v = normal(random);
    observe(all, "x", x, {1, 300});
    if (i % 2 == 0) observe(all, "sometimes", std::vector<float>{x[0], x[1]});
    all.count_sample();
  }
  return all;
}

void check_same(const statistics& a, const statistics& b, bool exactly) {
  REQUIRE(a.size() == b.size());
  for (const auto& [tensor, range] : a.entries()) {
    const std::string name = tensor;
    CAPTURE(name);
    REQUIRE(b.find(name) != nullptr);
    const tensor_range& other = *b.find(name);
    if (exactly) {
      CHECK(range == other);
    } else {
      CHECK(range.lowest == doctest::Approx(other.lowest).epsilon(1e-6));
      CHECK(range.highest == doctest::Approx(other.highest).epsilon(1e-6));
    }
  }
}

std::string refusal(const std::string& text) {
  try {
    (void)aeq::calibrate::parse_observations(text, "s.json");
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::bad_input);
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_SUITE("calibrate/observations") {
  TEST_CASE("methods have names") {
    for (const range_method& method : methods) {
      CHECK(aeq::calibrate::parse_range_method(aeq::calibrate::to_text(method)) == method);
    }
    CHECK(aeq::calibrate::to_text({range_kind::percentile, 99}) == "percentile=99");
    for (const char* wrong : {"", "max", "percentile", "percentile=", "percentile=50", "percentile=101", "percentile=x",
                              "percentile=nan", "percentile=99%"}) {
      CAPTURE(wrong);
      CHECK(!aeq::calibrate::parse_range_method(wrong));
    }
  }

  TEST_CASE("minmax, of floats and integers, keeps type and rank") {
    observations all;
    observe<float>(all, "x", {1, -2, 3, 0.5f}, {1, 2, 2});
    observe<float>(all, "x", {0, 5}, {1, 2, 1});
    observe<std::int32_t>(all, "i", {1, 5});
    observe<std::int8_t>(all, "b", {-128, 5}, {2});
    observe<float>(all, "scalar", {3}, {});
    observe<float>(all, "empty", {}, {0});
    const statistics s = all.ranges();
    CHECK(*s.find("x") == tensor_range{-2, 5, false, {1, 1, 1}});
    CHECK(*s.find("i") == tensor_range{1, 5, true, {1}});
    CHECK(*s.find("b") == tensor_range{-128, 5, true, {1}});
    CHECK(*s.find("scalar") == tensor_range{3, 3, false, {}});
    CHECK(s.find("empty") == nullptr);
    CHECK(all.find("x")->samples == 2);
  }

  TEST_CASE("the moving average is that of the Python tool, by the golden file") {
    const auto path = aeq_test::shared_file_or_skip("spec/golden_numerics.json");
    if (!path) return;
    int found = 0;
    for (const aeq_test::golden_vector& v : aeq_test::read_golden(*path)) {
      if (v.kind != "moving_average") continue;
      ++found;
      CAPTURE(v.id);
      const std::string type = aeq_test::text_of(v.input.at("dtype"));
      const auto low = aeq_test::numbers_of<double>(v.input.at("min"));
      const auto high = aeq_test::numbers_of<double>(v.input.at("max"));
      observations all({range_kind::moving_average});
      for (std::size_t i = 0; i < low.size(); ++i) {
        if (type == "int32") {
          observe<std::int32_t>(all, "x", {static_cast<std::int32_t>(low[i]), static_cast<std::int32_t>(high[i])});
        } else {
          observe<float>(all, "x", {static_cast<float>(low[i]), static_cast<float>(high[i])});
        }
        if (type == "float64") {  // what was loaded is float64, and so is what comes of it
          observations start({range_kind::moving_average});
          observed loaded;
          loaded.seen = true;
          loaded.range = {-0.1, 0.3, true, {1}};
          start.set("x", loaded);
          observe<float>(start, "x", {0.1f, 0.2f});
          CHECK(start.ranges().find("x")->wide);
          CHECK(start.ranges().find("x")->lowest == 0.95 * -0.1 + (1.0 - 0.95) * static_cast<double>(0.1f));
        }
      }
      if (type == "float64") continue;
      const tensor_range range = *all.ranges().find("x");
      CHECK(range.lowest == v.expected_array("min").as<double>()[0]);
      CHECK(range.highest == v.expected_array("max").as<double>()[0]);
      CHECK(range.wide == (v.expected_array("min").dtype == "float64"));
    }
    CHECK(found == 3);
  }

  TEST_CASE("the range of a sample is that of the Python tool, by the golden file") {
    const auto path = aeq_test::shared_file_or_skip("spec/golden_numerics.json");
    if (!path) return;
    int found = 0;
    for (const aeq_test::golden_vector& v : aeq_test::read_golden(*path)) {
      if (v.kind != "activation_min_max" || v.input_array("x").dtype != "float32") continue;
      ++found;
      CAPTURE(v.id);
      const aeq_test::golden_array x = v.input_array("x");
      observations all({range_kind::moving_average});
      observe(all, "x", x.as<float>(), {x.shape.begin(), x.shape.end()});
      const tensor_range range = *all.ranges().find("x");
      CHECK(aeq_test::same_bits(range.lowest, v.expected_array("min").as<double>()[0]));
      CHECK(aeq_test::same_bits(range.highest, v.expected_array("max").as<double>()[0]));
      CHECK(range.shape.size() == v.expected_array("min").shape.size());
    }
    CHECK(found == 8);
  }

  TEST_CASE("an average, to the bit") {  // 0.95 and 1 - 0.95 as float32, each operation rounded
    observations all({range_kind::moving_average});
    observe<float>(all, "x", {-1, 2});
    observe<float>(all, "x", {-3, 5});
    const tensor_range range = *all.ranges().find("x");
    CHECK(range.lowest == static_cast<double>(0x1.e66666p-1f * -1.0f + 0x1.99999ap-5f * -3.0f));
    CHECK(range.lowest == doctest::Approx(-1.1));
    CHECK(range.highest == doctest::Approx(2.15));
  }

  TEST_CASE("NaN and infinities are left out, and told with tensor and sample") {
    const float infinity = std::numeric_limits<float>::infinity();
    observations all;
    observe<float>(all, "good", {1});
    all.count_sample();
    observe<float>(all, "bad", {1, std::nanf(""), infinity});
    all.count_sample();
    observe<float>(all, "bad", {2, -infinity});
    CHECK(*all.ranges().find("bad") == tensor_range{1, 2, false, {1}});
    aeq::warnings notes;
    all.tell(notes);
    REQUIRE(notes.all().size() == 1);
    CHECK(notes.all()[0].place == "tensor \"bad\"");
    CHECK(notes.all()[0].message ==
          "holds 1 times NaN and 2 times infinity, first in sample 1 and in 2 of them; its range leaves that out");
  }

  TEST_CASE("merging gives what going on gives, and is associative") {
    for (const range_method& method : methods) {
      CAPTURE(aeq::calibrate::to_text(method));
      const bool exactly = method.kind != range_kind::moving_average;
      const observations whole = of_samples(method, 0, 30);
      const observations a = of_samples(method, 0, 5);
      const observations b = of_samples(method, 5, 17);
      const observations c = of_samples(method, 17, 30);
      observations left = a;
      left.merge(b, "a", "b");
      left.merge(c, "ab", "c");
      observations right = b;
      right.merge(c, "b", "c");
      observations first = a;
      first.merge(right, "a", "bc");
      CHECK(left.samples() == 30);
      CHECK(left.find("x")->samples == 30);
      CHECK(left.find("sometimes")->samples == 15);
      check_same(left.ranges(), whole.ranges(), exactly);
      check_same(first.ranges(), whole.ranges(), exactly);
      check_same(first.ranges(), left.ranges(), exactly);
    }
  }

  TEST_CASE("what is saved can be gone on with, to the bit, and is read as ranges too") {
    for (const range_method& method : methods) {
      CAPTURE(aeq::calibrate::to_text(method));
      const observations a = of_samples(method, 0, 5);
      const std::string text = to_text(a);
      saved_observations again = aeq::calibrate::parse_observations(text, "s.json");
      CHECK(again.says_method);
      CHECK(again.seen.method() == method);
      CHECK(again.seen.samples() == 5);
      CHECK(to_text(again.seen) == text);
      CHECK(again.seen.entries() == a.entries());
      check_same(aeq::calibrate::parse_statistics(text, "s.json"), a.ranges(), true);
      observations gone_on = a;
      for (observations* o : {&gone_on, &again.seen}) {
        for (float i = 0; i < 5; ++i) observe<float>(*o, "x", {i, -7.25f / (i + 1)});
      }
      check_same(gone_on.ranges(), again.seen.ranges(), true);
    }
  }

  TEST_CASE("files of other tools can be gone on with, as far as they say enough") {
    const aeq_test::scratch work;
    const std::string theirs = work.path("theirs.json");
    aeq_test::put(theirs, R"({"model_qsvs": {"x": {"min": [[-1.0]], "max": [[1.0]]}},
                              "metadata": {"num_samples_calibrated": 4}})");
    using aeq::calibrate::resume_from;
    observations plain = resume_from(theirs, std::nullopt);
    CHECK(plain.method() == range_method{});
    CHECK(plain.samples() == 4);
    observe<float>(plain, "x", {-0.5f, 3}, {1, 2});
    CHECK(*plain.ranges().find("x") == tensor_range{-1, 3, true, {1, 1}});
    observations average = resume_from(theirs, range_method{range_kind::moving_average});
    observe<float>(average, "x", {-3, 3}, {1, 2});
    CHECK(average.ranges().find("x")->highest == doctest::Approx(1.1));
    CHECK_THROWS_AS((void)resume_from(theirs, range_method{range_kind::entropy}), aeq::error);
    const std::string ours = work.path("ours.json");
    aeq_test::put(ours, to_text(of_samples({range_kind::entropy}, 0, 3)));
    CHECK(resume_from(ours, std::nullopt).method().kind == range_kind::entropy);
    CHECK_THROWS_AS((void)resume_from(ours, range_method{}), aeq::error);

    using aeq::calibrate::merge_saved;
    const std::vector<std::string> twice{theirs, theirs};
    CHECK(*merge_saved(twice).ranges().find("x") == tensor_range{-1, 1, true, {1, 1}});
    const std::string averaged = work.path("averaged.json");
    aeq_test::put(averaged, to_text(of_samples({range_kind::moving_average}, 0, 3)));
    CHECK(merge_saved(std::vector{theirs, averaged}).method().kind == range_kind::moving_average);
    for (const auto& wrong : {std::vector{averaged, theirs}, std::vector{ours, averaged}, std::vector{theirs, ours}}) {
      CHECK_THROWS_AS((void)merge_saved(wrong), aeq::error);
    }
  }

  TEST_CASE("damaged observations are refused") {
    const std::string head =
        R"({"format": "qsv/1", "ranges": "percentile=99", "samples": 3, "tensors": {"x": {"min": 0, "max": 1, )";
    CHECK(refusal(head + R"("seen": {"min": 0, "max": 1}, "histogram": {"exponent": 0, "zeros": 1, "negative": [],
                            "positive": [1, 2]}}}})") == "accepted");
    const auto has = [&](const std::string& rest, const std::string& part) {
      const std::string said = refusal(head + rest + "}}}");
      INFO(said);
      CHECK(said.find(part) != std::string::npos);
    };
    has(R"("histogram": {})", "both are wanted");
    has(R"("seen": {}, "histogram": {})", "has no \"min\"");
    has(R"("seen": {"min": 0, "max": 1}, "histogram": 3)", "\"histogram\" has no \"exponent\"");
    has(R"("seen": {"min": 0, "max": 1}, "histogram": {"exponent": 500})", "\"exponent\" is not from -126 to 117");
    has(R"("seen": {"min": 0, "max": 1}, "histogram": {"exponent": 0, "zeros": -1})", "\"zeros\" is no number");
    has(R"("seen": {"min": 0, "max": 1}, "histogram": {"exponent": 0, "zeros": 0, "negative": 3})", "is no list");
    has(R"("seen": {"min": 0, "max": 1}, "histogram": {"exponent": 0, "zeros": 0, "negative": [1.5]})", "is no number");
    has(R"("samples": "3")", "\"samples\" is no number");
    has(R"("first": 3)", "is no object");
    CHECK(refusal(R"({"format": "qsv/1", "ranges": "average", "tensors": {}})").find("minmax, moving-average") !=
          std::string::npos);
    CHECK(refusal(R"({"format": "qsv/1", "samples": -1, "tensors": {}})").find("\"samples\" is no number") !=
          std::string::npos);
  }
}
