// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/scheme/accumulator.hpp>
#include <aeq/scheme/builtin.hpp>
#include <aeq/scheme/requirements.hpp>
#include <cstdint>

namespace {

using namespace aeq;

static_assert(accumulator_fits<static_wi8_ai8, 1> && accumulator_fits<static_wi8_ai8, 4096>);
static_assert(accumulator_fits<static_wi8_ai8, 1u << 16> && !accumulator_fits<static_wi8_ai8, (1u << 16) + 1>);
static_assert(accumulator_fits<static_wi4_ai8, 1u << 20> && !accumulator_fits<static_wi4_ai8, (1u << 20) + 1>);
static_assert(accumulator_fits<dynamic_wi8_afp32, 1u << 17> && !accumulator_fits<dynamic_wi8_afp32, (1u << 17) + 1>);
static_assert(accumulator_fits<static_wi8_ai16, std::uint64_t(1) << 40>);
static_assert(accumulator_fits<weight_only_wi8_afp32, UINT64_MAX>);  // floats do not overflow here
static_assert(verify_accumulator<static_wi8_ai8, 4096>());

static_assert(accumulator_bits(descriptor_of<static_wi8_ai8>) == 32);
static_assert(accumulator_bits(descriptor_of<static_wi8_ai16>) == 64);
static_assert(accumulator_bits(descriptor_of<dynamic_wi4_afp32>) == 32);
static_assert(accumulator_bits(descriptor_of<weight_only_wfp16_afp32>) == 0);
static_assert(computed_activation_bits(descriptor_of<dynamic_wi8_afp32>) == 8);
static_assert(needed_accumulator_bits(descriptor_of<static_wi8_ai8>, 1) == 16);
static_assert(needed_accumulator_bits(descriptor_of<static_wi8_ai8>, 0) == 16);
static_assert(needed_accumulator_bits(descriptor_of<static_wi8_ai8>, 3) == 18);

/// The largest sum of `depth` products that a scheme can meet, the slow way.
template <class Scheme>
double largest_sum(std::uint64_t depth) {
  const format_descriptor activation = Scheme::activation::descriptor;
  const format_descriptor weight = Scheme::weight::descriptor;
  const auto a = static_cast<double>(activation.is_symmetric() ? activation.highest()
                                                               : activation.highest() - activation.lowest());
  return a * static_cast<double>(-weight.lowest_quantized()) * static_cast<double>(depth);
}

TEST_SUITE_BEGIN("scheme/accumulator");

TEST_CASE("where the accumulator fits no sum of products leaves it") {
  for (std::uint64_t depth = 1; depth < (1u << 22); depth += depth / 3 + 1) {
    if (needed_accumulator_bits(descriptor_of<static_wi8_ai8>, depth) <= 32) {
      CHECK(largest_sum<static_wi8_ai8>(depth) <= 2147483647.0);
    }
    if (needed_accumulator_bits(descriptor_of<static_wi4_ai8>, depth) <= 32) {
      CHECK(largest_sum<static_wi4_ai8>(depth) <= 2147483647.0);
    }
    if (needed_accumulator_bits(descriptor_of<static_wi8_ai16>, depth) <= 64) {
      CHECK(largest_sum<static_wi8_ai16>(depth) <= 9223372036854775807.0);
    }
  }
}

TEST_SUITE_END();

}  // namespace
