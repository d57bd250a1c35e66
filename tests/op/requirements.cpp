// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/op/requirements.hpp>
#include <aeq/scheme/requirements.hpp>
#include <aeq/table/requirements.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using aeq::requirement;

std::vector<requirement> all_requirements() {
  std::vector<requirement> all(aeq::scheme_requirements.begin(), aeq::scheme_requirements.end());
  all.insert(all.end(), aeq::operation_requirements.begin(), aeq::operation_requirements.end());
  all.insert(all.end(), aeq::table_requirements.begin(), aeq::table_requirements.end());
  return all;
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
    CHECK(r.sentence.back() != '.');
  }
}

TEST_SUITE_END();

}  // namespace
