// SPDX-License-Identifier: Apache-2.0
// Inside: the loop over activations for x86-64 processors with AVX2. Compiled behind a function target: no compiler
// flag is needed, and a processor without it gets the portable variant.
#pragma once

#include <cstddef>
#include <cstdint>

#include <aeq/calibrate/range_loops.hpp>

#if defined(__x86_64__) && !AEQ_PORTABLE_LOOPS
#define AEQ_HAS_AVX2_RANGES 1
#include <immintrin.h>
#else
#define AEQ_HAS_AVX2_RANGES 0
#endif

namespace aeq::inline AEQ_ABI::calibrate {

#if AEQ_HAS_AVX2_RANGES
namespace avx2 {

__attribute__((target("avx2"))) inline float_scan scan(const float* values, std::size_t count) {
  constexpr std::size_t chains = 4;  // independent ones hide the latency of min and max
  constexpr std::size_t step = 8 * chains;
  if (count < step) return portable::scan(values, count);
  const __m256i magnitude = _mm256_set1_epi32(0x7fffffff);
  __m256 low[chains];
  __m256 high[chains];
  __m256i bits[chains];
  for (std::size_t k = 0; k < chains; ++k) {
    low[k] = high[k] = _mm256_loadu_ps(values);
    bits[k] = _mm256_setzero_si256();
  }
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    for (std::size_t k = 0; k < chains; ++k) {
      const __m256 v = _mm256_loadu_ps(values + i + 8 * k);
      low[k] = _mm256_min_ps(low[k], v);
      high[k] = _mm256_max_ps(high[k], v);
      bits[k] = _mm256_max_epu32(bits[k], _mm256_and_si256(magnitude, _mm256_castps_si256(v)));
    }
  }
  alignas(32) float lows[step];
  alignas(32) float highs[step];
  alignas(32) std::uint32_t sizes[step];
  for (std::size_t k = 0; k < chains; ++k) {
    _mm256_store_ps(lows + 8 * k, low[k]);
    _mm256_store_ps(highs + 8 * k, high[k]);
    _mm256_store_si256(reinterpret_cast<__m256i*>(sizes + 8 * k), bits[k]);
  }
  float_scan s{lows[0], highs[0], sizes[0]};
  for (std::size_t k = 1; k < step; ++k) {
    s.lowest = lows[k] < s.lowest ? lows[k] : s.lowest;
    s.highest = highs[k] > s.highest ? highs[k] : s.highest;
    s.magnitude_bits = sizes[k] > s.magnitude_bits ? sizes[k] : s.magnitude_bits;
  }
  for (; i < count; ++i) portable::scan_one(s, values[i]);
  return s;
}

}  // namespace avx2

inline constexpr range_loops avx2_loops{"avx2", &avx2::scan};
#endif

/// The fastest variant that this processor has.
[[nodiscard]] inline const range_loops& best_loops() {
#if AEQ_HAS_AVX2_RANGES
  static const bool available = __builtin_cpu_supports("avx2") != 0;
  if (available) return avx2_loops;
#endif
  return portable_loops;
}

}  // namespace aeq::inline AEQ_ABI::calibrate

#undef AEQ_HAS_AVX2_RANGES
