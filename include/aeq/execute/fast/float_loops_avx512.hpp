// SPDX-License-Identifier: Apache-2.0
// Inside: the inner loops of float ops for x86-64 processors with AVX-512. Compiled behind function targets: no
// compiler flag is needed, and a processor without them gets another variant.
#pragma once

#include <algorithm>
#include <cstddef>

#include <aeq/execute/fast/float_loops.hpp>

#if defined(__x86_64__) && !AEQ_PORTABLE_LOOPS
#define AEQ_HAS_AVX512_FLOAT_LOOPS 1
#include <immintrin.h>
#else
#define AEQ_HAS_AVX512_FLOAT_LOOPS 0
#endif

namespace aeq::inline AEQ_ABI::execute::fast {

#if AEQ_HAS_AVX512_FLOAT_LOOPS
namespace avx512 {

#define AEQ_AVX512 __attribute__((target("avx512f,avx2,fma")))

/// Of `count` floats, 0 to 16.
AEQ_AVX512 inline __mmask16 first_floats(std::size_t count) {
  return static_cast<__mmask16>((1u << std::min<std::size_t>(count, 16)) - 1u);
}
AEQ_AVX512 inline __m512 load(const float* from, __mmask16 which) {
  return _mm512_maskz_loadu_ps(which, from);
}
AEQ_AVX512 inline void store(float* to, __mmask16 which, __m512 v) {
  _mm512_mask_storeu_ps(to, which, v);
}

/// (The masked forms: g++ 12 warns of its own unmasked ones.)
AEQ_AVX512 inline __m512 clamped(__m512 v, __m512 low, __m512 high) {
  return _mm512_maskz_min_ps(0xffff, high, _mm512_maskz_max_ps(0xffff, low, v));  // the second one, if not a number
}

AEQ_AVX512 inline float sum_of(__m512 v) {
  alignas(64) float each[16];
  _mm512_store_ps(each, v);
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) each[i] += each[i + half];
  }
  return each[0];
}

template <std::size_t Rows, std::size_t Vectors>
AEQ_AVX512 void multiply(const product_tile& t) {
  __m512 sum[Rows][Vectors];
  __mmask16 which[Vectors];
#pragma GCC unroll 8
  for (std::size_t v = 0; v < Vectors; ++v) which[v] = first_floats(t.columns - std::min(t.columns, 16 * v));
#pragma GCC unroll 8
  for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
    for (std::size_t v = 0; v < Vectors; ++v)
      sum[r][v] = t.starts ? _mm512_setzero_ps() : load(t.y[r] + 16 * v, which[v]);
  }
  const float* b = t.b;
  for (std::size_t tap = 0; tap < t.taps; ++tap) {
    const float* row[Rows];
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Rows; ++r) row[r] = t.rows[tap * Rows + r];
    for (std::size_t k = 0; k < t.depth; ++k, b += t.b_step) {
      __m512 by[Vectors];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < Vectors; ++v) by[v] = _mm512_loadu_ps(b + 16 * v);
#pragma GCC unroll 8
      for (std::size_t r = 0; r < Rows; ++r) {
        const __m512 x = _mm512_set1_ps(row[r][k]);
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) sum[r][v] = _mm512_fmadd_ps(x, by[v], sum[r][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
    for (std::size_t v = 0; v < Vectors; ++v) {
      if (t.is_done) {
        if (t.bias != nullptr) sum[r][v] = _mm512_add_ps(sum[r][v], load(t.bias + 16 * v, which[v]));
        sum[r][v] = clamped(sum[r][v], _mm512_set1_ps(t.low), _mm512_set1_ps(t.high));
      }
      store(t.y[r] + 16 * v, which[v], sum[r][v]);
    }
  }
}

AEQ_AVX512 inline void dots(const float* x, const float* const* w, std::size_t depth, float* sums) {
  __m512 even[4], odd[4];
  const float* row[4];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    even[i] = odd[i] = _mm512_setzero_ps();
    row[i] = w[i];
  }
  std::size_t k = 0;
  for (; k + 2 * 16 <= depth; k += 2 * 16) {
    const __m512 x0 = _mm512_loadu_ps(x + k), x1 = _mm512_loadu_ps(x + k + 16);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
      even[i] = _mm512_fmadd_ps(x0, _mm512_loadu_ps(row[i] + k), even[i]);
      odd[i] = _mm512_fmadd_ps(x1, _mm512_loadu_ps(row[i] + k + 16), odd[i]);
    }
  }
  for (; k < depth; k += 16) {
    const __mmask16 which = first_floats(depth - k);
    const __m512 x0 = load(x + k, which);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) even[i] = _mm512_fmadd_ps(x0, load(row[i] + k, which), even[i]);
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) sums[i] = sum_of(_mm512_add_ps(even[i], odd[i]));
}

AEQ_AVX512 inline void depthwise(const depthwise_tile& t) {
  constexpr std::size_t P = depthwise_pixels;
  const __m512 low = _mm512_set1_ps(t.low), high = _mm512_set1_ps(t.high);
  for (std::size_t c = 0; c < t.channels; c += 16) {
    const __mmask16 which = first_floats(t.channels - c);
    __m512 sum[P];
#pragma GCC unroll 4
    for (std::size_t p = 0; p < P; ++p) sum[p] = _mm512_setzero_ps();
    for (std::size_t tap = 0; tap < t.taps; ++tap) {
      const __m512 by = load(t.w + tap * t.channels + c, which);
#pragma GCC unroll 4
      for (std::size_t p = 0; p < P; ++p) sum[p] = _mm512_fmadd_ps(load(t.rows[tap * P + p] + c, which), by, sum[p]);
    }
#pragma GCC unroll 4
    for (std::size_t p = 0; p < P; ++p) {
      if (t.bias != nullptr) sum[p] = _mm512_add_ps(sum[p], load(t.bias + c, which));
      store(t.y[p] + c, which, clamped(sum[p], low, high));
    }
  }
}

/// Rows of 16: neighbours are exchanged at distances 1, 2, 4 and 8.
AEQ_AVX512 inline void turn(const float* from, std::size_t step, float* to, std::size_t to_step) {
  __m512 a[16], b[16];
#pragma GCC unroll 16
  for (std::size_t i = 0; i < 16; ++i) a[i] = _mm512_loadu_ps(from + i * step);
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 16; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
  }
#pragma GCC unroll 8
  for (std::size_t j = 0; j < 8; ++j) {
    const std::size_t i = j / 2 * 4 + j % 2;
    a[i] = __builtin_shufflevector(b[i], b[i + 2], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
    a[i + 2] = __builtin_shufflevector(b[i], b[i + 2], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
#pragma GCC unroll 8
  for (std::size_t j = 0; j < 8; ++j) {
    const std::size_t i = j / 4 * 8 + j % 4;
    b[i] = __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
    b[i + 4] = __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
  }
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) {
    _mm512_storeu_ps(to + i * to_step,
                     __builtin_shufflevector(b[i], b[i + 8], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
    _mm512_storeu_ps(to + (i + 8) * to_step, __builtin_shufflevector(b[i], b[i + 8], 8, 9, 10, 11, 12, 13, 14, 15, 24,
                                                                     25, 26, 27, 28, 29, 30, 31));
  }
}

#undef AEQ_AVX512

}  // namespace avx512

inline constexpr float_loops avx512_float_loops{
    "avx512",
    8,
    16,
    {{&avx512::multiply<1, 1>, &avx512::multiply<1, 2>}, {&avx512::multiply<8, 1>, &avx512::multiply<8, 2>}},
    &avx512::multiply<1, 8>,
    &avx512::dots,
    &avx512::depthwise,
    16,
    &avx512::turn};
#endif

}  // namespace aeq::inline AEQ_ABI::execute::fast
