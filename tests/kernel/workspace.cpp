// SPDX-License-Identifier: Apache-2.0
// Sizes that fit no number: asked for by a model whose shapes are larger than any memory, or by any large one on 32
// bits.
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <doctest/doctest.h>

#include <aeq/kernel/workspace.hpp>

using aeq::kernel::bytes_for;
using aeq::kernel::workspace_pieces;

namespace {

constexpr std::size_t most = std::numeric_limits<std::size_t>::max();

static_assert(bytes_for<std::int32_t>(std::size_t(3), std::size_t(5)) == 60);
static_assert(bytes_for<std::int32_t>(std::size_t(3), std::size_t(0), most) == 0);
static_assert(bytes_for<std::int32_t>(most / 4) == most - 3);
static_assert(bytes_for<std::int32_t>(most / 4 + 1) == most);
static_assert(bytes_for<std::int32_t>(most / 2, most / 2) == most);

}  // namespace

TEST_CASE("Pieces lie one behind the other, aligned, and are counted without memory") {
  alignas(std::max_align_t) std::array<std::byte, 32> memory{};
  workspace_pieces pieces(memory);
  CHECK(pieces.take<std::int8_t>(3).data() == reinterpret_cast<std::int8_t*>(memory.data()));
  CHECK(pieces.take<std::int32_t>(2).data() == reinterpret_cast<std::int32_t*>(memory.data() + 4));
  CHECK(pieces.used() == 12);
  CHECK_FALSE(pieces.is_short());
  workspace_pieces counted;
  CHECK(counted.take<std::int8_t>(3).empty());
  CHECK(counted.take<std::int32_t>(2).empty());
  CHECK(counted.used() == 12);
}

TEST_CASE("Pieces that are larger than memory can be are not handed out, nor are those behind them") {
  alignas(std::max_align_t) std::array<std::byte, 32> memory{};
  SUBCASE("one whose bytes are no number") {
    workspace_pieces pieces(memory);
    CHECK(pieces.take<std::int32_t>(most / 4 + 2).empty());  // times 4 it would be 4, wrapped
    CHECK(pieces.used() == most);
    CHECK(pieces.is_short());
    CHECK(pieces.take<std::int32_t>(1).empty());
    CHECK(pieces.used() == most);
  }
  SUBCASE("two that only together are too large") {
    workspace_pieces pieces(memory);
    CHECK(pieces.take<std::int8_t>(most - 8).empty());
    CHECK(pieces.take<std::int8_t>(16).empty());
    CHECK(pieces.is_short());
    CHECK(pieces.take<std::int64_t>(1).empty());
    CHECK(pieces.used() == most);
  }
}
