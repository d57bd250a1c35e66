// SPDX-License-Identifier: Apache-2.0
// From a sum of integer products to an integer of the output: times a real number, plus the zero point, clamped.
// (spec: kernels, sections 1 and 2) Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/fixed_point.hpp>
#include <aeq/kernel/operand.hpp>
#include <aeq/kernel/real_product.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// The limits of a quantized type of 8, 16 or 32 bits; {0, 0} of others.
[[nodiscard]] constexpr std::pair<std::int32_t, std::int32_t> limits_of(element_type type) noexcept {
  switch (type) {
    case element_type::int8: return {-128, 127};
    case element_type::uint8: return {0, 255};
    case element_type::int16: return {-32768, 32767};
    case element_type::int32:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    default: return {0, 0};
  }
}

/// The zero point of scale i.
template <class Operand>
[[nodiscard]] constexpr std::int32_t zero_point_of(const Operand& x, std::size_t i) noexcept {
  return x.zero_point.empty() ? 0 : x.zero_point[i];
}

/// Whether an operand is int8, uint8 or int16 with one scale above 0 and a zero point that its type has; int16 only
/// with zero point 0.
template <class Operand>
[[nodiscard]] constexpr bool is_quantized_tensorwise(const Operand& x) noexcept {
  if (x.type != element_type::int8 && x.type != element_type::uint8 && x.type != element_type::int16) return false;
  if (x.scale.size() != 1 || x.zero_point.size() > 1 || x.block_elements != 0) return false;
  if (!(x.scale[0] > 0.0f) || x.scale[0] > std::numeric_limits<float>::max()) return false;
  const std::int32_t zero = zero_point_of(x, 0);
  const auto [lowest, highest] = limits_of(x.type);
  return x.type == element_type::int16 ? zero == 0 : zero >= lowest && zero <= highest;
}

/// What integers an output may have.
struct integer_range {
  std::int32_t lowest = 0;
  std::int32_t highest = 0;

  [[nodiscard]] constexpr std::int32_t clamp(std::int64_t value) const noexcept {
    return static_cast<std::int32_t>(value < lowest ? lowest : value > highest ? highest : value);
  }
};

/// Those of an operand under a fused activation that is a clamp (is_clamp).
template <class Operand>
[[nodiscard]] constexpr integer_range integer_range_of(const Operand& y, fused_activation activation) noexcept {
  const auto [lowest, highest] = limits_of(y.type);
  integer_range result{lowest, highest};
  if (activation == fused_activation::none) return result;
  const auto at = [&](float real) -> std::int64_t {
    return std::int64_t(zero_point_of(y, 0)) + rounded(static_cast<double>(real / y.scale[0]));
  };
  const integer_range whole = result;
  const clamp_range limits = clamp_of(activation);
  result.lowest = whole.clamp(at(limits.low));
  if (activation != fused_activation::relu) result.highest = whole.clamp(at(limits.high));
  return result;
}

/// How sums are scaled.
enum class sum_scaling : std::uint8_t {
  fixed,  ///< 32-bit sums: multiply()
  wide,   ///< 64-bit sums: multiply_wide()
  real    ///< times a double, rounded to nearest, halves away from zero
};

/// What a kernel needs behind its sums. The scale factors, one or one per channel, lie in the workspace.
struct output_stage {
  sum_scaling scaling = sum_scaling::fixed;
  std::size_t step = 0;  ///< 1: a factor per channel
  const fixed_multiplier* fixed = nullptr;
  const double* real = nullptr;
  std::int32_t zero_point = 0;
  integer_range range{};

  /// sum: of 32 bits it has the lower half, wrapped.
  [[nodiscard]] constexpr std::int32_t operator()(std::int64_t sum, std::size_t channel) const noexcept {
    std::int32_t scaled = 0;
    switch (scaling) {
      case sum_scaling::fixed: scaled = multiply(static_cast<std::int32_t>(sum), fixed[channel * step]); break;
      case sum_scaling::wide: scaled = multiply_wide(sum, fixed[channel * step]); break;
      case sum_scaling::real: scaled = rounded_real_product(sum, real[channel * step]); break;
    }
    // Ranges of 16 bits at most, so that their distances from a zero point have 32.
    const std::int32_t lowest = range.lowest - zero_point, highest = range.highest - zero_point;
    return (scaled < lowest ? lowest : scaled > highest ? highest : scaled) + zero_point;
  }
};

/// Factors to scale sums of `x` times `w` to `y`, written to `fixed` or `real`, whichever is not empty: one, or one per
/// scale of w. False if one is none that a kernel can use.
///
/// in_float: the product of the two scales is rounded to float32 first.
[[nodiscard]] constexpr bool prepare_factors(float x, std::span<const float> w, float y, bool in_float, bool is_wide,
                                             std::span<fixed_multiplier> fixed, std::span<double> real) noexcept {
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double product =
        in_float ? static_cast<double>(x * w[i]) : static_cast<double>(x) * static_cast<double>(w[i]);
    const double factor = product / static_cast<double>(y);
    if (!(factor >= 0.0) || factor >= 2147483648.0) return false;
    if (!real.empty()) real[i] = factor;
    if (fixed.empty()) continue;
    fixed[i] = quantize_multiplier(factor);
    if (fixed[i].shift > (is_wide ? 7 : 30)) return false;
  }
  return true;
}

}  // namespace aeq::inline AEQ_ABI::kernel
