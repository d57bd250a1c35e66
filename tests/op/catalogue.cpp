// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/op/catalogue.hpp>
#include <aeq/op/concepts.hpp>
#include <aeq/op/role.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace aeq;

static_assert(op::find(op::code::conv_2d)->name == "CONV_2D" && op::find("CONV_2D") == op::find(op::code::conv_2d));
static_assert(op::find(op::code::while_) == nullptr && op::find(op::code::custom) == nullptr);
static_assert(op::find(static_cast<op::code>(-3)) == nullptr && op::find(static_cast<op::code>(1000)) == nullptr);
static_assert(op::find("TRANSPOSE_CONV") == nullptr && op::find("CUSTOM_OP") == nullptr && op::find("") == nullptr);
static_assert(op::conv_2d_transpose::descriptor.name == "CONV_2D_TRANSPOSE");
static_assert(op::graph_input::descriptor.is_virtual() && !op::add::descriptor.is_virtual());

/// Section 3 and 5.3 of the specification, written out once more: op, number in the schema, constraint, axis of the
/// weight's channels, roles of the inputs (a activation, w weight, b bias, i index, s shape, c condition; the last one
/// goes on).
constexpr const char* expected_operations = R"(
ADD 0 free - a
AVERAGE_POOL_2D 1 input - a
CONCATENATION 2 output - a
CONV_2D 3 free 0 awba
DEPTHWISE_CONV_2D 4 free 3 awba
EMBEDDING_LOOKUP 7 free 0 iwa
FULLY_CONNECTED 9 free 0 awba
LOGISTIC 14 fixed - a
MAX_POOL_2D 17 input - a
MUL 18 free - a
RELU 19 free - a
RESHAPE 22 input - asa
RESIZE_BILINEAR 23 input - asa
SOFTMAX 25 fixed - a
SPACE_TO_DEPTH 26 input - a
TANH 28 fixed - a
PAD 34 input - asa
GATHER 36 input - aia
TRANSPOSE 39 input - aia
MEAN 40 free - aia
SUB 41 free - a
DIV 42 free - a
STRIDED_SLICE 45 input - aiiia
SPLIT 49 input - ia
MAXIMUM 55 output - a
PADV2 60 output - asa
SELECT 64 output - ca
SLICE 65 input - aisa
CONV_2D_TRANSPOSE 67 free 0 swaba
EQUAL 71 free - a
NOT_EQUAL 72 free - a
SUM 74 free - aia
SQRT 75 free - a
RSQRT 76 free - a
PACK 83 output - a
UNPACK 88 input - a
REDUCE_MIN 89 input - aia
RESIZE_NEAREST_NEIGHBOR 97 input - asa
SQUARED_DIFFERENCE 99 free - a
MIRROR_PAD 100 input - asa
GATHER_ND 107 input - aia
HARD_SWISH 117 free - a
SELECT_V2 123 output - ca
BATCH_MATMUL 126 free columns wwa
BROADCAST_TO 130 input - asa
GELU 150 free - a
DYNAMIC_UPDATE_SLICE 151 output - aaia
STABLEHLO_COMPOSITE 206 free - a
INPUT -1 free - a
OUTPUT -2 free - a
)";

char letter_of(op::role role) {
  switch (role) {
    case op::role::activation: return 'a';
    case op::role::weight: return 'w';
    case op::role::bias: return 'b';
    case op::role::index: return 'i';
    case op::role::shape: return 's';
    case op::role::condition: return 'c';
  }
  return '?';
}

TEST_SUITE_BEGIN("op/catalogue");

TEST_CASE("the catalogue is sorted by code and its names are unique") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < op::catalogue.size(); ++i) {
    CAPTURE(op::catalogue[i].name);
    if (i > 0) CHECK(op::catalogue[i - 1].builtin < op::catalogue[i].builtin);
    CHECK(names.insert(op::catalogue[i].name).second);
  }
}

TEST_CASE("every entry is found by its code and by its name, and nothing else is") {
  for (const auto& entry : op::catalogue) {
    CHECK(op::find(entry.builtin) == &entry);
    CHECK(op::find(entry.name) == &entry);
  }
  std::size_t found = 0;
  for (std::int32_t number = -10; number < op::code_count + 10; ++number) {
    if (op::find(static_cast<op::code>(number)) != nullptr) ++found;
  }
  CHECK(found == op::catalogue.size());
}

TEST_CASE("recipes name an op as the schema does, but for one") {
  for (const auto& entry : op::catalogue) {
    if (entry.builtin != op::code::transpose_conv) CHECK(entry.name == op::builtin_name(entry.builtin));
  }
}

TEST_CASE("codes, constraints, channel axes and roles are those of the specification") {
  std::istringstream table(expected_operations);
  std::string name, constraint, axis, roles;
  std::int32_t number = 0;
  std::size_t count = 0;
  while (table >> name >> number >> constraint >> axis >> roles) {
    CAPTURE(name);
    ++count;
    const op::operation_descriptor* entry = op::find(name);
    REQUIRE(entry != nullptr);
    CHECK(static_cast<std::int32_t>(entry->builtin) == number);
    const auto wanted = constraint == "input"    ? op::constraint::same_as_input
                        : constraint == "output" ? op::constraint::same_as_output
                        : constraint == "fixed"  ? op::constraint::fixed_output
                                                 : op::constraint::free;
    CHECK(entry->output == wanted);
    const auto wanted_axis = axis == "0"         ? op::channel_axis::first
                             : axis == "3"       ? op::channel_axis::fourth
                             : axis == "columns" ? op::channel_axis::matrix_columns
                                                 : op::channel_axis::none;
    CHECK(entry->channels == wanted_axis);
    for (std::size_t i = 0; i < 8; ++i) {
      CAPTURE(i);
      CHECK(letter_of(entry->input_role(i)) == (i < roles.size() ? roles[i] : roles.back()));
    }
    CHECK(entry->has_weight() == (roles.find('w') != std::string::npos));
    CHECK(entry->has_weight() == (entry->channels != op::channel_axis::none));
  }
  CHECK(count == op::catalogue.size());
}

TEST_CASE("fixed outputs are the constants of their ops") {
  for (const auto& entry : op::catalogue) {
    CAPTURE(entry.name);
    if (entry.output != op::constraint::fixed_output) {
      CHECK(entry.fixed.scale_shift == 0);
      CHECK(entry.fixed.zero_point == 0);
    }
  }
  CHECK(op::softmax::descriptor.fixed.scale_shift == 8);
  CHECK(op::softmax::descriptor.fixed.zero_point == -128);
  CHECK(op::logistic::descriptor.fixed.scale_shift == 8);
  CHECK(op::logistic::descriptor.fixed.zero_point == -128);
  CHECK(op::tanh::descriptor.fixed.scale_shift == 7);
  CHECK(op::tanh::descriptor.fixed.zero_point == 0);
}

TEST_CASE("the position of a role is that of the first input with it") {
  CHECK(op::conv_2d::descriptor.position(op::role::weight) == 1);
  CHECK(op::conv_2d::descriptor.position(op::role::bias) == 2);
  CHECK(op::conv_2d_transpose::descriptor.position(op::role::bias) == 3);
  CHECK(op::conv_2d_transpose::descriptor.position(op::role::activation) == 2);
  CHECK(op::batch_matmul::descriptor.position(op::role::weight) == 0);
  CHECK(op::add::descriptor.position(op::role::weight) == -1);
}

TEST_CASE("every role and constraint has a name of its own") {
  std::set<std::string_view> names;
  for (const auto role : {op::role::activation, op::role::weight, op::role::bias, op::role::index, op::role::shape,
                          op::role::condition}) {
    CHECK(names.insert(op::name_of(role)).second);
  }
  for (const auto constraint : {op::constraint::free, op::constraint::same_as_input, op::constraint::same_as_output,
                                op::constraint::fixed_output}) {
    CHECK(names.insert(op::name_of(constraint)).second);
  }
  CHECK(names.count("?") == 0);
}

TEST_SUITE_END();

}  // namespace
