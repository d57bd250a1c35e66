// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/arena.hpp>

using aeq::execute::arena_plan;
using aeq::execute::lifetime;
using aeq::execute::plan_arena;

TEST_CASE("Tensors that live at the same time have room of their own") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<lifetime> wanted(random() % 60);
    for (lifetime& w : wanted) {
      w.bytes = random() % 7 == 0 ? 0 : random() % 5000;
      w.first = random() % 40;
      w.last = w.first + random() % 10;
    }
    const arena_plan plan = plan_arena(wanted);
    REQUIRE(plan.offsets.size() == wanted.size());
    for (std::size_t a = 0; a < wanted.size(); ++a) {
      CHECK(plan.offsets[a] % aeq::execute::arena_alignment == 0);
      CHECK(plan.offsets[a] + wanted[a].bytes <= plan.bytes);
      for (std::size_t b = 0; b < a; ++b) {
        const bool together = wanted[a].first <= wanted[b].last && wanted[b].first <= wanted[a].last;
        const bool apart = plan.offsets[a] + wanted[a].bytes <= plan.offsets[b] ||
                           plan.offsets[b] + wanted[b].bytes <= plan.offsets[a];
        if (together && wanted[a].bytes != 0 && wanted[b].bytes != 0) CHECK(apart);
      }
    }
  }
}

TEST_CASE("A chain of equal tensors needs room for two") {
  std::vector<lifetime> wanted;
  for (std::size_t i = 0; i < 100; ++i) wanted.push_back({640, i, i + 1});
  CHECK(plan_arena(wanted).bytes == 2 * 640);
}

TEST_CASE("More room than 32 bits count is planned as what it is") {
  constexpr std::uint64_t gigabyte = std::uint64_t(1) << 30;
  const std::vector<lifetime> wanted{{3 * gigabyte, 0, 2}, {3 * gigabyte, 1, 3}, {gigabyte, 3, 4}};
  const arena_plan plan = plan_arena(wanted);
  CHECK(plan.bytes == 6 * gigabyte);
  CHECK(plan.offsets == std::vector<std::uint64_t>{0, 3 * gigabyte, 0});
}
