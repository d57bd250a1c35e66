// SPDX-License-Identifier: Apache-2.0
// The hot loops over weights: ranges and quantization of runs of float32. This is the portable variant and the choice
// between variants; all give the same bits as kernel/quantize.hpp.
//
// A weight is seen as [lead, channels, trail]: `trail` neighbours share a scale (a run); where trail is 1, a row of
// `channels` neighbours has a scale each (columns).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <aeq/config.hpp>
#include <aeq/core/half.hpp>
#include <aeq/kernel/quantize.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Smallest and largest of some floats, and the largest magnitude as bits: from 0x7f800000 on, something was infinite
/// or NaN, and the other two mean nothing.
struct run_range {
  float lowest = 0;
  float highest = 0;
  std::uint32_t magnitude_bits = 0;

  [[nodiscard]] bool finite() const { return magnitude_bits < 0x7f800000u; }
};

struct weight_loops {
  const char* name;
  /// The range of `count` values, which is at least 1.
  run_range (*range)(const float* values, std::size_t count);
  /// Widens ranges[i] by values[i].
  void (*widen)(const float* values, std::size_t count, run_range* ranges);
  /// Quantizes a run with one scale into int8; limits as in quantized_limits.
  void (*quantize_run)(const float* values, std::size_t count, float scale, float zero_point, float lowest,
                       float highest, std::int8_t* result);
  /// Quantizes a row with a scale and zero point per value.
  void (*quantize_columns)(const float* values, std::size_t count, const float* scales, const float* zero_points,
                           float lowest, float highest, std::int8_t* result);
  /// float32 → binary16 bits.
  void (*to_float16)(const float* values, std::size_t count, std::uint16_t* result);
};

namespace portable {

inline void widen_one(run_range& r, float value) {
  r.lowest = value < r.lowest ? value : r.lowest;
  r.highest = value > r.highest ? value : r.highest;
  const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(value) & 0x7fffffffu;
  r.magnitude_bits = magnitude > r.magnitude_bits ? magnitude : r.magnitude_bits;
}

inline run_range range(const float* values, std::size_t count) {
  run_range r{values[0], values[0], 0};
  for (std::size_t i = 0; i < count; ++i) widen_one(r, values[i]);
  return r;
}

inline void widen(const float* values, std::size_t count, run_range* ranges) {
  for (std::size_t i = 0; i < count; ++i) widen_one(ranges[i], values[i]);
}

/// Clamps first and rounds then, which is the same since the limits are integers. Adding 1.5 * 2^23 leaves no room for
/// a fraction: the sum is rounded to the nearest integer, halves to even.
inline std::int8_t quantize_one(float value, float scale, float zero_point, float lowest, float highest) {
  constexpr float whole = 12582912.0f;
  float steps = value / scale + zero_point;
  if (steps != steps) steps = 0.0f;
  steps = steps < lowest ? lowest : steps;
  steps = steps > highest ? highest : steps;
  return static_cast<std::int8_t>((steps + whole) - whole);
}

#if defined(__clang__)
#define AEQ_DIVISION_BY_ZERO_IS_MEANT __attribute__((no_sanitize("float-divide-by-zero")))
#else
#define AEQ_DIVISION_BY_ZERO_IS_MEANT
#endif

AEQ_DIVISION_BY_ZERO_IS_MEANT
inline void quantize_run(const float* values, std::size_t count, float scale, float zero_point, float lowest,
                         float highest, std::int8_t* result) {
  for (std::size_t i = 0; i < count; ++i) result[i] = quantize_one(values[i], scale, zero_point, lowest, highest);
}

AEQ_DIVISION_BY_ZERO_IS_MEANT
inline void quantize_columns(const float* values, std::size_t count, const float* scales, const float* zero_points,
                             float lowest, float highest, std::int8_t* result) {
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = quantize_one(values[i], scales[i], zero_points[i], lowest, highest);
  }
}

#undef AEQ_DIVISION_BY_ZERO_IS_MEANT

inline void to_float16(const float* values, std::size_t count, std::uint16_t* result) {
  for (std::size_t i = 0; i < count; ++i) result[i] = float16_bits(values[i]);
}

}  // namespace portable

inline constexpr weight_loops portable_loops{
    "portable",           &portable::range, &portable::widen, &portable::quantize_run, &portable::quantize_columns,
    &portable::to_float16};

}  // namespace aeq::inline AEQ_ABI::quantize
