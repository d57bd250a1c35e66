// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/scheme/accumulator.hpp>
#include <aeq/scheme/builtin.hpp>
#include <aeq/scheme/requirements.hpp>
#include <aeq/table/kernel_table.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace aeq;

static_assert(accumulator_fits<static_wi8_ai8, 1> && accumulator_fits<static_wi8_ai8, 4096>);
static_assert(accumulator_fits<static_wi8_ai8, 33155> && !accumulator_fits<static_wi8_ai8, 33156>);
static_assert(accumulator_fits<static_wi8_ai16, std::uint64_t(1) << 40>);
static_assert(accumulator_fits<weight_only_wi8_afp32, UINT64_MAX>);  // floats do not overflow here
static_assert(verify_accumulator<static_wi8_ai8, 4096>());

static_assert(accumulator_bits(descriptor_of<static_wi8_ai8>) == 32);
static_assert(accumulator_bits(descriptor_of<static_wi8_ai16>) == 64);
static_assert(accumulator_bits(descriptor_of<dynamic_wi4_afp32>) == 32);
static_assert(accumulator_bits(descriptor_of<weight_only_wfp16_afp32>) == 0);
static_assert(computed_activation_bits(descriptor_of<dynamic_wi8_afp32>) == 8);

static_assert(largest_product(descriptor_of<static_wi8_ai8>) == 255u * 127u);
static_assert(largest_product(descriptor_of<static_range_scheme<ai8_symmetric, 8, channelwise>>) == 128u * 127u);
static_assert(largest_product(descriptor_of<static_wi4_ai8>) == 255u * 8u);
static_assert(largest_product(descriptor_of<dynamic_wi8_afp32>) == 255u * 127u);  // kernels may take a zero point
static_assert(largest_product(descriptor_of<static_wi8_ai16>) == 32768u * 127u);
static_assert(largest_product(descriptor_of<static_wi8_au8>) == 255u * 127u);

/// The largest magnitude of (activation - zero point) x weight, over all of them.
std::int64_t worst_product(const scheme_descriptor& s) {
  const bool dynamic = s.execution_mode == execution::dynamic_range;
  const format_descriptor activation = dynamic ? ai8::descriptor : s.activation;
  std::int64_t worst = 0;
  const std::int64_t step = activation.bits > 8 ? 255 : 1;  // the ends of the range are among them
  for (std::int64_t x = activation.lowest(); x <= activation.highest(); x += step) {
    for (std::int64_t zero = activation.lowest(); zero <= activation.highest(); zero += step) {
      if (activation.is_symmetric() && zero != activation.lowest()) break;
      const std::int64_t difference = x - (activation.is_symmetric() ? 0 : zero);
      for (const std::int64_t w : {s.weight.lowest_quantized(), s.weight.highest()}) {
        worst = std::max(worst, std::abs(difference * w));
      }
    }
  }
  return worst;
}

TEST_SUITE_BEGIN("scheme/accumulator");

TEST_CASE("at the deepest product no sum leaves the accumulator, with the largest bias that is promised") {
  for (const scheme_descriptor& s : builtin_table().schemes()) {
    const int bits = accumulator_bits(s);
    if (bits == 0) continue;
    CAPTURE(s.name);
    const std::int64_t worst = worst_product(s);
    CHECK(static_cast<std::uint64_t>(worst) == largest_product(s));
    const auto depth = static_cast<std::int64_t>(deepest_product(s));
    const std::int64_t highest = bits == 32 ? INT32_MAX : INT64_MAX;
    const std::int64_t bias = s.execution_mode == execution::static_range ? highest / 2 : 0;
    CHECK(depth * worst <= highest - bias);
    CHECK(depth >= 4096);
    // One more product, and there are inputs that do not fit.
    CHECK(worst > highest - bias - depth * worst);
  }
}

TEST_SUITE_END();

}  // namespace
