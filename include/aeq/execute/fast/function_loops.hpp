// SPDX-License-Identifier: Apache-2.0
// Functions of many floats as the processor does them best. The loops are the same for all: what differs is the vectors
// that the compiler may use, and that some round products and sums at once.
//
// Inside: function_ops.hpp includes it, other headers do not.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include <aeq/config.hpp>
#include <aeq/execute/fast/float_functions.hpp>

#if defined(__x86_64__) && !AEQ_PORTABLE_LOOPS
#define AEQ_HAS_X86_FUNCTION_LOOPS 1
#else
#define AEQ_HAS_X86_FUNCTION_LOOPS 0
#endif

namespace aeq::inline AEQ_ABI::execute::fast {

struct function_loops {
  /// y[i] = f(x[i]) for n floats; y may be x.
  using row = void (*)(const float* x, float* y, std::size_t n);

  const char* name = "";
  row exponential = nullptr;
  row logistic = nullptr;
  row hyperbolic_tangent = nullptr;
  row gelu = nullptr;
  row gelu_by_tangent = nullptr;
  row elu = nullptr;
  /// The greatest of n floats, at least one.
  float (*greatest)(const float* x, std::size_t n) = nullptr;
  /// y[i] = e^((x[i] - from) * scale), and their sum; y may be x.
  float (*exponentials)(const float* x, float* y, std::size_t n, float from, float scale) = nullptr;
  /// y[i] = y[i] / by
  void (*divide)(float* y, std::size_t n, float by) = nullptr;
};

namespace detail {

/// Floats that are computed together: a vector of the widest, several of others. Fewer at the end are filled up, so
/// that a float's result does not depend on its place.
inline constexpr std::size_t function_block = 16;

template <class Each>
[[gnu::always_inline]] inline void for_each_block(const float* x, float* y, std::size_t n, const Each& each) {
  alignas(64) float block[function_block];
  std::size_t i = 0;
  for (; i + function_block <= n; i += function_block) {
    for (std::size_t j = 0; j < function_block; ++j) block[j] = each(x[i + j]);
    std::memcpy(y + i, block, sizeof block);
  }
  if (i == n) return;
  alignas(64) float rest[function_block] = {};
  std::copy(x + i, x + n, rest);
  for (std::size_t j = 0; j < function_block; ++j) block[j] = each(rest[j]);
  std::copy_n(block, n - i, y + i);
}

template <class Function>
[[gnu::always_inline]] inline void map_floats(const float* x, float* y, std::size_t n) {
  for_each_block(
      x, y, n, [](float value) __attribute__((always_inline)) { return Function::of(value); });
}

[[gnu::always_inline]] inline float greatest_float(const float* x, std::size_t n) {
  float greatest = x[0];
  std::size_t i = 0;
  if (n >= function_block) {
    alignas(64) float lanes[function_block];
    std::memcpy(lanes, x, sizeof lanes);
    for (i = function_block; i + function_block <= n; i += function_block) {
      for (std::size_t j = 0; j < function_block; ++j) lanes[j] = lanes[j] < x[i + j] ? x[i + j] : lanes[j];
    }
    greatest = *std::max_element(lanes, lanes + function_block);
  }
  for (; i < n; ++i) greatest = greatest < x[i] ? x[i] : greatest;
  return greatest;
}

[[gnu::always_inline]] inline float exponentials_of(const float* x, float* y, std::size_t n, float from, float scale) {
  alignas(64) float sums[function_block] = {};
  alignas(64) float block[function_block];
  std::size_t i = 0;
  for (; i + function_block <= n; i += function_block) {
    for (std::size_t j = 0; j < function_block; ++j) {
      block[j] = function::exponential::of((x[i + j] - from) * scale);
      sums[j] += block[j];
    }
    std::memcpy(y + i, block, sizeof block);
  }
  alignas(64) float rest[function_block] = {};
  std::copy(x + i, x + n, rest);
  for (std::size_t j = 0; j < function_block; ++j) block[j] = function::exponential::of((rest[j] - from) * scale);
  std::copy_n(block, n - i, y + i);
  for (std::size_t j = 0; j < n - i; ++j) sums[j] += block[j];
  for (std::size_t half = function_block / 2; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) sums[j] += sums[j + half];
  }
  return sums[0];
}

[[gnu::always_inline]] inline void divide_floats(float* y, std::size_t n, float by) {
  for_each_block(
      y, y, n, [by](float value) __attribute__((always_inline)) { return value / by; });
}

}  // namespace detail

// One set of functions for each kind of processor. (A macro: what a function is compiled for can't be a template's
// parameter.)
// NOLINTBEGIN(bugprone-macro-parentheses): names and attributes take none
#define AEQ_FUNCTION_LOOPS(NAME, TARGET)                                                                 \
  namespace NAME {                                                                                       \
  template <class Function>                                                                              \
  TARGET void map_floats(const float* x, float* y, std::size_t n) {                                      \
    detail::map_floats<Function>(x, y, n);                                                               \
  }                                                                                                      \
  TARGET inline float greatest(const float* x, std::size_t n) {                                          \
    return detail::greatest_float(x, n);                                                                 \
  }                                                                                                      \
  TARGET inline float exponentials(const float* x, float* y, std::size_t n, float from, float scale) {   \
    return detail::exponentials_of(x, y, n, from, scale);                                                \
  }                                                                                                      \
  TARGET inline void divide(float* y, std::size_t n, float by) {                                         \
    detail::divide_floats(y, n, by);                                                                     \
  }                                                                                                      \
  }                                                                                                      \
  inline constexpr function_loops NAME##_function_loops{#NAME,                                           \
                                                        &NAME::map_floats<function::exponential>,        \
                                                        &NAME::map_floats<function::logistic>,           \
                                                        &NAME::map_floats<function::hyperbolic_tangent>, \
                                                        &NAME::map_floats<function::gelu>,               \
                                                        &NAME::map_floats<function::gelu_by_tangent>,    \
                                                        &NAME::map_floats<function::elu>,                \
                                                        &NAME::greatest,                                 \
                                                        &NAME::exponentials,                             \
                                                        &NAME::divide};
// NOLINTEND(bugprone-macro-parentheses)

AEQ_FUNCTION_LOOPS(portable, )
#if AEQ_HAS_X86_FUNCTION_LOOPS
AEQ_FUNCTION_LOOPS(avx2, __attribute__((target("avx2,fma"))))
AEQ_FUNCTION_LOOPS(avx512, __attribute__((target("avx512f,avx2,fma"))))
#endif
#undef AEQ_FUNCTION_LOOPS

/// The fastest variant that this processor has.
[[nodiscard]] inline const function_loops& best_function_loops() {
#if AEQ_HAS_X86_FUNCTION_LOOPS
  static const function_loops* const best = __builtin_cpu_supports("avx512f") ? &avx512_function_loops
                                            : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                                                ? &avx2_function_loops
                                                : &portable_function_loops;
  return *best;
#else
  return portable_function_loops;
#endif
}

}  // namespace aeq::inline AEQ_ABI::execute::fast
