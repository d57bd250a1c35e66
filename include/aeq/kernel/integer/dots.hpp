// SPDX-License-Identifier: Apache-2.0
// Sums of products of integers, one or four rows of weights at a time: the inner loops of all ops with a weight.
// Freestanding.
//
// Sums wrap, so the order of the products makes no difference: processors whose instructions multiply two pairs of 16
// bits at a time (Arm's DSP extension: Cortex-M4, M7, M33, M55) take 8-bit numbers by four, with the same bits.
// Constant expressions take the plain loops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#if defined(__ARM_FEATURE_SIMD32) && __ARM_FEATURE_SIMD32
#include <arm_acle.h>
#endif

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::kernel {

namespace detail {

#if defined(__ARM_FEATURE_SIMD32) && __ARM_FEATURE_SIMD32
template <class Sum, class X, class W>
inline constexpr bool has_paired_products = std::is_same_v<X, std::int8_t>&& std::is_same_v<W, std::int8_t> &&
                                            sizeof(Sum) == 4;

/// Four neighbours.
[[nodiscard, gnu::always_inline]] inline std::uint32_t four_of(const std::int8_t* from) noexcept {
  std::uint32_t word = 0;
  __builtin_memcpy(&word, from, sizeof word);  // (std::memcpy is a call where compilers have no library)
  return word;
}
/// The even ones of four in 16 bits each, and the odd ones.
[[nodiscard, gnu::always_inline]] inline int16x2_t even_of(std::uint32_t four) noexcept {
  return __sxtb16(static_cast<int8x4_t>(four));
}
[[nodiscard, gnu::always_inline]] inline int16x2_t odd_of(std::uint32_t four) noexcept {
  int16x2_t odd;  // one instruction, which g++ 12 makes two of
  asm("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
  return odd;
}

/// sums[r] += sum over k of (x[k] - x_zero) * w[r * step + k].
template <std::size_t Rows>
#if !defined(__clang__)
[[gnu::optimize("O2", "no-schedule-insns")]]
#endif
[[gnu::noinline]] void
add_paired_dots(const std::int8_t* x, const std::int8_t* w, std::size_t step, std::size_t n, std::int32_t x_zero,
                std::uint32_t* sums) noexcept {
  const auto zero = static_cast<std::uint32_t>(x_zero) & 0xffffu;
  const auto zeros = static_cast<int16x2_t>(zero | zero << 16u);
  std::int32_t totals[Rows];
#pragma GCC unroll 4
  for (std::size_t r = 0; r < Rows; ++r) totals[r] = static_cast<std::int32_t>(sums[r]);
  // Two pointers for four rows: there are registers for no more.
  const std::int8_t* second = w + 2 * step;
  const auto row = [&](std::size_t r) { return r < 2 ? w + r * step : second + (r - 2) * step; };
  const std::int8_t* const end = x + n;
  for (const std::int8_t* const last = x + n / 4 * 4; x != last; x += 4) {
    const std::uint32_t four = four_of(x);
    const int16x2_t even = __ssub16(even_of(four), zeros);
    const int16x2_t odd = __ssub16(odd_of(four), zeros);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < Rows; ++r) {
      const std::uint32_t by = four_of(row(r));
      totals[r] = __smlad(even, even_of(by), totals[r]);
      totals[r] = __smlad(odd, odd_of(by), totals[r]);
    }
    w += 4;
    second += 4;
  }
  for (; x != end; ++x, ++w, ++second) {
    const std::int32_t value = *x - x_zero;
#pragma GCC unroll 4
    for (std::size_t r = 0; r < Rows; ++r) {
      totals[r] = static_cast<std::int32_t>(static_cast<std::uint32_t>(totals[r]) +
                                            static_cast<std::uint32_t>(value * *row(r)));
    }
  }
#pragma GCC unroll 4
  for (std::size_t r = 0; r < Rows; ++r) sums[r] = static_cast<std::uint32_t>(totals[r]);
}
#else
template <class Sum, class X, class W>
inline constexpr bool has_paired_products = false;

template <std::size_t Rows>
void add_paired_dots(const std::int8_t*, const std::int8_t*, std::size_t, std::size_t, std::int32_t,
                     std::uint32_t*) noexcept;
#endif

}  // namespace detail

/// sums[r] += sum over k < n of (x[k] - x_zero) * (w[r * step + k] - w_zero), wrapped to Sum, which has no sign.
template <std::size_t Rows, class Sum, class X, class W>
constexpr void add_dots(const X* x, const W* w, std::size_t step, std::size_t n, std::int32_t x_zero,
                        std::int32_t w_zero, Sum* sums) noexcept {
  if constexpr (detail::has_paired_products<Sum, X, W>) {
    if (!std::is_constant_evaluated() && w_zero == 0) {
      return detail::add_paired_dots<Rows>(x, w, step, n, x_zero, sums);
    }
  }
  Sum totals[Rows]{};
  for (std::size_t k = 0; k < n; ++k) {
    const std::int32_t value = static_cast<std::int32_t>(x[k]) - x_zero;
#pragma GCC unroll 4
    for (std::size_t r = 0; r < Rows; ++r) {
      totals[r] += static_cast<Sum>(value * (static_cast<std::int32_t>(w[r * step + k]) - w_zero));
    }
  }
  for (std::size_t r = 0; r < Rows; ++r) sums[r] += totals[r];
}

/// One of them.
template <class Sum, class X, class W>
[[nodiscard]] constexpr Sum dot(const X* x, const W* w, std::size_t n, std::int32_t x_zero,
                                std::int32_t w_zero) noexcept {
  Sum total[1]{};
  add_dots<1>(x, w, 0, n, x_zero, w_zero, total);
  return total[0];
}

}  // namespace aeq::inline AEQ_ABI::kernel
