// SPDX-License-Identifier: Apache-2.0
// Inside: the inner loops of integer products for x86-64 processors with AVX2. Compiled behind function targets: no
// compiler flag is needed, and a processor without them gets another variant.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <aeq/execute/fast/integer_loops.hpp>

#if defined(__x86_64__) && !AEQ_PORTABLE_LOOPS
#define AEQ_HAS_AVX2_INTEGER_LOOPS 1
#include <immintrin.h>
#else
#define AEQ_HAS_AVX2_INTEGER_LOOPS 0
#endif

namespace aeq::inline AEQ_ABI::execute::fast {

#if AEQ_HAS_AVX2_INTEGER_LOOPS
namespace avx2 {

#define AEQ_AVX2 __attribute__((target("avx2")))

/// Eight int32.
AEQ_AVX2 inline __m256i load_eight(const std::int32_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

/// Of eight channels.
struct factors {
  __m256i multiplier;
  __m256i left;
  __m256i right;
  __m256i half;
  __m256i sign;
};

/// kernel::multiply, 8 times: see integer_factor. (The bits below the upper half round it, halves up.)
AEQ_AVX2 inline __m256i multiplied(__m256i value, const factors& by) {
  const __m256i rounding = _mm256_set1_epi64x(std::int64_t(1) << 31);
  const __m256i x = _mm256_sllv_epi32(value, by.left);
  const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, by.multiplier), rounding);
  const __m256i odd =
      _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(x, 32), _mm256_srli_epi64(by.multiplier, 32)), rounding);
  const __m256i high = _mm256_blend_epi32(_mm256_shuffle_epi32(even, 0xf5), odd, 0xaa);
  const __m256i rounded = _mm256_sub_epi32(_mm256_add_epi32(high, by.half), _mm256_srlv_epi32(high, by.sign));
  return _mm256_srav_epi32(rounded, by.right);
}

AEQ_AVX2 inline __m256i scaled(__m256i sum, const integer_scaling& by, std::size_t channel) {
  return multiplied(sum,
                    {load_eight(by.multiplier + channel), load_eight(by.left + channel), load_eight(by.right + channel),
                     load_eight(by.half + channel), load_eight(by.sign + channel)});
}

/// `count` of eight int8, the others 0.
AEQ_AVX2 inline __m256i load_bytes(const std::int8_t* from, std::size_t count) {
  std::int64_t bytes = 0;
  std::memcpy(&bytes, from, std::min<std::size_t>(count, 8));
  return _mm256_cvtepi8_epi32(_mm_cvtsi64_si128(bytes));
}

/// `count` of eight numbers, plus the zero point of By, clamped.
template <class By>
AEQ_AVX2 inline void store_bytes(std::int8_t* to, __m256i values, const By& by, std::size_t count) {
  const __m128i words =
      _mm_adds_epi16(_mm_packs_epi32(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1)),
                     _mm_set1_epi16(by.zero_point));
  const __m128i raised = _mm_max_epi8(_mm_packs_epi16(words, words), _mm_set1_epi8(by.low));
  const std::int64_t bytes = _mm_cvtsi128_si64(_mm_min_epi8(raised, _mm_set1_epi8(by.high)));
  std::memcpy(to, &bytes, std::min<std::size_t>(count, 8));
}

AEQ_AVX2 inline void widen(const std::int8_t* from, std::size_t n, std::int32_t zero_point, std::byte* to) {
  const __m256i zero = _mm256_set1_epi16(static_cast<std::int16_t>(zero_point));
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const __m256i x = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 2 * i), _mm256_sub_epi16(x, zero));
  }
  for (; i < n; ++i) {
    const auto x = static_cast<std::int16_t>(from[i] - zero_point);
    std::memcpy(to + 2 * i, &x, sizeof x);
  }
}

template <std::size_t Rows, std::size_t Panels>
AEQ_AVX2 void multiply(const integer_tile& t) {
  constexpr std::size_t V = 2 * Panels;
  __m256i sum[Rows][V];
  const std::byte* row[Rows];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < Rows; ++r) {
    row[r] = t.rows[r];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < V; ++v) sum[r][v] = load_eight(t.scaling.offset + 8 * v);
  }
  const std::int8_t* w = t.w;
  const std::size_t panel = t.steps * panel_channels * 2;
  for (std::size_t k = 0; k < t.steps; ++k, w += panel_channels * 2) {
    __m256i by[V];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < V; ++v) {
      by[v] = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(w + v / 2 * panel + v % 2 * 16)));
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Rows; ++r) {
      std::int32_t two = 0;
      std::memcpy(&two, row[r] + 4 * k, sizeof two);
      const __m256i x = _mm256_set1_epi32(two);
#pragma GCC unroll 8
      for (std::size_t v = 0; v < V; ++v) sum[r][v] = _mm256_add_epi32(sum[r][v], _mm256_madd_epi16(x, by[v]));
    }
  }
#pragma GCC unroll 8
  for (std::size_t v = 0; v < V; ++v) {
    const std::size_t n = 8 * v;
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Rows; ++r) {
      if (t.y == nullptr) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(t.sums[r] + n), sum[r][v]);
      } else if (t.columns > n) {
        store_bytes(t.y[r] + n, scaled(sum[r][v], t.scaling, n), t.scaling, t.columns - n);
      }
    }
  }
}

AEQ_AVX2 inline void depthwise(const integer_depthwise_tile& t) {
  for (std::size_t c = 0; c < t.channels; c += 8) {
    const std::size_t count = std::min<std::size_t>(t.channels - c, 8);
    __m256i sum = load_eight(t.scaling.offset + c);
    for (std::size_t pair = 0; pair < t.steps; ++pair) {
      const __m256i even = load_bytes(t.rows[2 * pair] + c, count), odd = load_bytes(t.rows[2 * pair + 1] + c, count);
      const __m256i both = _mm256_blend_epi16(even, _mm256_slli_epi32(odd, 16), 0xaa);
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(both, load_eight(t.w + pair * t.w_step + c)));
    }
    store_bytes(t.y + c, scaled(sum, t.scaling, c), t.scaling, count);
  }
}

constexpr std::size_t place(std::size_t channel, std::size_t) {
  return channel;
}

AEQ_AVX2 inline factors all_of(const integer_factor& f) {
  return {_mm256_set1_epi32(f.multiplier), _mm256_set1_epi32(f.left), _mm256_set1_epi32(f.right),
          _mm256_set1_epi32(f.half), _mm256_set1_epi32(f.sign)};
}

AEQ_AVX2 inline void sum(const integer_sum& by, const std::int8_t* a, const std::int8_t* b, std::size_t n,
                         std::int8_t* y) {
  const integer_sum s = by;  // which no store to y can change
  const factors of_a = all_of(s.a), of_b = all_of(s.b), of_y = all_of(s.y);
  const __m256i a_zero = _mm256_set1_epi32(s.a_zero), b_zero = _mm256_set1_epi32(s.b_zero);
  for (std::size_t i = 0; i < n; i += 8) {
    const std::size_t count = n - i;
    const __m256i x = multiplied(_mm256_sub_epi32(load_bytes(a + i, count), a_zero), of_a);
    const __m256i z = multiplied(_mm256_sub_epi32(load_bytes(b + i, count), b_zero), of_b);
    const __m256i total = s.is_difference ? _mm256_sub_epi32(x, z) : _mm256_add_epi32(x, z);
    store_bytes(y + i, multiplied(total, of_y), s, count);
  }
}

#undef AEQ_AVX2

}  // namespace avx2

inline constexpr integer_loops avx2_integer_loops{
    "avx2",
    4,
    1,
    2,
    2,
    false,
    &avx2::widen,
    {{&avx2::multiply<1, 1>, nullptr, nullptr}, {&avx2::multiply<4, 1>, nullptr, nullptr}},
    &avx2::depthwise,
    2,
    &avx2::place,
    &avx2::sum};
#endif

}  // namespace aeq::inline AEQ_ABI::execute::fast
