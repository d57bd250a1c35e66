// SPDX-License-Identifier: Apache-2.0
// What firmware does: a scale for a row of weights, and the weights as integers. Needs aeq::kernels, nothing else.
#include <array>
#include <cstdint>
#include <cstdio>
#include <span>

#include <aeq/kernels.hpp>

namespace {

using weight = aeq::dynamic_wi8_afp32::weight;
constexpr std::array<float, 5> values{-1.27f, -0.301f, 0.0f, 0.255f, 1.0f};

constexpr std::array<std::int8_t, 5> quantized() {
  const auto parameters = aeq::min_max_fit::fit<float>({-1.27f, 1.0f}, weight::descriptor);
  std::array<std::int8_t, 5> result{};
  aeq::quantize_run<float, std::int8_t>(values, parameters, weight::descriptor, result);
  return result;
}
static_assert(quantized() == std::array<std::int8_t, 5>{-127, -30, 0, 26, 100});

}  // namespace

int main() {
  for (const std::int8_t value : quantized()) std::printf("%d ", value);
  std::printf("by aeq " AEQ_VERSION_STRING "\n");
  return 0;  // not implied in a freestanding program
}
