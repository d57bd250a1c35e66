// SPDX-License-Identifier: Apache-2.0
// Inside: the inner loops of integer products for x86-64 processors with AVX-512 and its VNNI instructions. Compiled
// behind function targets: no compiler flag is needed, and a processor without them gets another variant.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <aeq/execute/fast/integer_loops.hpp>
#include <aeq/execute/fast/integer_loops_avx2.hpp>

#if defined(__x86_64__) && !AEQ_PORTABLE_LOOPS
#define AEQ_HAS_AVX512_INTEGER_LOOPS 1
#include <immintrin.h>
#else
#define AEQ_HAS_AVX512_INTEGER_LOOPS 0
#endif

namespace aeq::inline AEQ_ABI::execute::fast {

#if AEQ_HAS_AVX512_INTEGER_LOOPS
namespace avx512 {

#define AEQ_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2")))

/// Of `count` numbers, the first 16 and the first 64.
AEQ_AVX512 inline __mmask16 first_16(std::size_t count) {
  return static_cast<__mmask16>((1u << std::min<std::size_t>(count, 16)) - 1u);
}
AEQ_AVX512 inline __mmask64 first_64(std::size_t count) {
  return count < 64 ? (std::uint64_t(1) << count) - 1 : ~std::uint64_t(0);
}

/// Of 16 channels.
struct factors {
  __m512i multiplier;
  __m512i odd_multiplier;  ///< those of the odd channels, in the places before
  __m512i left;
  __m512i right;
  __m512i half;
  __m512i sign;
};

/// kernel::multiply, 16 times: see integer_factor. (The bits below the upper half round it, halves up.)
AEQ_AVX512 inline __m512i multiplied(__m512i value, const factors& by) {
  constexpr __mmask16 all = 0xffff;  // (masked forms: g++ 12 warns of its own unmasked ones)
  const __m512i rounding = _mm512_set1_epi64(std::int64_t(1) << 31);
  const __m512i x = _mm512_maskz_sllv_epi32(all, value, by.left);
  const __m512i even = _mm512_add_epi64(_mm512_maskz_mul_epi32(0xff, x, by.multiplier), rounding);
  const __m512i odd =
      _mm512_add_epi64(_mm512_maskz_mul_epi32(0xff, _mm512_maskz_srli_epi64(0xff, x, 32), by.odd_multiplier), rounding);
  const __m512i high = _mm512_mask_shuffle_epi32(odd, 0x5555, even, static_cast<_MM_PERM_ENUM>(0xf5));
  const __m512i rounded =
      _mm512_sub_epi32(_mm512_add_epi32(high, by.half), _mm512_maskz_srlv_epi32(all, high, by.sign));
  return _mm512_maskz_srav_epi32(all, rounded, by.right);
}

AEQ_AVX512 inline __m512i scaled(__m512i sum, const integer_scaling& by, std::size_t channel) {
  return multiplied(sum, {_mm512_loadu_si512(by.multiplier + channel), _mm512_loadu_si512(by.multiplier + channel + 1),
                          _mm512_loadu_si512(by.left + channel), _mm512_loadu_si512(by.right + channel),
                          _mm512_loadu_si512(by.half + channel), _mm512_loadu_si512(by.sign + channel)});
}

/// Some of 16 numbers, plus the zero point of By, clamped.
template <class By>
AEQ_AVX512 inline void store_16(std::int8_t* to, __m512i values, const By& by, __mmask16 which) {
  const __m512i placed = _mm512_add_epi32(values, _mm512_set1_epi32(by.zero_point));
  const __m512i raised = _mm512_maskz_max_epi32(0xffff, placed, _mm512_set1_epi32(by.low));
  _mm512_mask_cvtepi32_storeu_epi8(to, which, _mm512_maskz_min_epi32(0xffff, raised, _mm512_set1_epi32(by.high)));
}

/// The same of 64, in the order of the lanes: each has four numbers of v[0], four of v[1], and so on.
AEQ_AVX512 inline __m512i bytes_of(const __m512i (&v)[4], const integer_scaling& by) {
  const __m512i zero_point = _mm512_set1_epi16(by.zero_point);
  const __m512i words = _mm512_adds_epi16(_mm512_packs_epi32(v[0], v[1]), zero_point);
  const __m512i more = _mm512_adds_epi16(_mm512_packs_epi32(v[2], v[3]), zero_point);
  return _mm512_min_epi8(_mm512_max_epi8(_mm512_packs_epi16(words, more), _mm512_set1_epi8(by.low)),
                         _mm512_set1_epi8(by.high));
}

AEQ_AVX512 inline void widen(const std::int8_t* from, std::size_t n, std::int32_t, std::byte* to) {
  const __m512i sign = _mm512_set1_epi8(-128);
  for (std::size_t i = 0; i < n; i += 64) {
    const __mmask64 which = first_64(n - i);
    _mm512_mask_storeu_epi8(to + i, which, _mm512_xor_si512(_mm512_maskz_loadu_epi8(which, from + i), sign));
  }
}

template <std::size_t Rows, std::size_t Panels>
AEQ_AVX512 void multiply(const integer_tile& t) {
  __m512i sum[Rows][Panels];
  const std::byte* row[Rows];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < Rows; ++r) {
    row[r] = t.rows[r];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < Panels; ++p) {
      sum[r][p] = _mm512_loadu_si512(t.scaling.offset + panel_channels * p);
    }
  }
  const std::int8_t* w = t.w;
  const std::size_t panel = t.steps * panel_channels * 4;
  for (std::size_t k = 0; k < t.steps; ++k, w += panel_channels * 4) {
    __m512i by[Panels];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < Panels; ++p) by[p] = _mm512_loadu_si512(w + p * panel);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Rows; ++r) {
      std::int32_t four = 0;
      std::memcpy(&four, row[r] + 4 * k, sizeof four);
      const __m512i x = _mm512_set1_epi32(four);
#pragma GCC unroll 8
      for (std::size_t p = 0; p < Panels; ++p) sum[r][p] = _mm512_dpbusd_epi32(sum[r][p], x, by[p]);
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < Rows; ++r) {
    if (t.y == nullptr) {
#pragma GCC unroll 8
      for (std::size_t p = 0; p < Panels; ++p) _mm512_storeu_si512(t.sums[r] + panel_channels * p, sum[r][p]);
      continue;
    }
#pragma GCC unroll 8
    for (std::size_t p = 0; p < Panels; ++p) sum[r][p] = scaled(sum[r][p], t.scaling, panel_channels * p);
    if constexpr (Panels == 4) {
      const __m512i in_order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
      const __m512i bytes = _mm512_maskz_permutexvar_epi32(0xffff, in_order, bytes_of(sum[r], t.scaling));
      _mm512_mask_storeu_epi8(t.y[r], first_64(t.columns), bytes);
    } else {
#pragma GCC unroll 8
      for (std::size_t p = 0; p < Panels; ++p) {
        const std::size_t n = panel_channels * p;
        store_16(t.y[r] + n, sum[r][p], t.scaling, first_16(t.columns - std::min(t.columns, n)));
      }
    }
  }
}

/// Where channels stand behind bytes_of, and in depthwise weights: four of each 16 in a row, in blocks of 64, and of 32
/// if so many are left.
constexpr std::size_t place(std::size_t channel, std::size_t channels) {
  const std::size_t block = channel / 64 * 64, c = channel - block;
  const std::size_t lanes = channels - block > 32 ? 4 : 2;
  return block + c % 16 / 4 * (4 * lanes) + c / 16 * 4 + c % 4;
}

/// Channels [c, c + 64), as far as there are so many.
AEQ_AVX512 inline void depthwise_64(const integer_depthwise_tile& t, std::size_t c) {
  const __mmask64 which = first_64(t.channels - c);
  const __m512i flip = _mm512_set1_epi8(-128);
  __m512i sum[4];
#pragma GCC unroll 4
  for (std::size_t q = 0; q < 4; ++q) sum[q] = _mm512_loadu_si512(t.scaling.offset + c + 16 * q);
  for (std::size_t step = 0; step < t.steps; ++step) {
    __m512i x[4];
#pragma GCC unroll 4
    for (std::size_t tap = 0; tap < 4; ++tap) {
      x[tap] = _mm512_xor_si512(_mm512_maskz_loadu_epi8(which, t.rows[4 * step + tap] + c), flip);
    }
    const __m512i low01 = _mm512_unpacklo_epi8(x[0], x[1]), high01 = _mm512_unpackhi_epi8(x[0], x[1]);
    const __m512i low23 = _mm512_unpacklo_epi8(x[2], x[3]), high23 = _mm512_unpackhi_epi8(x[2], x[3]);
    const __m512i fours[4] = {_mm512_unpacklo_epi16(low01, low23), _mm512_unpackhi_epi16(low01, low23),
                              _mm512_unpacklo_epi16(high01, high23), _mm512_unpackhi_epi16(high01, high23)};
    const std::int32_t* const w = t.w + step * t.w_step + c;
#pragma GCC unroll 4
    for (std::size_t q = 0; q < 4; ++q) sum[q] = _mm512_dpbusd_epi32(sum[q], fours[q], _mm512_loadu_si512(w + 16 * q));
  }
#pragma GCC unroll 4
  for (std::size_t q = 0; q < 4; ++q) sum[q] = scaled(sum[q], t.scaling, c + 16 * q);
  _mm512_mask_storeu_epi8(t.y + c, which, bytes_of(sum, t.scaling));
}

/// Channels [c, c + 32): vectors of half the size have more ports to run on.
AEQ_AVX512 inline void depthwise_32(const integer_depthwise_tile& t, std::size_t c) {
  const auto which = static_cast<__mmask32>(first_64(t.channels - c));
  const __m256i flip = _mm256_set1_epi8(-128);
  __m256i sum[4];
#pragma GCC unroll 4
  for (std::size_t q = 0; q < 4; ++q) sum[q] = avx2::load_eight(t.scaling.offset + c + 8 * q);
  for (std::size_t step = 0; step < t.steps; ++step) {
    __m256i x[4];
#pragma GCC unroll 4
    for (std::size_t tap = 0; tap < 4; ++tap) {
      x[tap] = _mm256_xor_si256(_mm256_maskz_loadu_epi8(which, t.rows[4 * step + tap] + c), flip);
    }
    const __m256i low01 = _mm256_unpacklo_epi8(x[0], x[1]), high01 = _mm256_unpackhi_epi8(x[0], x[1]);
    const __m256i low23 = _mm256_unpacklo_epi8(x[2], x[3]), high23 = _mm256_unpackhi_epi8(x[2], x[3]);
    const __m256i fours[4] = {_mm256_unpacklo_epi16(low01, low23), _mm256_unpackhi_epi16(low01, low23),
                              _mm256_unpacklo_epi16(high01, high23), _mm256_unpackhi_epi16(high01, high23)};
    const std::int32_t* const w = t.w + step * t.w_step + c;
#pragma GCC unroll 4
    for (std::size_t q = 0; q < 4; ++q) sum[q] = _mm256_dpbusd_epi32(sum[q], fours[q], avx2::load_eight(w + 8 * q));
  }
#pragma GCC unroll 4
  for (std::size_t q = 0; q < 4; ++q) sum[q] = avx2::scaled(sum[q], t.scaling, c + 8 * q);
  const __m256i zero_point = _mm256_set1_epi16(t.scaling.zero_point);
  const __m256i words = _mm256_adds_epi16(_mm256_packs_epi32(sum[0], sum[1]), zero_point);
  const __m256i more = _mm256_adds_epi16(_mm256_packs_epi32(sum[2], sum[3]), zero_point);
  const __m256i raised = _mm256_max_epi8(_mm256_packs_epi16(words, more), _mm256_set1_epi8(t.scaling.low));
  _mm256_mask_storeu_epi8(t.y + c, which, _mm256_min_epi8(raised, _mm256_set1_epi8(t.scaling.high)));
}

AEQ_AVX512 inline void depthwise(const integer_depthwise_tile& t) {
  std::size_t c = 0;
  for (; c + 32 < t.channels; c += 64) depthwise_64(t, c);
  if (c < t.channels) depthwise_32(t, c);
}

AEQ_AVX512 inline factors all_of(const integer_factor& f) {
  const __m512i multiplier = _mm512_set1_epi32(f.multiplier);
  return {multiplier,
          multiplier,
          _mm512_set1_epi32(f.left),
          _mm512_set1_epi32(f.right),
          _mm512_set1_epi32(f.half),
          _mm512_set1_epi32(f.sign)};
}

AEQ_AVX512 inline void sum(const integer_sum& by, const std::int8_t* a, const std::int8_t* b, std::size_t n,
                           std::int8_t* y) {
  const integer_sum s = by;  // which no store to y can change
  const factors of_a = all_of(s.a), of_b = all_of(s.b), of_y = all_of(s.y);
  const __m512i a_zero = _mm512_set1_epi32(s.a_zero), b_zero = _mm512_set1_epi32(s.b_zero);
  for (std::size_t i = 0; i < n; i += 16) {
    const __mmask16 which = first_16(n - i);
    const __m512i left = _mm512_maskz_cvtepi8_epi32(0xffff, _mm_maskz_loadu_epi8(which, a + i));
    const __m512i right = _mm512_maskz_cvtepi8_epi32(0xffff, _mm_maskz_loadu_epi8(which, b + i));
    const __m512i x = multiplied(_mm512_sub_epi32(left, a_zero), of_a);
    const __m512i z = multiplied(_mm512_sub_epi32(right, b_zero), of_b);
    const __m512i total = s.is_difference ? _mm512_sub_epi32(x, z) : _mm512_add_epi32(x, z);
    store_16(y + i, multiplied(total, of_y), s, which);
  }
}

#undef AEQ_AVX512

}  // namespace avx512

inline constexpr integer_loops avx512_integer_loops{
    "avx512",
    6,
    4,
    4,
    1,
    true,
    &avx512::widen,
    {{&avx512::multiply<1, 1>, &avx512::multiply<1, 2>, &avx512::multiply<1, 4>},
     {&avx512::multiply<6, 1>, &avx512::multiply<6, 2>, &avx512::multiply<6, 4>}},
    &avx512::depthwise,
    4,
    &avx512::place,
    &avx512::sum};
#endif

}  // namespace aeq::inline AEQ_ABI::execute::fast
