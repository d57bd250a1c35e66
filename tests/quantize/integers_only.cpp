// SPDX-License-Identifier: Apache-2.0
// Integers only, checked against the models that come out without it.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include <aeq/calibrate/statistics_json.hpp>
#include <aeq/io/gzip.hpp>
#include <aeq/quantizer.hpp>
#include <aeq/recipe/json.hpp>

#include "support/folder.hpp"
#include "support/golden.hpp"

namespace {

using aeq_test::text_of;

const std::filesystem::path& corpus() {
  static const std::filesystem::path folder = aeq_test::tests_folder() / "corpus";
  return folder;
}

bool is_float(aeq::model::tensor_type type) {
  using t = aeq::model::tensor_type;
  return type == t::float32 || type == t::float16 || type == t::float64 || type == t::bfloat16;
}

/// Whether some operator or edge of a model has to do with floats.
bool has_floats(const aeq::model::model& m) {
  for (const aeq::model::subgraph& g : m.subgraphs) {
    const auto any = [&](const std::vector<std::int32_t>& list) {
      return std::any_of(list.begin(), list.end(), [&](std::int32_t t) {
        return t >= 0 && is_float(g.tensors[static_cast<std::size_t>(t)].type);
      });
    };
    if (any(g.inputs) || any(g.outputs)) return true;
    for (const aeq::model::operation& o : g.operations) {
      if (any(o.inputs) || any(o.outputs)) return true;
    }
  }
  return false;
}

struct asked {
  std::string model;
  std::string recipe;           ///< a name, or JSON
  std::string statistics = {};  ///< a file of the corpus
};

aeq::quantizer quantizer_for(const asked& what) {
  aeq::quantizer q((corpus() / "models" / (what.model + ".tflite")).string());
  if (what.recipe.starts_with('[')) {
    q.set_recipe(aeq::recipe::parse(what.recipe, "r.json"));
  } else {
    q.load_recipe(what.recipe);
  }
  if (!what.statistics.empty()) q.load_statistics((corpus() / what.statistics).string());
  return q;
}

/// The refusal, "" if there is none.
std::string refusal(const asked& what) {
  aeq::quantizer q = quantizer_for(what);
  q.set_integers_only(true);
  try {
    static_cast<void>(q.quantize(1));
    return {};
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::not_quantizable);
    return e.what();
  }
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* every = R"({"regex": ".*", "operation": "*", "scheme": "static_wi8_ai8"})";

}  // namespace

TEST_SUITE("quantize/integers_only") {
  TEST_CASE("what is refused is what would come out with floats in it, for every case of the corpus") {
    const boost::json::value all = boost::json::parse(aeq::io::read_text((corpus() / "manifest.json").string()));
    int refused = 0, passed = 0;
    for (const auto& c : all.at("cases").as_array()) {
      const asked what{text_of(c.at("model")), (corpus() / "recipes" / (text_of(c.at("recipe")) + ".json")).string(),
                       c.as_object().contains("qsv") ? text_of(c.at("qsv")) : ""};
      std::optional<bool> floats;
      try {
        floats = has_floats(quantizer_for(what).quantize(1));
      } catch (const aeq::error&) {
        continue;  // refused anyway
      }
      const std::string message = refusal(what);
      CHECK_MESSAGE(message.empty() != *floats, what.model, " ", what.recipe, ": ", message);
      CHECK((message.empty() || contains(message, "would stay float")));
      (*floats ? refused : passed) += 1;
    }
    MESSAGE(passed << " cases of integers only, " << refused << " with floats");
    CHECK(passed > 80);
    CHECK(refused > 900);
  }

  TEST_CASE("an operator that recipes can't name is named with its tensor and the operators around it") {
    const std::string message =
        refusal({"unsupported_between", "static_wi8_ai8", "statistics/unsupported_between.qsv.json.gz"});
    CAPTURE(message);
    CHECK(contains(message, "unsupported_between.tflite: integers only is asked for, but 3 operators and edges would"));
    CHECK(contains(message,
                   "\n  MINIMUM 2 (float tensor 'r6'): aeq knows no integer form of this operator; connected to "
                   "FULLY_CONNECTED 3, which would be integers\n"));
    CHECK(contains(message, "without --strict-int"));
  }

  TEST_CASE("the recipe is the reason where it leaves an operator or an edge out, or gives it floats") {
    const std::string statistics = "statistics/fc_chain.qsv.json.gz";
    const std::string left = refusal({"fc_chain",
                                      std::string("[") + every +
                                          R"(,{"regex": "fc_b", "operation": "FULLY_CONNECTED", )"
                                          R"("algorithm_key": "no_quantize"}])",
                                      statistics});
    CAPTURE(left);
    CHECK(contains(left, "but 1 operator or edge would"));
    CHECK(contains(left, "FULLY_CONNECTED 1 (float tensor 'fc_a'): r.json: /1: no_quantize"));
    const std::string edge = refusal({"fc_chain",
                                      std::string("[") + every +
                                          R"(,{"regex": ".*.*", "operation": "OUTPUT", )"
                                          R"("algorithm_key": "no_quantize"}])",
                                      statistics});
    CAPTURE(edge);
    CHECK(contains(edge, "\n  output tensor 'fc_c': r.json: /1: no_quantize; connected to FULLY_CONNECTED 2"));
    const std::string unmatched = refusal(
        {"fc_chain", R"([{"regex": "fc_a", "operation": "FULLY_CONNECTED", "scheme": "static_wi8_ai8"}])", statistics});
    CAPTURE(unmatched);
    CHECK(contains(unmatched, "but 4 operators and edges would"));
    CHECK(contains(unmatched,
                   "FULLY_CONNECTED 1 (float tensor 'fc_a'): no rule of the recipe matches it; connected to "
                   "FULLY_CONNECTED 0, which would be integers"));
    const std::string dynamic = refusal({"fc_chain", "dynamic_wi8_afp32"});
    CAPTURE(dynamic);
    CHECK(contains(dynamic, "the recipe gives it dynamic_wi8_afp32, whose activations are floats"));
    const std::string small = refusal(
        {"fc_chain",
         R"([{"regex": ".*", "operation": "*", "scheme": "static_wi8_ai8", "op_config": {"min_weight_elements": 200}}])",
         statistics});
    CAPTURE(small);
    CHECK(contains(small, "its weight, tensor 'fc_c/w', has 160 elements, fewer than"));
    CHECK(contains(small, "connected to FULLY_CONNECTED 1, which would"));
  }

  TEST_CASE("bodies of WHILE hand floats over, and composites of other names stay as they are") {
    const std::string body = refusal({"while_body", "static_wi8_ai8", "statistics/while_body-1.qsv.json.gz"});
    CAPTURE(body);
    CHECK(contains(body, "subgraph "));
    CHECK(contains(body, "aeq knows no integer form of this operator"));
    CHECK(contains(body, "input tensor 'body_x': WHILE, IF and their like hand floats to their bodies"));
    aeq::quantizer q = quantizer_for({"while_body", "static_wi8_ai8"});
    aeq::calibrate::statistics ranges;  // not of the bodies, which calibration does not visit
    for (const aeq::model::tensor& t : q.source().subgraphs[0].tensors) ranges.set(*t.name, {-1, 1, false, {}});
    q.set_statistics(ranges);
    q.set_integers_only(true);
    try {
      static_cast<void>(q.quantize(1));
      FAIL("quantized");
    } catch (const aeq::error& e) {
      CAPTURE(e.what());
      CHECK(contains(e.what(), "subgraph 2: FULLY_CONNECTED 1 (float tensor "));
      CHECK(contains(e.what(), "the statistics have no ranges of tensors of this body of a WHILE or IF"));
    }
    const std::string composite =
        refusal({"composite_other_name", "static_wi8_ai8", "statistics/composite_other_name.qsv.json.gz"});
    CAPTURE(composite);
    CHECK(contains(composite, "composites of this name stay as they are"));
    CHECK(contains(composite, "it is part of a composite that stays as it is"));
  }

  TEST_CASE("a long list is cut") {
    const std::string message = refusal({"attention", "dynamic_wi8_afp32"});
    CAPTURE(message);
    CHECK(std::count(message.begin(), message.end(), '\n') <= 22);
  }
}
