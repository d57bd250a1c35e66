// SPDX-License-Identifier: Apache-2.0
// Whole models against what the Python AEQ 0.10 makes of them: our own corpus, and the larger one where it is at hand.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include <aeq/calibrate/statistics_json.hpp>
#include <aeq/io/error.hpp>
#include <aeq/model/difference.hpp>
#include <aeq/model/dump.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/model/writer.hpp>
#include <aeq/quantize/pipeline.hpp>
#include <aeq/quantizer.hpp>

#include "support/folder.hpp"
#include "support/golden.hpp"
#include "support/shared.hpp"

namespace {

using aeq_test::text_of;

boost::json::value read_json(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  boost::json::parse_options options;
  options.max_depth = 100;
  return boost::json::parse(text, {}, options);
}

struct outcome {
  bool refused = false;
  std::string message;  ///< of the refusal
  std::vector<std::string> differences;
};

/// Quantizes a model in memory and compares the result, written and read again, with an expected description.
/// `statistics` is a file of ranges; empty: none.
outcome run(const std::string& model, const std::string& recipe, const std::string& expected,
            const std::string& statistics = "") {
  outcome result;
  try {
    aeq::quantizer q(model);
    q.load_recipe(recipe);
    aeq::calibrate::statistics ranges;
    if (!statistics.empty()) ranges = aeq::calibrate::load_statistics(statistics);
    q.set_statistics(ranges);
    const aeq::recipe::plan plan = q.plan();
    const std::vector<std::uint8_t> bytes = aeq::model::to_bytes(q.quantize(plan, 1), 1);
    aeq::quantize::pipeline_options streaming;
    streaming.threads = 2;
    streaming.when = aeq::quantize::scale_time::while_writing;
    streaming.statistics = &ranges;
    const std::vector<std::uint8_t> streamed =
        aeq::model::to_bytes(aeq::quantize::quantize_model(q.source(), plan, streaming), 2);
    CHECK(bytes == streamed);  // however the scales are found, and by how many threads
    if (expected.empty()) return result;
    aeq::warnings notes;
    const aeq::model::model made = aeq::model::read(aeq::io::input_file::from_memory(bytes, model), notes);
    aeq::model::description ours{aeq::model::describe(made), std::nullopt};
    result.differences = aeq::model::differences(ours, aeq::model::load_description(expected, notes), {});
  } catch (const aeq::error& e) {
    result.refused = true;
    result.message = e.what();
    CHECK(result.message.size() > 10);
  }
  return result;
}

/// Algorithms of a recipe; empty if it is no recipe.
std::set<std::string> algorithms_of(const std::filesystem::path& path) {
  std::set<std::string> found;
  const auto walk = [&](const auto& self, const boost::json::value& v) -> void {
    if (const auto* list = v.if_array()) {
      for (const auto& item : *list) self(self, item);
    } else if (const auto* object = v.if_object()) {
      for (const auto& member : *object) {
        if (member.key() == "algorithm_key" && member.value().is_string()) found.insert(text_of(member.value()));
        self(self, member.value());
      }
    }
  };
  try {
    walk(walk, read_json(path));
  } catch (const std::exception&) {
  }
  return found;
}

/// Known, deliberate differences from the peer: docs/differences.md says why ours is better.
const std::set<std::string> deliberate{
    // Old operator codes are read; the peer sees nothing but ADD (D1).
    "mlcommons-tiny/ad01_fp32/dynamic_wi8_afp32", "mlcommons-tiny/ad01_fp32/weight_only_fp16",
    "mlcommons-tiny/ad01_fp32/weight_only_wi4_afp32",
    // Weights that are integers already are not cast to float16 as if they were floats (D2).
    "aeq/conv_fc_mnist_srq_a8w8/mix_conv_fp16_fc_dynamic8", "aeq/conv_fc_mnist_srq_a8w8/weight_only_fp16",
    "aeq/insert_dequant_test/mix_conv_fp16_fc_dynamic8", "aeq/insert_dequant_test/weight_only_fp16",
    "aeq/partly_quantized_mnist/weight_only_fp16",
    // A misspelt granularity is an error; the peer quantizes nothing without a word (D3).
    "aeq/conv_fc_mnist/bad_granularity", "aeq/single_fc_bias/bad_granularity"};

/// The same for static range quantization.
const std::set<std::string> deliberate_static{
    // A bias that is too large for its scale is cut off at the largest integer; the peer's becomes the smallest (D28).
    "mlcommons-tiny/ad01_fp32_signature/mix_static16_conv_static8",
    "mlcommons-tiny/ad01_fp32_signature/mix_static16_float_io",
    "mlcommons-tiny/ad01_fp32_signature/mix_static8_fc_static16", "mlcommons-tiny/ad01_fp32_signature/static_wi8_ai16",
    "aeq/mnist_quantized/mix_skip_checks_everything_static8_asym", "aeq/mnist_quantized/mix_static8_fc_dynamic4",
    "aeq/mnist_quantized/mix_static8_fc_static16", "aeq/mnist_quantized/mix_static8_float_io",
    "aeq/mnist_quantized/mix_static8_no_quantize_fc", "aeq/mnist_quantized/static_wi4_ai8",
    "aeq/mnist_quantized/static_wi8_ai16", "aeq/mnist_quantized/static_wi8_ai8", "aeq/mnist_quantized/static_wi8t_ai8",
    // An op whose weight is too small to be quantized stays float as a whole (D29).
    "aeq/weight_sharing_fcs/mix_static8_min_elements_2000"};

/// New tensors keep the shape signature (D20); the peer's have none.
bool is_shape_signature(const std::string& difference) {
  return difference.find("/shape_signature: only in A: ") != std::string::npos;
}

bool only_ours(const std::set<std::string>& algorithms) {
  for (const std::string& a : algorithms) {
    if (a != "no_quantize" && a != "min_max_uniform_quantize" && a != "float_casting") return false;
  }
  return true;
}

}  // namespace

TEST_SUITE("quantize/conformance") {
  TEST_CASE("every case of the shared corpus without calibration equals the peer's result") {
    const auto manifest = aeq_test::shared_file_or_skip("conformance/manifest.json");
    if (!manifest) return;
    const std::filesystem::path root = manifest->parent_path();
    int equal = 0, total = 0, different = 0, refused = 0, accepted = 0;
    const boost::json::value all = read_json(*manifest);
    for (const auto& c : all.at("cases").as_array()) {
      const auto& fields = c.as_object();
      const std::string id = text_of(c.at("id"));
      if (fields.contains("calibration") || id.find("@uncalibrated") != std::string::npos) continue;
      if (fields.contains("malformed_constants") || text_of(c.at("model")).ends_with(".litertlm")) continue;
      const std::string recipe = (root / text_of(c.at("recipe"))).string();
      if (!only_ours(algorithms_of(recipe))) continue;
      const std::string model = (root / text_of(c.at("model"))).string();
      CAPTURE(id);
      if (text_of(c.at("status")) == "error") {
        run(model, recipe, "").refused ? ++refused : ++accepted;
        continue;
      }
      const outcome o = run(model, recipe, (root / text_of(c.at("expected"))).string());
      ++total;
      const bool same = !o.refused && o.differences.empty();
      equal += same ? 1 : 0;
      different += same ? 0 : 1;
      CHECK_MESSAGE(same != deliberate.contains(id), id, ": ",
                    same        ? "equal"
                    : o.refused ? o.message
                                : o.differences.front());
    }
    MESSAGE("shared corpus: " << equal << " of " << total << " equal, " << different
                              << " deliberately different; where the peer errs: " << refused << " refused, " << accepted
                              << " accepted");
    CHECK(total > 600);
  }

  TEST_CASE(
      "every case of our corpus without calibration equals the peer's result, or is a known defect of the peer's") {
    const std::filesystem::path root = aeq_test::tests_folder() / "corpus";
    const boost::json::value all = read_json(root / "manifest.json");
    int equal = 0, total = 0, refused = 0, defects = 0;
    for (const auto& c : all.at("cases").as_array()) {
      const auto& fields = c.as_object();
      if (text_of(c.at("kind")) != "weights") continue;
      const std::string model = (root / text_of(all.at("models").at(text_of(c.at("model"))).at("file"))).string();
      const std::string recipe = (root / "recipes" / (text_of(c.at("recipe")) + ".json")).string();
      const std::string id = text_of(c.at("model")) + "/" + text_of(c.at("recipe"));
      CAPTURE(id);
      const bool ok = text_of(c.at("status")) == "ok";
      const auto* instead = fields.if_contains("instead");
      if (fields.contains("peer_defect") && instead == nullptr) {
        run(model, recipe, "");  // must answer, and must not crash; what the peer did is no measure
        ++defects;
        continue;
      }
      const std::string expected = instead != nullptr ? text_of(*instead) : ok ? text_of(c.at("expected")) : "";
      const outcome o = run(model, recipe, expected.empty() ? "" : (root / expected).string());
      if (expected.empty()) {
        if (id == "fc_chain/bad_extra_key") continue;  // older files say execution_mode: we read them (D4)
        CHECK_MESSAGE(o.refused, id);
        refused += o.refused ? 1 : 0;
        continue;
      }
      ++total;
      const bool same = !o.refused && o.differences.empty();
      equal += same ? 1 : 0;
      CHECK_MESSAGE(same, id, ": ", same ? "" : o.refused ? o.message : o.differences.front());
    }
    MESSAGE("our corpus: " << equal << " of " << total << " equal, " << refused << " refused with the peer, " << defects
                           << " defects of the peer's");
    CHECK(total > 900);
  }

  TEST_CASE("every case of the shared corpus with the peer's statistics equals the peer's result") {
    const auto manifest = aeq_test::shared_file_or_skip("conformance/manifest.json");
    if (!manifest) return;
    const std::filesystem::path root = manifest->parent_path();
    int equal = 0, total = 0, signatures = 0, different = 0, refused = 0, accepted = 0;
    const boost::json::value all = read_json(*manifest);
    for (const auto& c : all.at("cases").as_array()) {
      const auto& fields = c.as_object();
      const std::string id = text_of(c.at("id"));
      const bool uncalibrated = id.find("@uncalibrated") != std::string::npos;
      if (!fields.contains("calibration") && !uncalibrated) continue;
      if (fields.contains("malformed_constants") || text_of(c.at("model")).ends_with(".litertlm")) continue;
      const std::string recipe = (root / text_of(c.at("recipe"))).string();
      if (!only_ours(algorithms_of(recipe))) continue;
      const std::string model = (root / text_of(c.at("model"))).string();
      const bool has_statistics = fields.contains("qsv") && !uncalibrated;
      const std::string statistics = has_statistics ? (root / text_of(c.at("qsv"))).string() : "";
      CAPTURE(id);
      if (text_of(c.at("status")) == "error") {
        run(model, recipe, "", statistics).refused ? ++refused : ++accepted;
        continue;
      }
      outcome o = run(model, recipe, (root / text_of(c.at("expected"))).string(), statistics);
      ++total;
      const bool same = !o.refused && o.differences.empty();
      std::erase_if(o.differences, is_shape_signature);
      const bool same_otherwise = !o.refused && o.differences.empty();
      equal += same ? 1 : 0;
      signatures += same_otherwise && !same ? 1 : 0;
      different += same_otherwise ? 0 : 1;
      CHECK_MESSAGE(same_otherwise != deliberate_static.contains(id), id, ": ",
                    same_otherwise ? "equal"
                    : o.refused    ? o.message
                                   : o.differences.front());
    }
    MESSAGE("shared corpus, static: " << equal << " of " << total << " equal, " << signatures
                                      << " but for shape signatures, " << different
                                      << " deliberately different; where the peer errs: " << refused << " refused, "
                                      << accepted << " accepted");
    CHECK(total > 600);
  }

  TEST_CASE("every case of our corpus with statistics equals the peer's result, or is a known defect of the peer's") {
    const std::filesystem::path root = aeq_test::tests_folder() / "corpus";
    const boost::json::value all = read_json(root / "manifest.json");
    int equal = 0, total = 0, refused = 0, accepted = 0, defects = 0;
    for (const auto& c : all.at("cases").as_array()) {
      const auto& fields = c.as_object();
      if (text_of(c.at("kind")) != "static") continue;
      const std::string model = (root / text_of(all.at("models").at(text_of(c.at("model"))).at("file"))).string();
      const std::string recipe = (root / "recipes" / (text_of(c.at("recipe")) + ".json")).string();
      const std::string id = text_of(c.at("model")) + "/" + text_of(c.at("recipe"));
      const std::string statistics = fields.contains("qsv") ? (root / text_of(c.at("qsv"))).string() : "";
      CAPTURE(id);
      const auto* instead = fields.if_contains("instead");
      if (fields.contains("peer_defect") && instead == nullptr) {
        run(model, recipe, "", statistics);  // must answer, and must not crash
        ++defects;
        continue;
      }
      if (instead == nullptr && text_of(c.at("status")) != "ok") {
        run(model, recipe, "", statistics).refused ? ++refused : ++accepted;
        continue;
      }
      const std::string expected = text_of(instead != nullptr ? *instead : c.at("expected"));
      const outcome o = run(model, recipe, (root / expected).string(), statistics);
      ++total;
      const bool same = !o.refused && o.differences.empty();
      equal += same ? 1 : 0;
      if (id == "fc_special_rows/static_wi8_ai8") continue;  // its biases are too large for their scales (D28)
      CHECK_MESSAGE(same, id, ": ", same ? "" : o.refused ? o.message : o.differences.front());
    }
    MESSAGE("our corpus, static: " << equal << " of " << total << " equal, where the peer errs: " << refused
                                   << " refused, " << accepted << " accepted, " << defects << " defects of the peer's");
    CHECK(total > 200);
  }
}
