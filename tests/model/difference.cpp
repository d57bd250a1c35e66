// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <boost/json/parse.hpp>

#include <aeq/core/byte_order.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/difference.hpp>
#include <aeq/model/dump.hpp>
#include <aeq/model/reader.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "support/folder.hpp"
#include "support/scratch.hpp"

namespace {

namespace fs = std::filesystem;
using lines = std::vector<std::string>;

const fs::path corpus = aeq_test::tests_folder() / "corpus";

lines compare(const std::string& a, const std::string& b, const aeq::model::difference_options& options = {}) {
  return aeq::model::differences({boost::json::parse(a), {}}, {boost::json::parse(b), {}}, options);
}

TEST_CASE("equal descriptions have no difference") {
  CHECK(compare(R"({"a": [1, {"b": null}]})", R"({"a": [1, {"b": null}]})").empty());
  CHECK(compare(R"({"a": 1, "b": 2})", R"({"b": 2, "a": 1})").empty());
  CHECK(compare(R"([1, true, 2.0])", R"([1.0, 1, 2])").empty());
}

TEST_CASE("values that differ are both shown") {
  CHECK(compare(R"({"a": {"b": 1}})", R"({"a": {"b": "x"}})") == lines{R"(/a/b: 1 vs "x")"});
  CHECK(compare("1", "null") == lines{"/: 1 vs null"});
  CHECK(compare(R"({"a": {"b": [1, 2]}})", R"({"a": [3]})") == lines{R"(/a: {"b": [1, 2]} vs [3])"});
  CHECK(compare("0", "18446744073709551615") == lines{"/: 0 vs 18446744073709551615"});
  CHECK(compare("-1", "18446744073709551615") == lines{"/: -1 vs 18446744073709551615"});
}

TEST_CASE("long values are cut after 160 characters") {
  const std::string exact(158, 'x');
  CHECK(compare("\"" + exact + "\"", "1") == lines{"/: \"" + exact + "\" vs 1"});
  CHECK(compare("\"" + exact + "x\"", "1") == lines{"/: \"" + exact + "x... vs 1"});
  std::string umlauts;
  for (int i = 0; i < 159; ++i) umlauts += "ü";
  CHECK(compare("\"" + umlauts + "\"", "1") == lines{"/: \"" + umlauts + "... vs 1"});
}

TEST_CASE("lists are compared as far as both go") {
  CHECK(compare(R"({"subgraphs": [{"tensors": [1, 2, 3]}]})", R"({"subgraphs": [{"tensors": [1, 4]}]})") ==
        lines{"/subgraphs[0]/tensors: 3 entries vs 2 entries", "/subgraphs[0]/tensors[1]: 2 vs 4"});
}

TEST_CASE("members of one side are named in the order of A, then B") {
  CHECK(compare(R"({"z": 1, "y": [2]})", R"({"x": {"a": 1}, "z": 0})") ==
        lines{"/z: 1 vs 0", "/y: only in A: [2]", R"(/x: only in B: {"a": 1})"});
}

TEST_CASE("the layout of the file and what a digest stands for are not compared") {
  CHECK(compare(R"({"layout": 1, "flexbuffer": [], "hex": "00"})", R"({"layout": 2})").empty());
  CHECK(compare(R"({"sha256": "a", "hex": "00"})", R"({"sha256": "b", "hex": "01"})") ==
        lines{R"(/sha256: "a" vs "b")"});
}

TEST_CASE("names of tensors and subgraphs can be ignored, others not") {
  const std::string a = R"({"subgraphs": [{"name": "a", "tensors": [{"name": "b"}]}], "metadata": [{"name": "c"}]})";
  const std::string b = R"({"subgraphs": [{"name": "A", "tensors": [{"name": "B"}]}], "metadata": [{"name": "C"}]})";
  CHECK(compare(a, b) == lines{R"(/subgraphs[0]/name: "a" vs "A")", R"(/subgraphs[0]/tensors[0]/name: "b" vs "B")",
                               R"(/metadata[0]/name: "c" vs "C")"});
  CHECK(compare(a, b, {true, 0, 0}) == lines{R"(/metadata[0]/name: "c" vs "C")"});
}

TEST_CASE("floats may differ by steps of float32") {
  const aeq::model::difference_options two_steps{false, 2, 0};
  CHECK(compare(R"("0x1p+0")", R"("0x1.000004p+0")", two_steps).empty());
  CHECK(compare(R"("0x1p+0")", R"("0x1.000006p+0")", two_steps).size() == 1);
  CHECK(compare(R"("-0x1p-149")", R"("0x1p-149")", two_steps).empty());
  CHECK(compare(R"("0x0p+0")", R"("-0x0p+0")", two_steps).empty());
  CHECK(compare(R"("inf")", R"("0x1.fffffep+127")", two_steps).size() == 1);
  CHECK(compare(R"("0x1p+0")", R"("0x1p+0x")", two_steps).size() == 1);
  CHECK(compare(R"("abc")", R"("abd")", two_steps).size() == 1);
}

TEST_CASE("a model equals its description") {
  const fs::path model = corpus / "models" / "cnn.tflite";
  const fs::path dump = corpus / "dumps" / "cnn.json.gz";
  if (!fs::exists(model) || !fs::exists(dump)) {
    std::puts("SKIPPED: tests/corpus has no models");
    return;
  }
  aeq::warnings notes;
  CHECK(aeq::model::differences(model.string(), dump.string(), notes).empty());
  CHECK(aeq::model::differences(model.string(), (corpus / "models" / "attention.tflite").string(), notes).size() > 10);
}

TEST_CASE("constants of two models are compared element by element") {
  const fs::path path = corpus / "models" / "fc_chain.tflite";
  if (!fs::exists(path)) {
    std::puts("SKIPPED: tests/corpus has no models");
    return;
  }
  aeq::warnings notes;
  const auto load = [&](std::vector<std::uint8_t> bytes) {
    aeq::model::model m = aeq::model::read(aeq::io::input_file::from_memory(std::move(bytes), "model"), notes);
    auto content = aeq::model::describe(m);
    return aeq::model::description{std::move(content), std::move(m)};
  };
  const auto file = aeq::io::input_file::open(path.string());
  std::vector<std::uint8_t> bytes(file->bytes().begin(), file->bytes().end());
  const aeq::model::description a = load(bytes);
  const aeq::model::tensor* weight = nullptr;
  std::string place;
  for (std::size_t i = 0; i < a.source->subgraphs[0].tensors.size() && weight == nullptr; ++i) {
    const auto& t = a.source->subgraphs[0].tensors[i];
    if (!a.source->is_constant(t) || t.type != aeq::model::tensor_type::float32) continue;
    weight = &t;
    place = "/subgraphs[0]/tensors[" + std::to_string(i) + "]/constant";
  }
  REQUIRE(weight != nullptr);
  const auto data = a.source->buffers[weight->buffer].data;
  const auto offset = static_cast<std::size_t>(data.data() - a.source->file->bytes().data());
  const auto set = [&](std::size_t index, float value) { aeq::store_little(value, bytes.data() + offset + 4 * index); };
  set(0, 2.0f);
  set(1, 0.0f);
  const aeq::model::description base = load(bytes);
  set(0, 2.5f);
  set(1, -0.0f);
  const aeq::model::description changed = load(bytes);

  const lines found = aeq::model::differences(base, changed);
  REQUIRE(found.size() == 2);
  CHECK(found[0] == place + ": 1 of " + std::to_string(data.size() / 4) + " elements differ, by at most 0.5");
  CHECK(found[1].starts_with(place + "/sha256: \""));
  CHECK(aeq::model::differences(base, changed, {false, 0, 0.5}).empty());
  set(0, 2.0f);
  CHECK(aeq::model::differences(base, load(bytes)).empty());  // 0 and -0 are the same value
}

TEST_CASE("elements of all types are numbers") {
  using aeq::model::tensor_type;
  const auto values = [](std::vector<std::uint8_t> bytes, tensor_type type) {
    const aeq::model::detail::constant_values all(bytes, type);
    std::vector<double> result;
    for (std::uint64_t i = 0; i < all.size(); ++i) result.push_back(all[i]);
    return result;
  };
  using numbers = std::vector<double>;
  CHECK(values({0x8f, 0x70}, tensor_type::int4) == numbers{-1, -8, 0, 7});
  CHECK(values({0x1b}, tensor_type::int2) == numbers{-1, -2, 1, 0});
  CHECK(values({0xff}, tensor_type::int8) == numbers{-1});
  CHECK(values({0xff}, tensor_type::uint8) == numbers{255});
  CHECK(values({0xfe, 0xff, 1, 0}, tensor_type::int16) == numbers{-2, 1});
  CHECK(values({0, 0x3c}, tensor_type::float16) == numbers{1});
  CHECK(values({0, 0x3c}, tensor_type::bfloat16) == numbers{0, 60});
  CHECK(values({2, 0}, tensor_type::boolean) == numbers{1, 0});
}

TEST_CASE("what can't be compared is refused with its name") {
  aeq::warnings notes;
  const auto refusal = [&](const std::string& path) -> std::string {
    try {
      (void)aeq::model::load_description(path, notes);
    } catch (const aeq::error& e) {
      return e.what();
    }
    return "accepted";
  };
  CHECK(refusal("x.litertlm") ==
        "x.litertlm: .litertlm files are not supported yet; a .tflite, .json or .json.gz file is wanted");
  CHECK(refusal("/no/such/file.json").starts_with("/no/such/file.json: can't be opened"));
  const aeq_test::scratch folder;
  const std::string damaged = folder.path("damaged.json");
  aeq_test::put(damaged, "{\"a\": ");
  CHECK(refusal(damaged).starts_with(damaged + ": is no JSON: "));
}

}  // namespace
