// SPDX-License-Identifier: Apache-2.0
// Options as a file has them, in its order of bytes, become numbers of the processor.
#include <cstdint>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <flatbuffers/flatbuffers.h>

#include <aeq/execute/options.hpp>
#include <aeq/model/options.hpp>

namespace {

namespace schema = aeq::model::schema;

std::uint8_t number_of(std::string_view table) {
  const auto& all = schema::builtin_options.members;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == table) return static_cast<std::uint8_t>(i);
  }
  return 0;
}

/// An operator whose option table has such a list as its first field, or nothing in it.
aeq::model::operation with_list(flatbuffers::FlatBufferBuilder& b, std::string_view table,
                                const std::vector<std::int32_t>* values) {
  constexpr flatbuffers::voffset_t first = 4;
  const auto list = values == nullptr ? 0 : b.CreateVector(*values).o;
  const auto start = b.StartTable();
  if (values != nullptr) b.AddOffset(first, flatbuffers::Offset<flatbuffers::Vector<std::int32_t>>(list));
  b.Finish(flatbuffers::Offset<flatbuffers::Table>(b.EndTable(start)));
  aeq::model::operation o;
  o.options = {number_of(table), flatbuffers::GetRoot<flatbuffers::Table>(b.GetBufferPointer())};
  return o;
}

}  // namespace

TEST_CASE("Lists in options are the numbers that the file means") {
  flatbuffers::FlatBufferBuilder b;
  aeq::execute::option_lists lists;
  const std::vector<std::int32_t> wanted{2, -1, 258, 65536};
  SUBCASE("the shape of RESHAPE") {
    const auto options = aeq::execute::options_of(with_list(b, "ReshapeOptions", &wanted), lists);
    CHECK(std::vector<std::int32_t>(options.new_shape.begin(), options.new_shape.end()) == wanted);
    CHECK(options.squeeze_dims.empty());
  }
  SUBCASE("the axes of SQUEEZE") {
    const auto options = aeq::execute::options_of(with_list(b, "SqueezeOptions", &wanted), lists);
    CHECK(std::vector<std::int32_t>(options.squeeze_dims.begin(), options.squeeze_dims.end()) == wanted);
    CHECK(options.new_shape.empty());
  }
  SUBCASE("none") {
    CHECK(aeq::execute::options_of(with_list(b, "ReshapeOptions", nullptr), lists).new_shape.empty());
    CHECK(lists.empty());
  }
}
