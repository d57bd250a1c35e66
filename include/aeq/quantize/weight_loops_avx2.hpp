// SPDX-License-Identifier: Apache-2.0
// Inside: the loops over weights for x86-64 processors with AVX2 and F16C. Compiled behind function targets: no
// compiler flag is needed, and a processor without them gets the portable variant.
#pragma once

#include <cstddef>
#include <cstdint>

#include <aeq/quantize/weight_loops.hpp>

#if defined(__x86_64__) && !AEQ_PORTABLE_LOOPS
#define AEQ_HAS_AVX2_LOOPS 1
#include <cpuid.h>
#include <immintrin.h>
#else
#define AEQ_HAS_AVX2_LOOPS 0
#endif

namespace aeq::inline AEQ_ABI::quantize {

#if AEQ_HAS_AVX2_LOOPS
namespace avx2 {

#define AEQ_AVX2 __attribute__((target("avx2,f16c")))

AEQ_AVX2 inline float lowest_of(__m256 v) {
  __m128 m = _mm_min_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  m = _mm_min_ps(m, _mm_movehl_ps(m, m));
  return _mm_cvtss_f32(_mm_min_ss(m, _mm_shuffle_ps(m, m, 1)));
}
AEQ_AVX2 inline float highest_of(__m256 v) {
  __m128 m = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  m = _mm_max_ps(m, _mm_movehl_ps(m, m));
  return _mm_cvtss_f32(_mm_max_ss(m, _mm_shuffle_ps(m, m, 1)));
}
AEQ_AVX2 inline std::uint32_t highest_of(__m256i v) {
  __m128i m = _mm_max_epu32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  m = _mm_max_epu32(m, _mm_shuffle_epi32(m, 0x4e));
  m = _mm_max_epu32(m, _mm_shuffle_epi32(m, 0xb1));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(m));
}

AEQ_AVX2 inline run_range range(const float* values, std::size_t count) {
  constexpr std::size_t step = 32;  // four independent chains hide the latency of min and max
  if (count < step) return portable::range(values, count);
  const __m256i magnitude = _mm256_set1_epi32(0x7fffffff);
  __m256 low0 = _mm256_loadu_ps(values), low1 = low0, low2 = low0, low3 = low0;
  __m256 high0 = low0, high1 = low0, high2 = low0, high3 = low0;
  __m256i bits0 = _mm256_setzero_si256(), bits1 = bits0, bits2 = bits0, bits3 = bits0;
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    const __m256 a = _mm256_loadu_ps(values + i), b = _mm256_loadu_ps(values + i + 8);
    const __m256 c = _mm256_loadu_ps(values + i + 16), d = _mm256_loadu_ps(values + i + 24);
    low0 = _mm256_min_ps(low0, a), low1 = _mm256_min_ps(low1, b);
    low2 = _mm256_min_ps(low2, c), low3 = _mm256_min_ps(low3, d);
    high0 = _mm256_max_ps(high0, a), high1 = _mm256_max_ps(high1, b);
    high2 = _mm256_max_ps(high2, c), high3 = _mm256_max_ps(high3, d);
    bits0 = _mm256_max_epu32(bits0, _mm256_and_si256(magnitude, _mm256_castps_si256(a)));
    bits1 = _mm256_max_epu32(bits1, _mm256_and_si256(magnitude, _mm256_castps_si256(b)));
    bits2 = _mm256_max_epu32(bits2, _mm256_and_si256(magnitude, _mm256_castps_si256(c)));
    bits3 = _mm256_max_epu32(bits3, _mm256_and_si256(magnitude, _mm256_castps_si256(d)));
  }
  run_range r{lowest_of(_mm256_min_ps(_mm256_min_ps(low0, low1), _mm256_min_ps(low2, low3))),
              highest_of(_mm256_max_ps(_mm256_max_ps(high0, high1), _mm256_max_ps(high2, high3))),
              highest_of(_mm256_max_epu32(_mm256_max_epu32(bits0, bits1), _mm256_max_epu32(bits2, bits3)))};
  for (; i < count; ++i) portable::widen_one(r, values[i]);
  return r;
}

/// clamp(rint(x / scale + zero_point)) of eight values as int32, NaN as 0.
AEQ_AVX2 inline __m256i quantize_eight(__m256 x, __m256 scale, __m256 zero_point, __m256 lowest, __m256 highest) {
  __m256 steps = _mm256_add_ps(_mm256_div_ps(x, scale), zero_point);
  steps = _mm256_and_ps(steps, _mm256_cmp_ps(steps, steps, _CMP_ORD_Q));
  steps = _mm256_round_ps(steps, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(steps, lowest), highest));
}

/// Four times eight int32, which fit in int8, in order.
AEQ_AVX2 inline void store_bytes(__m256i a, __m256i b, __m256i c, __m256i d, std::int8_t* result) {
  const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
  const __m256i in_order = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(result), in_order);
}

AEQ_AVX2 inline void quantize_run(const float* values, std::size_t count, float scale, float zero_point, float lowest,
                                  float highest, std::int8_t* result) {
  const __m256 s = _mm256_set1_ps(scale), z = _mm256_set1_ps(zero_point);
  const __m256 low = _mm256_set1_ps(lowest), high = _mm256_set1_ps(highest);
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const float* x = values + i;
    store_bytes(quantize_eight(_mm256_loadu_ps(x), s, z, low, high),
                quantize_eight(_mm256_loadu_ps(x + 8), s, z, low, high),
                quantize_eight(_mm256_loadu_ps(x + 16), s, z, low, high),
                quantize_eight(_mm256_loadu_ps(x + 24), s, z, low, high), result + i);
  }
  portable::quantize_run(values + i, count - i, scale, zero_point, lowest, highest, result + i);
}

AEQ_AVX2 inline void quantize_columns(const float* values, std::size_t count, const float* scales,
                                      const float* zero_points, float lowest, float highest, std::int8_t* result) {
  const __m256 low = _mm256_set1_ps(lowest), high = _mm256_set1_ps(highest);
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m256i q[4];
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t at = i + 8 * k;
      q[k] = quantize_eight(_mm256_loadu_ps(values + at), _mm256_loadu_ps(scales + at),
                            _mm256_loadu_ps(zero_points + at), low, high);
    }
    store_bytes(q[0], q[1], q[2], q[3], result + i);
  }
  portable::quantize_columns(values + i, count - i, scales + i, zero_points + i, lowest, highest, result + i);
}

AEQ_AVX2 inline void to_float16(const float* values, std::size_t count, std::uint16_t* result) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(values + i), _MM_FROUND_TO_NEAREST_INT);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(result + i), halves);
  }
  portable::to_float16(values + i, count - i, result + i);
}

#undef AEQ_AVX2

}  // namespace avx2

inline constexpr weight_loops avx2_loops{
    "avx2", &avx2::range, &portable::widen, &avx2::quantize_run, &avx2::quantize_columns, &avx2::to_float16};

[[nodiscard]] inline bool has_avx2_and_f16c() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  const bool f16c = __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
  return f16c && __builtin_cpu_supports("avx2");
}
#endif

/// The fastest variant that this processor has.
[[nodiscard]] inline const weight_loops& best_loops() {
#if AEQ_HAS_AVX2_LOOPS
  static const bool available = has_avx2_and_f16c();
  if (available) return avx2_loops;
#endif
  return portable_loops;
}

}  // namespace aeq::inline AEQ_ABI::quantize
