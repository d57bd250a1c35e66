// SPDX-License-Identifier: Apache-2.0
// The expected descriptions are the peer's: tests/corpus/README.md.
#include <doctest/doctest.h>

#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/gzip.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/dump.hpp>
#include <aeq/model/model.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/model/summary.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/folder.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path corpus_folder = aeq_test::tests_folder() / "corpus";

std::vector<fs::path> models_below(const fs::path& folder) {
  std::vector<fs::path> result;
  if (!fs::exists(folder)) return result;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".tflite") result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// Names the line where two texts part, instead of printing both.
std::string first_difference(std::string_view a, std::string_view b) {
  if (a == b) return "equal";
  const auto x = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  const auto line = [&](std::string_view text) {
    const auto at = std::min(static_cast<std::size_t>(x - a.begin()), text.size());
    const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    return std::string(text.substr(begin, text.find('\n', at) - begin)).substr(0, 300);
  };
  return "line " + std::to_string(std::count(a.begin(), x, '\n') + 1) + ": '" + line(a) + "' instead of '" + line(b) +
         "'";
}

TEST_CASE("every model of the corpus is described as the peer's tool describes it") {
  std::size_t compared = 0;
  for (const fs::path& path : models_below(corpus_folder / "models")) {
    const fs::path expected = corpus_folder / "dumps" / (path.stem().string() + ".json.gz");
    if (!fs::exists(expected)) continue;
    aeq::warnings notes;
    try {
      const aeq::model::model m = aeq::model::read(path.string(), notes);
      const std::string difference = first_difference(aeq::model::dump_text(m), aeq::io::read_text(expected.string()));
      CHECK_MESSAGE(difference == "equal", path.filename().string(), ": ", difference);
      ++compared;
    } catch (const aeq::error& e) {
      // Its IF and WHILE have every option at its default, so that their subgraph is their caller.
      const bool calls_itself = path.stem() == "option_tables_default";
      CHECK_MESSAGE(calls_itself, e.what());
      MESSAGE("not read: ", std::string(e.what()));
    }
  }
  if (compared == 0) std::puts("SKIPPED: tests/corpus has no descriptions");
}

TEST_CASE("every model of the conformance corpus is described and summarized") {
  const fs::path folder = aeq_test::tests_folder() / ".." / ".." / "shared" / "conformance" / "models";
  const std::vector<fs::path> models = models_below(folder);
  if (models.empty()) {
    std::puts("SKIPPED: the conformance corpus is not here");
    return;
  }
  for (const fs::path& path : models) {
    aeq::warnings notes;
    const aeq::model::model m = aeq::model::read(path.string(), notes);
    CHECK(aeq::model::dump_text(m).starts_with("{\n \"format\": \"tflite-dump/1\",\n \"version\": 3,\n"));
    CHECK(aeq::model::summary_text(m).find("subgraph 0") != std::string::npos);
  }
}

TEST_CASE("only a model that was read can be described") {
  CHECK_THROWS_WITH_AS((void)aeq::model::dump_text(aeq::model::model()),
                       "only a model that was read from a file can be described", aeq::error);
}

TEST_CASE("damaged models are described or refused") {
  std::mt19937 random(7);
  std::size_t described = 0;
  for (const char* name : {"quantization_details", "sparse_weight", "composite_nested", "rare_fields",
                           "custom_flexbuffer", "external_buffers", "blockwise_weight"}) {
    const fs::path path = corpus_folder / "models" / (std::string(name) + ".tflite");
    if (!fs::exists(path)) continue;
    const auto file = aeq::io::input_file::open(path.string());
    const std::vector<std::uint8_t> good(file->bytes().begin(), file->bytes().end());
    for (int round = 0; round < 400; ++round) {
      std::vector<std::uint8_t> bytes = good;
      // Metadata stands at the start or at the end.
      const std::size_t reach = std::min<std::size_t>(bytes.size(), 2000);
      for (auto change = random() % 3; change < 3; ++change) {
        const std::size_t distance = random() % reach;
        bytes[random() % 2 == 0 ? distance : bytes.size() - 1 - distance] = static_cast<std::uint8_t>(random() % 8);
      }
      aeq::warnings notes;
      try {
        const auto m = aeq::model::read(aeq::io::input_file::from_memory(std::move(bytes), "damaged"), notes);
        CHECK_FALSE(aeq::model::dump_text(m).empty());
        CHECK_FALSE(aeq::model::summary_text(m).empty());
        ++described;
      } catch (const aeq::error& e) {
        CHECK(e.code() == aeq::error_code::bad_input);
      }
    }
  }
  if (described == 0) std::puts("SKIPPED: tests/corpus has no models");
}

TEST_CASE("a summary shows signatures, operators, tensors, quantization and sizes") {
  const fs::path path = corpus_folder / "models" / "quantization_details.tflite";
  if (!fs::exists(path)) {
    std::puts("SKIPPED: tests/corpus has no models");
    return;
  }
  aeq::warnings notes;
  const std::string text = aeq::model::summary_text(aeq::model::read(path.string(), notes));
  for (const char* part :
       {"1 subgraph, 1 operator, 8 tensors, 7 buffers, 1 signature\n",
        "\nINT4       per block of 32              1       128     64 B\n",
        "\nsignature 'serving_default', subgraph 0\n", "\n  input   'x'          0  FLOAT32  [1, 32]\n",
        "\n      1  FULLY_CONNECTED\n", "\n  0  FULLY_CONNECTED        1  0, 6 → 7\n",
        "\n  4  blockwise   INT4     [4, 32]     64 B  4 bits per block of 32, scales in tensor 1\n",
        "\n  6  w           FLOAT32  [8, 32]  1.0 KiB\n"}) {
    CHECK_MESSAGE(text.find(part) != std::string::npos, part, text);
  }
}

TEST_CASE("names are shown without control characters and not too long") {
  using aeq::model::detail::shown;
  CHECK(shown("plain ü") == "plain ü");
  CHECK(shown("a\x1b[31m\n\x7f\xff") == "a\\x1b[31m\\x0a\\x7f\\xff");
  CHECK(shown("\xc2\x9b") == "\\xc2\\x9b");
  CHECK(shown("abcdefghij", 10) == "abcdefghij");
  CHECK(shown("abcdefghijk", 10) == "abcde…hijk");
  CHECK(shown("ääääääääääk", 10) == "äääää…äääk");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "ä";
  CHECK(shown("b" + many, 10) == "bääää…ääää");
  CHECK(shown(many + "k", 10) == "äääää…äääk");
}

}  // namespace
