// SPDX-License-Identifier: Apache-2.0
// Our own calibration of whole models against that of the Python tool 0.10, by its moving average: our corpus, and the
// larger one where it is at hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include <aeq/calibrate/dataset.hpp>
#include <aeq/calibrate/observations_json.hpp>
#include <aeq/calibrate/statistics_json.hpp>
#include <aeq/execute/interpreter.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/io/error.hpp>
#include <aeq/quantizer.hpp>

#include "support/arrays.hpp"
#include "support/folder.hpp"
#include "support/golden.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"

namespace {

namespace fs = std::filesystem;
using aeq::calibrate::statistics;
using aeq::calibrate::tensor_range;

boost::json::value read_json(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return boost::json::parse(std::string{std::istreambuf_iterator<char>(file), {}});
}

/// How far two ranges are apart, in parts of the larger one.
double distance(const tensor_range& a, const tensor_range& b) {
  if (a.lowest == b.lowest && a.highest == b.highest) return 0;
  const double size = std::max({std::fabs(a.lowest), std::fabs(a.highest), 1e-9});
  const double apart = std::max(std::fabs(a.lowest - b.lowest), std::fabs(a.highest - b.highest)) / size;
  return std::isnan(apart) ? HUGE_VAL : apart;
}

struct counts {
  int equal = 0;
  int rounded = 0;  ///< equal but for the steps of what a model rounds itself
  int not_run = 0;  ///< the engine refuses them; how many may not become more
};

bool is_bool(const aeq::model::model& m, const std::string& name) {
  for (const aeq::model::subgraph& g : m.subgraphs) {
    for (const aeq::model::tensor& t : g.tensors) {
      if (t.name == name) return t.type == aeq::model::tensor_type::boolean;
    }
  }
  return false;
}

/// Whether an op multiplies floats with weights that are integers, and so rounds the floats to 8 bits first.
bool rounds_activations(const aeq::model::model& m) {
  for (const aeq::model::subgraph& g : m.subgraphs) {
    const auto at = [&](std::int32_t i) -> const aeq::model::tensor& { return g.tensors[static_cast<std::size_t>(i)]; };
    for (const aeq::model::operation& o : g.operations) {
      if (o.inputs.size() < 2 || o.inputs[0] < 0 || o.inputs[1] < 0) continue;
      if (at(o.inputs[0]).type == aeq::model::tensor_type::float32 && at(o.inputs[1]).quantization &&
          at(o.inputs[1]).type == aeq::model::tensor_type::int8)
        return true;
    }
  }
  return false;
}

/// Calibrates a model and compares the ranges with the Python tool's.
void compare(const fs::path& model, const fs::path& data, const std::string& recipe, const fs::path& theirs,
             counts& count) {
  CAPTURE(model.string());
  aeq::quantizer q(model.string());
  q.load_recipe(recipe);
  aeq::calibration_options how;
  how.ranges.kind = aeq::calibrate::range_kind::moving_average;
  how.threads = 1;
  statistics ours;
  try {
    ours = q.calibrate(data.string(), how).ranges();
  } catch (const aeq::error& e) {
    MESSAGE(std::string(e.what()));
    ++count.not_run;
    return;
  }
  const statistics wanted = aeq::calibrate::load_statistics(theirs.string());
  // The Python tool runs LiteRT's default kernels, and ours equal its reference kernels: where floats are rounded to 8
  // bits, these choose the steps in another way. A step is a 255th.
  const bool is_rounded = rounds_activations(q.source());
  const double limit = is_rounded ? 2.0 / 255 : 1e-4;
  bool all_equal = true;
  for (const auto& [name, saved] : wanted.entries()) {
    tensor_range range = saved;
    // The Python tool looks for the greatest bool from minus infinity on, which is true as a bool: it always finds 1.
    if (is_bool(q.source(), name) && ours.find(name) != nullptr) range.highest = ours.find(name)->highest;
    const tensor_range* found = ours.find(name);
    const bool is_equal = found != nullptr && distance(range, *found) < limit && found->wide == range.wide &&
                          found->shape.size() == range.shape.size();
    if (!is_equal) {
      all_equal = false;
      FAIL_CHECK(name << ": " << (found == nullptr ? "not there" : std::to_string(distance(range, *found))));
    }
  }
  if (all_equal) ++(is_rounded ? count.rounded : count.equal);
}

}  // namespace

TEST_SUITE("calibrate/conformance") {
  TEST_CASE("the digits model: ranges are those that the Python tool saved") {
    const fs::path digits = aeq_test::tests_folder() / ".." / "examples" / "digits";
    aeq::quantizer q((digits / "digits.tflite").string());
    q.load_recipe("static_wi8_ai8");
    aeq::calibration_options how;
    how.ranges.kind = aeq::calibrate::range_kind::moving_average;
    const statistics ours = q.calibrate((digits / "digits_calibration.npz").string(), how).ranges();
    const statistics theirs = aeq::calibrate::load_statistics((digits / "digits_statistics.json").string());
    CHECK(ours.size() == theirs.size());
    for (const auto& [name, range] : theirs.entries()) {
      const std::string tensor = name;
      CAPTURE(tensor);
      REQUIRE(ours.find(name) != nullptr);
      CHECK(distance(range, *ours.find(name)) < 1e-5);
    }
    // The ranges are in place: the model can be quantized.
    const aeq_test::scratch work;
    CHECK(q.save(work.path("out.tflite")) > 1000);
  }

  TEST_CASE("samples and an engine of one's own give the ranges that a file gives, at any number of threads") {
    const fs::path digits = aeq_test::tests_folder() / ".." / "examples" / "digits";
    const std::string data = (digits / "digits_calibration.npz").string();
    aeq::quantizer q((digits / "digits.tflite").string());
    aeq::calibration_options how;
    how.samples = 7;
    how.threads = 1;
    const aeq::calibrate::observations of_file = q.calibrate(data, how);
    how.threads = 3;
    CHECK(to_text(q.calibrate(data, how)) == to_text(of_file));

    std::vector<std::vector<float>> images;
    const std::vector<std::int32_t> shape{1, 8, 8, 1};
    aeq::calibrate::dataset file(data, aeq::execute::signatures_of(q.source()), {.samples = 7});
    for (const aeq::calibrate::sample& s : file) images.push_back(aeq_test::values_of<float>(s.inputs[0].data));
    std::vector<aeq::calibrate::sample> own;
    for (const std::vector<float>& image : images) {
      own.push_back(
          {0, {{.type = aeq::element_type::float32, .data = std::as_bytes(std::span(image)), .shape = shape}}});
    }
    CHECK(to_text(q.calibrate(own, how)) == to_text(of_file));
    aeq::execute::interpreter engine(q.source());
    CHECK(to_text(q.calibrate(engine, own, how)) == to_text(of_file));

    // Going on with what was seen: the same samples again change no range of minmax.
    how.resume = &of_file;
    const aeq::calibrate::observations again = q.calibrate(own, how);
    CHECK(again.samples() == 14);
    CHECK(again.ranges().entries() == of_file.ranges().entries());
  }

  TEST_CASE("a recipe that needs no ranges runs nothing, and random numbers are told") {
    const fs::path digits = aeq_test::tests_folder() / ".." / "examples" / "digits";
    aeq::quantizer q((digits / "digits.tflite").string());
    CHECK(q.calibrate("random:2").samples() == 2);
    REQUIRE(!q.notes().empty());
    CHECK(q.notes().all().back().message.find("mean nothing") != std::string::npos);
    q.load_recipe("dynamic_wi8_afp32");
    CHECK(q.calibrate("nowhere.npz").samples() == 0);
    CHECK(q.notes().all().back().message.find("needs no ranges") != std::string::npos);
  }

  TEST_CASE("models of the corpus: ranges are those of the Python tool") {
    const fs::path corpus = aeq_test::tests_folder() / "corpus";
    counts count;
    std::set<std::string> done;
    const boost::json::value all = read_json(corpus / "manifest.json");
    for (const auto& c : all.at("cases").as_array()) {
      const auto& fields = c.as_object();
      if (fields.contains("made_up_statistics") || !fields.contains("qsv") ||
          aeq_test::text_of(c.at("recipe")) != "static_wi8_ai8")
        continue;
      const std::string name = aeq_test::text_of(c.at("model"));
      if (!done.insert(name).second || !fs::exists(corpus / "calibration" / (name + ".npz"))) continue;
      compare(corpus / "models" / (name + ".tflite"), corpus / "calibration" / (name + ".npz"), "static_wi8_ai8",
              corpus / aeq_test::text_of(c.at("qsv")), count);
    }
    MESSAGE(count.equal << " equal, " << count.rounded << " equal but for rounding of their own, " << count.not_run
                        << " not run");
    CHECK(count.equal >= 133);
  }

  TEST_CASE("conformance models: ranges are those of the Python tool") {
    const auto manifest = aeq_test::shared_file_or_skip("conformance/manifest.json");
    if (!manifest) return;
    const fs::path corpus = manifest->parent_path();
    counts count;
    const boost::json::value all = read_json(*manifest);
    for (const auto& c : all.at("cases").as_array()) {
      const auto& fields = c.as_object();
      if (!fields.contains("qsv") || aeq_test::text_of(c.at("recipe")) != "recipes/static_wi8_ai8.json") continue;
      if (fields.contains("unstable_statistics")) continue;  // the Python tool read memory that nobody had set
      // Two tensors have one name here, and which of them the statistics are of is anybody's guess.
      if (aeq_test::text_of(c.at("model")).ends_with("duplicated_tensor_names.tflite")) continue;
      compare(corpus / aeq_test::text_of(c.at("model")), corpus / aeq_test::text_of(c.at("calibration")),
              (corpus / aeq_test::text_of(c.at("recipe"))).string(), corpus / aeq_test::text_of(c.at("qsv")), count);
    }
    MESSAGE(count.equal << " equal, " << count.rounded << " equal but for rounding of their own, " << count.not_run
                        << " not run");
    CHECK(count.equal >= 71);
  }
}
