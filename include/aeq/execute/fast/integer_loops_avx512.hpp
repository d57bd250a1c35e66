// SPDX-License-Identifier: Apache-2.0
// Inside: the inner loops of integer products for x86-64 processors with AVX-512 and its VNNI instructions. Compiled
// behind function targets: no compiler flag is needed, and a processor without them gets another variant.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <aeq/execute/fast/integer_loops.hpp>

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

/// Of `count` channels, 0 to 16.
AEQ_AVX512 inline __mmask16 first_channels(std::size_t count) {
  return static_cast<__mmask16>((1u << std::min<std::size_t>(count, 16)) - 1u);
}

/// Of as many channels.
struct factors {
  __m512i multiplier;
  __m512i left;
  __m512i right;
};

/// kernel::multiply, 16 times. (high_product is the product plus 2^30, shifted by 31: the halves it rounds go up.)
AEQ_AVX512 inline __m512i multiplied(__m512i value, const factors& by) {
  constexpr __mmask16 all = 0xffff;  // (masked forms: g++ 12 warns of its own unmasked ones)
  const __m512i one = _mm512_set1_epi32(1), half = _mm512_set1_epi64(std::int64_t(1) << 30);
  const __m512i x = _mm512_maskz_sllv_epi32(all, value, by.left);
  const __m512i even = _mm512_add_epi64(_mm512_maskz_mul_epi32(0xff, x, by.multiplier), half);
  const __m512i odd = _mm512_add_epi64(_mm512_maskz_mul_epi32(0xff, _mm512_maskz_srli_epi64(0xff, x, 32),
                                                              _mm512_maskz_srli_epi64(0xff, by.multiplier, 32)),
                                       half);
  const __m512i high =
      _mm512_mask_blend_epi32(0xaaaa, _mm512_maskz_srli_epi64(0xff, even, 31), _mm512_maskz_slli_epi64(0xff, odd, 1));
  const __m512i mask = _mm512_sub_epi32(_mm512_maskz_sllv_epi32(all, one, by.right), one);
  const __m512i rest = _mm512_and_si512(high, mask);
  const __m512i threshold =
      _mm512_sub_epi32(_mm512_maskz_srli_epi32(all, mask, 1), _mm512_maskz_srai_epi32(all, high, 31));
  const __m512i whole = _mm512_maskz_srav_epi32(all, high, by.right);
  return _mm512_mask_add_epi32(whole, _mm512_cmpgt_epi32_mask(rest, threshold), whole, one);
}

/// Clamped, plus the zero point.
AEQ_AVX512 inline __m512i placed(__m512i value, std::int32_t low, std::int32_t high, std::int32_t zero_point) {
  const __m512i raised = _mm512_maskz_max_epi32(0xffff, value, _mm512_set1_epi32(low));
  const __m512i clamped = _mm512_maskz_min_epi32(0xffff, raised, _mm512_set1_epi32(high));
  return _mm512_add_epi32(clamped, _mm512_set1_epi32(zero_point));
}

AEQ_AVX512 inline __m512i scaled(__m512i sum, const integer_scaling& by, std::size_t channel) {
  const factors own{_mm512_loadu_si512(by.multiplier + channel), _mm512_loadu_si512(by.left + channel),
                    _mm512_loadu_si512(by.right + channel)};
  return placed(multiplied(sum, own), by.low, by.high, by.zero_point);
}

AEQ_AVX512 inline void widen(const std::int8_t* from, std::size_t n, std::int32_t, std::byte* to) {
  const __m512i sign = _mm512_set1_epi8(-128);
  for (std::size_t i = 0; i < n; i += 64) {
    const std::size_t left = n - i;
    const __mmask64 which = left < 64 ? (std::uint64_t(1) << left) - 1 : ~std::uint64_t(0);
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
  for (std::size_t p = 0; p < Panels; ++p) {
    const std::size_t n = panel_channels * p;
    const __mmask16 which = first_channels(t.columns - std::min(t.columns, n));
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Rows; ++r) {
      if (t.y == nullptr) {
        _mm512_storeu_si512(t.sums[r] + n, sum[r][p]);
      } else {
        _mm512_mask_cvtepi32_storeu_epi8(t.y[r] + n, which, scaled(sum[r][p], t.scaling, n));
      }
    }
  }
}

AEQ_AVX512 inline void depthwise(const integer_depthwise_tile& t) {
  for (std::size_t c = 0; c < t.channels; c += panel_channels) {
    const __mmask16 which = first_channels(t.channels - c);
    __m512i sum = _mm512_loadu_si512(t.scaling.offset + c);
    for (std::size_t pair = 0; pair < t.pairs; ++pair) {
      const __m512i even = _mm512_maskz_cvtepi8_epi32(0xffff, _mm_maskz_loadu_epi8(which, t.rows[2 * pair] + c));
      const __m512i odd = _mm512_maskz_cvtepi8_epi32(0xffff, _mm_maskz_loadu_epi8(which, t.rows[2 * pair + 1] + c));
      const __m512i both = _mm512_mask_blend_epi16(0xaaaaaaaau, even, _mm512_maskz_slli_epi32(0xffff, odd, 16));
      sum = _mm512_dpwssd_epi32(sum, both, _mm512_loadu_si512(t.w + pair * t.w_step + c));
    }
    _mm512_mask_cvtepi32_storeu_epi8(t.y + c, which, scaled(sum, t.scaling, c));
  }
}

AEQ_AVX512 inline factors all_of(const integer_sum::factor& f) {
  return {_mm512_set1_epi32(f.multiplier), _mm512_set1_epi32(f.left), _mm512_set1_epi32(f.right)};
}

AEQ_AVX512 inline void sum(const integer_sum& by, const std::int8_t* a, const std::int8_t* b, std::size_t n,
                           std::int8_t* y) {
  const integer_sum s = by;  // which no store to y can change
  const factors of_a = all_of(s.a), of_b = all_of(s.b), of_y = all_of(s.y);
  const __m512i a_zero = _mm512_set1_epi32(s.a_zero), b_zero = _mm512_set1_epi32(s.b_zero);
  for (std::size_t i = 0; i < n; i += 16) {
    const __mmask16 which = first_channels(n - i);
    const __m512i left = _mm512_maskz_cvtepi8_epi32(0xffff, _mm_maskz_loadu_epi8(which, a + i));
    const __m512i right = _mm512_maskz_cvtepi8_epi32(0xffff, _mm_maskz_loadu_epi8(which, b + i));
    const __m512i x = multiplied(_mm512_sub_epi32(left, a_zero), of_a);
    const __m512i z = multiplied(_mm512_sub_epi32(right, b_zero), of_b);
    const __m512i total = s.is_difference ? _mm512_sub_epi32(x, z) : _mm512_add_epi32(x, z);
    _mm512_mask_cvtepi32_storeu_epi8(y + i, which, placed(multiplied(total, of_y), s.low, s.high, s.zero_point));
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
    &avx512::sum};
#endif

}  // namespace aeq::inline AEQ_ABI::execute::fast
