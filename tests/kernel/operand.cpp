// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/core/status.hpp>
#include <aeq/kernel/operand.hpp>
#include <aeq/kernel/options.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace {

using namespace aeq;

static_assert(bits_of(element_type::int2) == 2 && bits_of(element_type::int4) == 4);
static_assert(bits_of(element_type::boolean) == 8 && bits_of(element_type::int64) == 64);
static_assert(!operand{}.present() && operand{}.elements() == 0 && operand{}.is_complete());
static_assert(operation_options{}.stride_height == 1 && operation_options{}.activation == fused_activation::none);

constexpr std::array<std::int32_t, 3> shape{2, 3, 1};
static_assert(operand{.type = element_type::int8, .shape = shape}.elements() == 6);
static_assert(operand{.type = element_type::int8}.elements() == 1);  // a scalar

TEST_SUITE_BEGIN("kernel/operand");

TEST_CASE("an operand is complete where its bytes hold its elements, packed ones rounded up") {
  std::array<std::byte, 8> memory{};
  const std::array<std::int32_t, 1> five{5};
  for (const auto& [type, needed] :
       {std::pair(element_type::int2, 2), std::pair(element_type::int4, 3), std::pair(element_type::uint8, 5)}) {
    const auto enough = static_cast<std::size_t>(needed);
    CHECK(operand{.type = type, .data = std::span(memory).first(enough), .shape = five}.is_complete());
    CHECK_FALSE(operand{.type = type, .data = std::span(memory).first(enough - 1), .shape = five}.is_complete());
  }
  const std::array<std::int32_t, 1> two_27{1 << 27};  // their bits are 2^32
  CHECK_FALSE(operand{.type = element_type::float32, .data = memory, .shape = two_27}.is_complete());
}

TEST_CASE("values are seen through the operand, and results written") {
  std::array<float, 2> memory{1.5f, -2.0f};
  const std::array<std::int32_t, 1> two{2};
  const result_operand result{
      .type = element_type::float32, .data = std::as_writable_bytes(std::span(memory)), .shape = two};
  result.values<float>()[1] = 4.0f;
  const operand seen{.type = element_type::float32, .data = result.data, .shape = two};
  CHECK(seen.values<float>().size() == 2);
  CHECK(seen.values<float>()[1] == 4.0f);
}

TEST_CASE("every status has words of its own") {
  std::set<std::string_view> words;
  for (const status value : {status::ready, status::wrong_operands, status::wrong_type, status::wrong_shape,
                             status::wrong_parameters, status::wrong_options, status::small_workspace}) {
    CHECK(words.insert(name_of(value)).second);
  }
  CHECK(words.count("?") == 0);
}

TEST_SUITE_END();

}  // namespace
