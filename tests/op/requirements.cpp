// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/op/requirements.hpp>
#include <aeq/scheme/requirements.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using aeq::requirement;

std::vector<requirement> all_requirements() {
  std::vector<requirement> all(aeq::scheme_requirements.begin(), aeq::scheme_requirements.end());
  all.insert(all.end(), aeq::operation_requirements.begin(), aeq::operation_requirements.end());
  return all;
}

/// The compile_fail file of a requirement stands in the folder of its header.
std::filesystem::path file_of(const requirement& r) {
  const auto is_of_scheme = [&](const requirement& other) { return other.id == r.id; };
  const bool scheme = std::any_of(aeq::scheme_requirements.begin(), aeq::scheme_requirements.end(), is_of_scheme);
  return std::filesystem::path(AEQ_TESTS_FOLDER) / "compile_fail" / (scheme ? "scheme" : "op") /
         (std::string(r.id) + ".cpp");
}

TEST_SUITE_BEGIN("op/requirements");

TEST_CASE("no two requirements share an id or a sentence") {
  std::set<std::string_view> seen;
  for (const requirement& r : all_requirements()) {
    CHECK(seen.insert(r.id).second);
    CHECK(seen.insert(r.sentence).second);
  }
}

TEST_CASE("a sentence begins with the id and says what is wrong and what would be accepted") {
  for (const requirement& r : all_requirements()) {
    CAPTURE(r.sentence);
    CHECK(r.sentence.starts_with("aeq: " + std::string(r.id) + ": "));
    CHECK(r.sentence.find("; ") != std::string_view::npos);
  }
}

TEST_CASE("every requirement has a file that breaks it and expects its sentence") {
  for (const requirement& r : all_requirements()) {
    const auto path = file_of(r);
    CAPTURE(path.string());
    std::ifstream file(path);
    CHECK(file.good());
    std::string first_line;
    std::getline(file, first_line);
    CHECK(first_line == "// EXPECT: aeq: " + std::string(r.id) + ":");
  }
}

TEST_CASE("every file that breaks a requirement belongs to one") {
  const auto all = all_requirements();
  for (const char* folder : {"scheme", "op"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(AEQ_TESTS_FOLDER) / "compile_fail" / folder)) {
      const std::string stem = entry.path().stem().string();
      CAPTURE(stem);
      CHECK(std::any_of(all.begin(), all.end(), [&](const requirement& r) { return r.id == stem; }));
    }
  }
}

TEST_SUITE_END();

}  // namespace
