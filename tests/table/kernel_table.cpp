// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/scheme/builtin.hpp>
#include <aeq/table/kernel_table.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace aeq;

struct accelerator_wi8 {
  static constexpr std::string_view name = "accelerator_wi8";
  using activation = float32;
  using weight = integer<8, symmetric, channelwise>;
  static constexpr auto compute_precision = compute::integer;
  static constexpr auto execution_mode = execution::dynamic_range;
  using policies = type_list<power_of_two_fit>;
};

static_assert(table_key{op::code::add, 5} < table_key{op::code::conv_2d, 0});
static_assert(table_key{op::code::graph_output, 0} < table_key{op::code::add, 0});
static_assert(table_key{op::code::add, 0} < table_key{op::code::add, 1});
static_assert(table_key{op::code::add, 1} == table_key{op::code::add, 1});

static_assert(name_of(op::conv_2d::descriptor, descriptor_of<static_wi8_ai8>).view() == "conv_2d:static_wi8_ai8");
static_assert(name_of(op::conv_2d_transpose::descriptor, descriptor_of<dynamic_wi8_afp32>).view() ==
              "conv_2d_transpose:dynamic_wi8_afp32");

struct accelerator_wi4 : accelerator_wi8 {
  static constexpr std::string_view name = "accelerator_wi4";
  using weight = integer<4, symmetric, channelwise>;
};
struct my_schemes : type_list<accelerator_wi8, accelerator_wi4> {};

// A small table is a constant expression from end to end.
using small_table = kernel_table<static_wi8_ai8, type_list<dynamic_wi8_afp32>>;
static_assert(small_table::view().rows().size() == 49 + 6 && small_table::view().schemes().size() == 2);
static_assert(small_table::view().find({op::code::conv_2d, 1})->key == table_key{op::code::conv_2d, 1});
static_assert(small_table::view().find({op::code::add, 1}) == nullptr);
static_assert(kernel_table<>::view().rows().empty() && kernel_table<type_list<>>::view().schemes().empty());
static_assert(kernel_table<>::view().find({op::code::add, 0}) == nullptr);

TEST_SUITE_BEGIN("table/kernel_table");

TEST_CASE("rows are sorted by key and no key occurs twice") {
  const kernel_table_view table = builtin_table();
  for (std::size_t i = 1; i < table.rows().size(); ++i) {
    CAPTURE(i);
    CHECK(table.rows()[i - 1].key < table.rows()[i].key);
  }
}

TEST_CASE("find finds every row, by key, by name and by arithmetic") {
  const kernel_table_view table = builtin_table();
  for (const table_row& row : table.rows()) {
    CAPTURE(name_of(*row.operation, *row.scheme).view());
    CHECK(row.operation == op::find(row.key.operation));
    CHECK(row.scheme == &table.schemes()[row.key.scheme]);
    CHECK(table.find(row.key) == &row);
    CHECK(table.find(row.key.operation, row.scheme->name) == &row);
    CHECK(table.find(row.key.operation, *row.scheme) == &row);
    CHECK((row.fits.narrow != nullptr));
    CHECK((row.fits.wide != nullptr));
  }
}

TEST_CASE("the table has the pairs that the catalogue allows, and no other") {
  const kernel_table_view table = builtin_table();
  std::size_t pairs = 0;
  for (const auto& operation : op::catalogue) {
    for (std::size_t s = 0; s < table.schemes().size(); ++s) {
      const bool allowed = op::allows(operation, table.schemes()[s]);
      CHECK((table.find({operation.builtin, static_cast<std::uint16_t>(s)}) != nullptr) == allowed);
      if (allowed) ++pairs;
    }
  }
  CHECK(pairs == table.rows().size());
}

TEST_CASE("every operation of the catalogue has a row") {
  for (const auto& operation : op::catalogue) {
    CAPTURE(operation.name);
    CHECK(builtin_table().find(operation.builtin, operation.has_weight() ? "dynamic_wi8_afp32" : "static_wi8_ai8") !=
          nullptr);
  }
}

TEST_CASE("what is not in the table is not found") {
  const kernel_table_view table = builtin_table();
  CHECK(table.find(op::code::while_, "static_wi8_ai8") == nullptr);
  CHECK(table.find(op::code::add, "no_such_scheme") == nullptr);
  CHECK(table.find(op::code::add, "dynamic_wi8_afp32") == nullptr);
  CHECK(table.find({op::code::add, UINT16_MAX}) == nullptr);
  CHECK(table.find({op::code::graph_output, 0}) == nullptr);
  scheme_descriptor unknown = descriptor_of<dynamic_wi8_afp32>;
  unknown.weight.bits = 3;
  CHECK(table.find(op::code::conv_2d, unknown) == nullptr);
}

TEST_CASE("the derived name of a row is its own, and not cut") {
  std::set<std::string> names;
  for (const table_row& row : builtin_table().rows()) {
    const std::string name(name_of(*row.operation, *row.scheme).view());
    CAPTURE(name);
    CHECK(names.insert(name).second);
    CHECK(name.size() == row.operation->name.size() + 1 + row.scheme->name.size());
  }
}

TEST_CASE("a custom scheme is found by name, a built-in one by arithmetic, each with its own fit") {
  const kernel_table_view table = kernel_table<builtin_schemes, accelerator_wi8>();
  const table_row* custom = table.find(op::code::conv_2d, "accelerator_wi8");
  const table_row* like = table.find(op::code::conv_2d, descriptor_of<accelerator_wi8>);
  REQUIRE(custom != nullptr);
  REQUIRE(like != nullptr);
  CHECK(like->scheme->name == "dynamic_wi8_afp32");
  const range<float> values{-1, 1};
  CHECK(custom->fits.narrow(values, custom->scheme->weight).scale == 0x1p-6f);
  CHECK(like->fits.narrow(values, like->scheme->weight).scale == 1.0f / 127);
  CHECK(custom->fits.wide({-1, 1}, custom->scheme->weight).scale == 0x1p-6);
  CHECK(table.rows().size() == builtin_table().rows().size() + 6);
}

TEST_CASE("schemes in a list of one's own have rows, and a type twice is found once") {
  const kernel_table_view table = kernel_table<dynamic_wi8_afp32, my_schemes, dynamic_wi8_afp32>();
  CHECK(table.schemes().size() == 4);
  CHECK(table.find(op::code::conv_2d, "accelerator_wi8")->key.scheme == 1);
  CHECK(table.find(op::code::conv_2d, "dynamic_wi8_afp32")->key.scheme == 0);
}

TEST_CASE("no built-in scheme brings a kernel, and a row without one says so") {
  for (const table_row& row : builtin_table().rows()) {
    CHECK_FALSE(row.kernel.present());
    CHECK((row.kernel.setup == nullptr));
    CHECK((row.kernel.workspace_bytes == nullptr));
  }
}

TEST_CASE("rows whose schemes fit alike share one instantiation") {
  const fit_functions first = builtin_table().rows().front().fits;
  for (const table_row& row : builtin_table().rows()) {
    CHECK((row.fits.narrow == first.narrow));
    CHECK((row.fits.wide == first.wide));
  }
}

TEST_SUITE_END();

}  // namespace
