// SPDX-License-Identifier: Apache-2.0
// Scales as kernels' setups look at them. (spec: kernels, section 1) Freestanding, but for the C library's logf.
#pragma once

#include <cstdint>

#include <aeq/core/constexpr_math.hpp>
#include <aeq/core/elementary.hpp>
#include <aeq/kernel/fixed_point.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// The multiplier nearest to a factor; false if it is none that multiply() takes, which are those from 0 to 2^30.
[[nodiscard]] constexpr bool to_multiplier(double factor, fixed_multiplier& result) noexcept {
  if (!(factor >= 0.0) || factor >= 2147483648.0) return false;
  result = quantize_multiplier(factor);
  return result.shift <= 30;
}

/// The quotient of two scales, rounded to float32.
[[nodiscard]] constexpr double ratio_of(float x, float y) noexcept {
  return static_cast<double>(x / y);
}

/// The exponent of a scale that is a power of two, or nearly: whose logarithm is within 0.001 of an integer.
[[nodiscard]] inline bool exponent_of(float scale, std::int32_t& exponent) noexcept {
  const float logarithm = elementary::log(scale) * (1.0f / elementary::log(2.0f));
  const float whole = elementary::round(logarithm);
  exponent = static_cast<std::int32_t>(whole);
  return absolute(logarithm - whole) < 1e-3f;
}

}  // namespace aeq::inline AEQ_ABI::kernel
