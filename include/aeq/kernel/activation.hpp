// SPDX-License-Identifier: Apache-2.0
// Fused activations that are a clamp. (spec: kernels, section 1) Freestanding.
#pragma once

#include <limits>

#include <aeq/kernel/options.hpp>

namespace aeq::inline AEQ_ABI::kernel {

struct clamp_range {
  float low = std::numeric_limits<float>::lowest();
  float high = std::numeric_limits<float>::max();
};

/// Whether an activation is a clamp, or none at all.
[[nodiscard]] constexpr bool is_clamp(fused_activation activation) noexcept {
  return activation == fused_activation::none || activation == fused_activation::relu ||
         activation == fused_activation::relu_n1_to_1 || activation == fused_activation::relu6;
}

[[nodiscard]] constexpr clamp_range clamp_of(fused_activation activation) noexcept {
  switch (activation) {
    case fused_activation::relu: return {0, std::numeric_limits<float>::max()};
    case fused_activation::relu_n1_to_1: return {-1, 1};
    case fused_activation::relu6: return {0, 6};
    default: return {};
  }
}

/// min(max(x, low), high); NaN passes, as in LiteRT, where comparisons with it are false.
[[nodiscard]] constexpr float clamped(float x, const clamp_range& limits) noexcept {
  const float raised = x < limits.low ? limits.low : x;
  return raised > limits.high ? limits.high : raised;
}

}  // namespace aeq::inline AEQ_ABI::kernel
