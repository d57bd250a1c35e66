// SPDX-License-Identifier: Apache-2.0
// The list of ops that the interpreter has.
#include <set>
#include <string>

#include <doctest/doctest.h>

#include <aeq/execute/families.hpp>
#include <aeq/execute/operation.hpp>

TEST_CASE("An op stands in one family, and its row is complete") {
  std::set<aeq::op::code> seen;
  for (const aeq::execute::operation& operation : aeq::execute::all_operations()) {
    const std::string name(aeq::op::builtin_name(operation.code));
    CAPTURE(name);
    CHECK(seen.insert(operation.code).second);
    CHECK(operation.kernel.present());
    CHECK((operation.kernel.setup != nullptr));
    CHECK((operation.kernel.workspace_bytes != nullptr));
    CHECK((operation.shapes != nullptr));
    REQUIRE(aeq::execute::find_operation(operation.code) != nullptr);
    CHECK((aeq::execute::find_operation(operation.code)->kernel.evaluate == operation.kernel.evaluate));
  }
  CHECK(seen.size() > 100);
}
