// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <aeq/validate/comparison.hpp>
#include <aeq/validate/report/html.hpp>
#include <aeq/validate/report/json.hpp>
#include <aeq/validate/report/model_explorer.hpp>
#include <aeq/validate/report/text.hpp>
#include <aeq/validate/sizes.hpp>

#include "support/model_builder.hpp"

namespace {

using namespace aeq::validate;

/// Two tensors, one layer that ran alone, one that could not.
comparison_result small_result() {
  comparison_result r;
  r.reference = "float.tflite";
  r.target = "small.tflite";
  r.reference_bytes = 4000;
  r.target_bytes = 1000;
  r.data = "test.npz";
  r.metrics = {metric::mse, metric::sqnr};
  signature_result& s = r.signatures.emplace_back();
  s.key = "serve";
  s.samples = 2;
  tensor_result y;
  y.name = "y";
  y.group = tensor_group::output;
  y.reference_type = "FLOAT32";
  y.target_type = "INT8";
  y.samples = 2;
  y.values = {0.5, 10};
  y.strength = {100, 10, 20};
  y.lowest = -1;
  y.highest = 3;
  y.range = value_range{-1.5, 2};
  y.clipped = 5;
  y.saturated = {1, 6};
  tensor_result x;
  x.name = "x \xff";
  x.group = tensor_group::input;
  x.samples = 2;
  x.reference_type = x.target_type = "FLOAT32";
  x.values = {0, std::numeric_limits<double>::infinity()};
  x.strength = {50, 0, 20};
  s.tensors = {y, x};
  layer_result bad;
  bad.op = "CONV_2D";
  bad.operation = 3;
  bad.tensor = "y";
  bad.total = {100, 10, 20};
  bad.own = power{100, 1, 20};
  bad.inherited = power{100, 0, 20};
  layer_result unknown = bad;
  unknown.op = "WHILE";
  unknown.own.reset();
  unknown.inherited.reset();
  s.layers = {bad, unknown};
  r.labels = top_1{"y", 4, 3, 2, 1};
  return r;
}

}  // namespace

TEST_CASE("A report for people says sizes, outputs, layers and what is clipped") {
  CHECK(report_text(small_result(), 1) == R"(reference  float.tflite  3.9 KiB
target     small.tflite   1000 B
data       test.npz, 2 samples
top-1      75.00 % of the reference, 50.00 % of the target; both have the same answer for 25.00 %

signature 'serve', 2 samples
output  type  mse     sqnr
y       INT8  0.5  10.0 dB

layers, the one with the most noise of its own first
  op           output      own  inherited  together
   3  CONV_2D  y       20.0 dB      exact   10.0 dB
  and 1 more

values beyond what their type holds
  tensor  type  clipped  saturated  values   range
  y       INT8  25.00 %    30.00 %  -1 to 3  -1.5 to 2
)");
  CHECK(report_text(small_result()).find("WHILE    y       unknown    unknown   10.0 dB") != std::string::npos);
}

TEST_CASE("A report for programs has everything, and nothing that is no JSON") {
  aeq::warnings notes;
  notes.add("here", "look");
  const std::vector<std::string> failed{"output 'y': too far"};
  const boost::json::value v = boost::json::parse(report_json(small_result(), failed, notes));
  CHECK(v.at("format").as_string() == "validation/1");
  CHECK(v.at("target").at("bytes").to_number<int>() == 1000);
  const boost::json::value& s = v.at("signatures").at(0);
  const boost::json::value& y = s.at("tensors").at(0);
  CHECK(y.at("metrics").at("mse").as_double() == 0.5);
  CHECK(y.at("range").at(0).as_double() == -1.5);
  CHECK(y.at("saturated").at(1).to_number<int>() == 6);
  CHECK(y.at("clipped").to_number<int>() == 5);
  CHECK(s.at("tensors").at(1).at("name").as_string() == "x \\xff");
  CHECK(s.at("tensors").at(1).at("metrics").at("sqnr").is_null());
  CHECK_FALSE(s.at("tensors").at(1).as_object().contains("range"));
  CHECK(s.at("layers").at(0).at("own_noise").as_double() == 0.01);
  CHECK(s.at("layers").at(0).at("noise").as_double() == 0.1);
  CHECK(s.at("layers").at(1).at("own_noise").is_null());
  CHECK(v.at("top_1").at("target_right").to_number<int>() == 2);
  CHECK(v.at("failed").at(0).as_string() == "output 'y': too far");
  CHECK(v.at("warnings").at(0).as_string() == "here: look");
}

TEST_CASE("A page for a browser takes names as text, and needs nothing else") {
  comparison_result r = small_result();
  r.target = "<script>alert(1)</script>.tflite";
  r.signatures[0].tensors[0].name = "a & \"b\" <i> 'c'";
  r.signatures[0].layers[0].tensor = "</table><img onerror=alert(1)>";
  const std::vector<float> values{-1, 0, 0, 3};
  r.signatures[0].tensors[0].values_seen.add(values, 3);
  html_details details;
  details.reference_sizes = {{"CONV_2D", 2, 4000}};
  details.target_sizes = {{"CONV_2D", 2, 1000}, {"QUANTIZE", 1, 0}};
  details.recipe = "[\n {\"regex\": \"<.*>\"}\n]\n";
  details.failed = {"output 'y': too < far"};
  aeq::warnings notes;
  notes.add("<here>", "look");
  details.notes = &notes;
  const std::string page = report_html(r, details);
  const auto has = [&](const char* text) { return page.find(text) != std::string::npos; };
  CHECK(page.starts_with("<!doctype html>"));
  CHECK(page.ends_with("</html>\n"));
  CHECK(has("<h1>&lt;script&gt;alert(1)&lt;/script&gt;.tflite</h1>"));
  CHECK(has("a &amp; &quot;b&quot; &lt;i&gt; &#39;c&#39;"));
  CHECK_FALSE(has("<img"));
  CHECK_FALSE(has("alert(1)</script>"));
  CHECK(has("<p class=\"bad\">output &#39;y&#39;: too &lt; far</p>"));
  CHECK(has("<pre id=\"recipe\">[\n {&quot;regex&quot;: &quot;&lt;.*&gt;&quot;}\n]\n</pre>"));
  CHECK(has("<li>&lt;here&gt;: look</li>"));
  CHECK(has("<td class=\"text\">QUANTIZE</td><td data-v=\"1\">1</td><td data-v=\"0\">0 B</td>"));
  CHECK(has("<td data-v=\"1000\">1000 B</td>"));
  CHECK(has("<td data-v=\"20\">20.0 dB</td>"));  // own
  CHECK(has("<td data-v=\"-1e+300\">unknown</td>"));
  CHECK(has("<title>-1.5 to 2</title>"));
  for (const char* outside : {"http://", "https://", "src=", "href=", "url(", "@import"}) {
    CAPTURE(outside);
    CHECK_FALSE(has(outside));
  }
}

TEST_CASE("Bytes of constants are counted by op, what DEQUANTIZE makes for its reader") {
  aeq_test::model_builder b;
  const auto x = b.activation("x", {1, 2});
  const auto y = b.activation("y", {1, 2});
  const auto z = b.activation("z", {1, 2});
  const auto w = b.activation("w_dequant", {2, 2});
  const auto stored = b.constant<std::int8_t>("w", {2, 2}, {1, 2, 3, 4}, aeq::model::tensor_type::int8);
  const auto bias = b.constant<float>("bias", {2}, {1, 2});
  b.operation(aeq::op::code::dequantize, {stored}, {w});
  b.operation(aeq::op::code::fully_connected, {x, w, bias}, {y});
  b.operation(aeq::op::code::add, {y, bias}, {z});
  const std::vector<op_size> sizes = sizes_by_op(b.made);
  REQUIRE(sizes.size() == 3);
  CHECK(sizes[0].op == "FULLY_CONNECTED");
  CHECK(sizes[0].bytes == 12);
  CHECK(sizes[0].operations == 1);
  CHECK(sizes[1].bytes + sizes[2].bytes == 0);  // the bias has been counted
}

TEST_CASE("The Python tool's files") {
  // As Python's json writes them.
  const std::string colours =
      R"json("thresholds": [{"value": 0.05, "bgColor": "rgb(200, 255, 0)"}, {"value": 0.1, "bgColor": "rgb(200, 219, 0)"}, )json"
      R"json({"value": 0.2, "bgColor": "rgb(200, 183, 0)"}, {"value": 0.4, "bgColor": "rgb(200, 147, 0)"}, )json"
      R"json({"value": 1, "bgColor": "rgb(200, 111, 0)"}, {"value": 10, "bgColor": "rgb(200, 75, 0)"}, )json"
      R"json({"value": 100, "bgColor": "rgb(200, 39, 0)"}]})json";
  CHECK(model_explorer_json(small_result(), metric::mse) ==
        R"json({"results": {"x \\xff": {"value": 0.0}, "y": {"value": 0.5}}, )json" + colours);
  CHECK(model_explorer_json(small_result(), metric::sqnr) ==
        R"json({"results": {"y": {"value": 10.0}}, )json" + colours);
  comparison_result r = small_result();
  r.signatures[0].tensors.pop_back();
  CHECK(
      python_tool_json(r) ==
      R"json({"reduced_size_bytes": 3000, "reduced_size_percentage": 75.0, "serve": {"input_tensors": {}, )json"
      R"json("output_tensors": {"y": {"mse": 0.5, "sqnr": 10.0}}, "constant_tensors": {}, "intermediate_tensors": {}}})json");
}
