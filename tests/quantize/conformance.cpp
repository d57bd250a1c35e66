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

#include <aeq/model/difference.hpp>
#include <aeq/quantizer.hpp>

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
outcome run(const std::string& model, const std::string& recipe, const std::string& expected) {
  outcome result;
  try {
    aeq::quantizer q(model);
    q.load_recipe(recipe);
    const aeq::recipe::plan plan = q.plan();
    const std::vector<std::uint8_t> bytes = aeq::model::to_bytes(q.quantize(plan, 1), 1);
    const std::vector<std::uint8_t> streamed = aeq::model::to_bytes(
        aeq::quantize::quantize_model(q.source(), plan, 2, nullptr, aeq::quantize::scale_time::while_writing), 2);
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
    const std::filesystem::path root = std::filesystem::path(AEQ_TESTS_FOLDER) / "corpus";
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
}
