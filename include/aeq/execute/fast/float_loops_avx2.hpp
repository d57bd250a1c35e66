// SPDX-License-Identifier: Apache-2.0
// Inside: the inner loops of float ops for x86-64 processors with AVX2 and FMA. Compiled behind function targets: no
// compiler flag is needed, and a processor without them gets another variant.
#pragma once

#include <algorithm>
#include <cstddef>

#include <aeq/execute/fast/float_loops.hpp>

#if defined(__x86_64__) && !AEQ_PORTABLE_LOOPS
#define AEQ_HAS_AVX2_FLOAT_LOOPS 1
#include <immintrin.h>
#else
#define AEQ_HAS_AVX2_FLOAT_LOOPS 0
#endif

namespace aeq::inline AEQ_ABI::execute::fast {

#if AEQ_HAS_AVX2_FLOAT_LOOPS
namespace avx2 {

#define AEQ_AVX2 __attribute__((target("avx2,fma")))

/// Of `count` floats, 0 to 8.
AEQ_AVX2 inline __m256i first_floats(std::size_t count) {
  alignas(32) static constexpr int bits[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits + 8 - std::min<std::size_t>(count, 8)));
}
AEQ_AVX2 inline __m256 load(const float* from, __m256i which) {
  return _mm256_maskload_ps(from, which);
}
AEQ_AVX2 inline void store(float* to, __m256i which, __m256 v) {
  _mm256_maskstore_ps(to, which, v);
}

AEQ_AVX2 inline __m256 clamped(__m256 v, __m256 low, __m256 high) {
  return _mm256_min_ps(high, _mm256_max_ps(low, v));  // the second one, if it is not a number
}

AEQ_AVX2 inline float sum_of(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}

template <std::size_t Rows, std::size_t Vectors>
AEQ_AVX2 void multiply(const product_tile& t) {
  __m256 sum[Rows][Vectors];
  __m256i which[Vectors];
#pragma GCC unroll 8
  for (std::size_t v = 0; v < Vectors; ++v) which[v] = first_floats(t.columns - std::min(t.columns, 8 * v));
#pragma GCC unroll 6
  for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
    for (std::size_t v = 0; v < Vectors; ++v)
      sum[r][v] = t.starts ? _mm256_setzero_ps() : load(t.y[r] + 8 * v, which[v]);
  }
  const float* b = t.b;
  for (std::size_t tap = 0; tap < t.taps; ++tap) {
    const float* row[Rows];
#pragma GCC unroll 6
    for (std::size_t r = 0; r < Rows; ++r) row[r] = t.rows[tap * Rows + r];
    for (std::size_t k = 0; k < t.depth; ++k, b += t.b_step) {
      __m256 by[Vectors];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < Vectors; ++v) by[v] = _mm256_loadu_ps(b + 8 * v);
#pragma GCC unroll 6
      for (std::size_t r = 0; r < Rows; ++r) {
        const __m256 x = _mm256_set1_ps(row[r][k]);
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) sum[r][v] = _mm256_fmadd_ps(x, by[v], sum[r][v]);
      }
    }
  }
#pragma GCC unroll 6
  for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
    for (std::size_t v = 0; v < Vectors; ++v) {
      if (t.is_done) {
        if (t.bias != nullptr) sum[r][v] = _mm256_add_ps(sum[r][v], load(t.bias + 8 * v, which[v]));
        sum[r][v] = clamped(sum[r][v], _mm256_set1_ps(t.low), _mm256_set1_ps(t.high));
      }
      store(t.y[r] + 8 * v, which[v], sum[r][v]);
    }
  }
}

AEQ_AVX2 inline void dots(const float* x, const float* const* w, std::size_t depth, float* sums) {
  __m256 even[4], odd[4];
  const float* row[4];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    even[i] = odd[i] = _mm256_setzero_ps();
    row[i] = w[i];
  }
  std::size_t k = 0;
  for (; k + 2 * 8 <= depth; k += 2 * 8) {
    const __m256 x0 = _mm256_loadu_ps(x + k), x1 = _mm256_loadu_ps(x + k + 8);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
      even[i] = _mm256_fmadd_ps(x0, _mm256_loadu_ps(row[i] + k), even[i]);
      odd[i] = _mm256_fmadd_ps(x1, _mm256_loadu_ps(row[i] + k + 8), odd[i]);
    }
  }
  for (; k < depth; k += 8) {
    const __m256i which = first_floats(depth - k);
    const __m256 x0 = load(x + k, which);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) even[i] = _mm256_fmadd_ps(x0, load(row[i] + k, which), even[i]);
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) sums[i] = sum_of(_mm256_add_ps(even[i], odd[i]));
}

AEQ_AVX2 inline void depthwise(const depthwise_tile& t) {
  constexpr std::size_t P = depthwise_pixels;
  const __m256 low = _mm256_set1_ps(t.low), high = _mm256_set1_ps(t.high);
  for (std::size_t c = 0; c < t.channels; c += 8) {
    const __m256i which = first_floats(t.channels - c);
    __m256 sum[P];
#pragma GCC unroll 4
    for (std::size_t p = 0; p < P; ++p) sum[p] = _mm256_setzero_ps();
    for (std::size_t tap = 0; tap < t.taps; ++tap) {
      const __m256 by = load(t.w + tap * t.channels + c, which);
#pragma GCC unroll 4
      for (std::size_t p = 0; p < P; ++p) sum[p] = _mm256_fmadd_ps(load(t.rows[tap * P + p] + c, which), by, sum[p]);
    }
#pragma GCC unroll 4
    for (std::size_t p = 0; p < P; ++p) {
      if (t.bias != nullptr) sum[p] = _mm256_add_ps(sum[p], load(t.bias + c, which));
      store(t.y[p] + c, which, clamped(sum[p], low, high));
    }
  }
}

#undef AEQ_AVX2

}  // namespace avx2

inline constexpr float_loops avx2_float_loops{
    "avx2",
    6,
    8,
    {{&avx2::multiply<1, 1>, &avx2::multiply<1, 2>}, {&avx2::multiply<6, 1>, &avx2::multiply<6, 2>}},
    &avx2::multiply<1, 8>,
    &avx2::dots,
    &avx2::depthwise,
    4,
    &portable::turn};
#endif

}  // namespace aeq::inline AEQ_ABI::execute::fast
