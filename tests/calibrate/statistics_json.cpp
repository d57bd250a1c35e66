// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <aeq/calibrate/statistics_json.hpp>
#include <aeq/io/error.hpp>

namespace {

using aeq::calibrate::parse_statistics;
using aeq::calibrate::statistics;
using aeq::calibrate::tensor_range;

std::string message_of(const std::string& text) {
  try {
    (void)parse_statistics(text, "s.json");
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::bad_input);
    return e.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("calibrate/statistics_json") {
  TEST_CASE("our format keeps type and shape, whatever way a number is written in") {
    const statistics s = parse_statistics(R"({"format": "qsv/1", "tensors": {
        "x": {"min": {"dtype": "float32", "shape": [1, 1], "values": ["-0x1.8p+1"]},
              "max": {"dtype": "float32", "shape": [1, 1], "values": ["0x1.99999ap-4"]}, "num_samples": 3},
        "y": {"min": {"dtype": "float64", "shape": [], "base64": "AAAAAAAA8L8="},
              "max": {"dtype": "float64", "shape": [], "values": [2]}}}})",
                                          "s.json");
    REQUIRE(s.size() == 2);
    CHECK(*s.find("x") == tensor_range{-3.0, static_cast<double>(0.1f), false, {1, 1}});
    CHECK(*s.find("y") == tensor_range{-1.0, 2.0, true, {}});
    CHECK(s.find("z") == nullptr);
  }

  TEST_CASE("what the Python tool saves is float64, correctly rounded") {
    const statistics s = parse_statistics(
        R"({"model_qsvs": {"x": {"min": [[-0.10000000149011612]], "max": [[1e-320]], "num_samples": 1}},
            "metadata": {"num_samples_calibrated": 2}})",
        "s.json");
    CHECK(*s.find("x") == tensor_range{-0.10000000149011612, 1e-320, true, {1, 1}});
    const statistics bare =
        parse_statistics(R"({"x": {"min": [NaN], "max": [-Infinity]}, "N\"a": {"min": 1, "max": 2}})", "s.json");
    CHECK(std::isnan(bare.find("x")->lowest));
    CHECK(bare.find("x")->highest == -HUGE_VAL);
    CHECK(bare.find("N\"a")->highest == 2.0);
  }

  TEST_CASE("what is written reads back the same") {
    statistics s;
    s.set("a", {-0.1, 1e300, true, {}});
    s.set("b \"quoted\"", {static_cast<double>(-0.1f), 0.0, false, {1, 1, 1}});
    s.set("c", {-HUGE_VAL, std::nan(""), true, {1}});
    const statistics again = parse_statistics(to_text(s), "s.json");
    REQUIRE(again.size() == 3);
    CHECK(*again.find("a") == *s.find("a"));
    CHECK(*again.find("b \"quoted\"") == *s.find("b \"quoted\""));
    CHECK(again.find("c")->lowest == -HUGE_VAL);
    CHECK(std::isnan(again.find("c")->highest));
  }

  TEST_CASE("bad files are refused with file, tensor and what is wanted") {
    CHECK(message_of("").find("s.json: is no JSON") != std::string::npos);
    CHECK(message_of("[1]").find("is no object") != std::string::npos);
    CHECK(message_of("{\"x\": {}}").find("tensor \"x\": has no \"min\" and \"max\"") != std::string::npos);
    CHECK(message_of("{\"x\": 3}").find("tensor \"x\": is no object") != std::string::npos);
    CHECK(message_of(R"({"x": {"min": [1, 2], "max": [3, 4]}})").find("one is wanted") != std::string::npos);
    CHECK(message_of(R"({"x": {"min": "a", "max": 1}})").find("\"min\" is no number") != std::string::npos);
    CHECK(message_of(R"({"format": "qsv/2", "tensors": {}})").find("\"qsv/1\" is known") != std::string::npos);
    CHECK(message_of(R"({"format": "qsv/1"})").find("/tensors: an object of tensors is wanted") != std::string::npos);
    CHECK(message_of(R"({"x": {"min": {"dtype": "float32", "shape": [2], "base64": ""}, "max": 1}})") != "");
    CHECK(message_of(R"({"x": {"min": 1, "max": 2}} {})").find("more text") != std::string::npos);
  }
}
