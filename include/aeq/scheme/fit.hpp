// SPDX-License-Identifier: Apache-2.0
// Fit: from a range of values to a scale and a zero point. Freestanding, constexpr.
// Every operation is rounded in T, the type of the statistics. (spec: numerics, sections 1.2 and 1.4)
#pragma once

#include <concepts>
#include <cstdint>

#include <aeq/core/constexpr_math.hpp>
#include <aeq/core/half.hpp>
#include <aeq/scheme/number_format.hpp>

namespace aeq::inline AEQ_ABI {

template <std::floating_point T>
struct range {
  T lowest = 0;
  T highest = 0;
};

/// real = (integer - zero_point) * scale
template <std::floating_point T>
struct scale_zero_point {
  T scale = 0;
  std::int32_t zero_point = 0;
  friend constexpr bool operator==(const scale_zero_point&, const scale_zero_point&) = default;
};

/// A range narrower than this is widened to it, so that no scale is 0.
inline constexpr double smallest_range = 1e-9;

/// A blockwise scale is stored as float16 after a round trip through bfloat16. Values up to 2^-25 become 0, values from
/// 65408 on become infinite.
template <std::floating_point T>
[[nodiscard]] constexpr T blockwise_scale(T scale) noexcept {
  const float eight_bits = float_from_bfloat16(bfloat16_bits(static_cast<float>(scale)));
  return static_cast<T>(float_from_float16(float16_bits(eight_bits)));
}

/// Categories of the optional policies of a scheme: how a range becomes a scale, and kernels of its own
/// (table/handler.hpp).
struct fit_category {};
struct kernels_category {};

/// The scale spans the range: symmetric max(|lowest|, |highest|) / highest integer; asymmetric the range together with
/// 0, over the number of steps. The zero point of a finite range lies in the format's range; NaN gives scale NaN, zero
/// point 0.
struct min_max_fit {
  using category = fit_category;

  template <std::floating_point T>
  [[nodiscard]] static constexpr scale_zero_point<T> fit(range<T> values, const format_descriptor& format) noexcept {
    scale_zero_point<T> result;
    const T floor = static_cast<T>(smallest_range);
    if (format.is_symmetric()) {
      const T bound = maximum(maximum(absolute(values.lowest), absolute(values.highest)), floor);
      result.scale = bound / static_cast<T>(format.highest());
    } else {
      const T highest = maximum(values.highest, T(0));
      const T lowest = minimum(values.lowest, T(0));
      const T bound = maximum(highest - lowest, floor);
      result.scale = bound / static_cast<T>(format.highest() - format.lowest());
      const T zero = round_half_even(static_cast<T>(format.lowest()) - lowest / result.scale);
      result.zero_point = is_finite(zero) ? static_cast<std::int32_t>(zero) : 0;
    }
    if (format.granularity.kind == granularity_kind::blockwise) result.scale = blockwise_scale(result.scale);
    return result;
  }
};

/// As min_max_fit, with the scale rounded up to a power of two: requantization becomes a shift. A blockwise scale of 0
/// stays 0, and one above 2^15 becomes infinite, because that is what its float16 in the file says.
struct power_of_two_fit {
  using category = fit_category;

  template <std::floating_point T>
  [[nodiscard]] static constexpr scale_zero_point<T> fit(range<T> values, const format_descriptor& format) noexcept {
    scale_zero_point<T> result = min_max_fit::fit(values, format);
    if (!is_finite(result.scale) || result.scale == T(0)) return result;
    T power = power_of_two<T>(-64);
    while (power < result.scale) power *= T(2);
    result.scale = format.granularity.kind == granularity_kind::blockwise ? blockwise_scale(power) : power;
    if (!format.is_symmetric()) {
      const T lowest = minimum(values.lowest, T(0));
      result.zero_point = static_cast<std::int32_t>(round_half_even(static_cast<T>(format.lowest()) - lowest / power));
    }
    return result;
  }
};

}  // namespace aeq::inline AEQ_ABI
