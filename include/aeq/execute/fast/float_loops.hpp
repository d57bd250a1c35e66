// SPDX-License-Identifier: Apache-2.0
// The inner loops of float convolutions and products, as a processor does them best: tiles of a product of matrices,
// dot products, and depthwise windows. Every sum runs over k in order, whatever the tile; variants differ in that some
// have fused multiply-add, which rounds once where the portable one rounds twice, and in how dot products are split.
//
// Inside: float_product.hpp and its like include it, other headers do not.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::execute::fast {

/// Rows of a tile that are computed together, at most, and floats of a vector, at most.
inline constexpr std::size_t most_rows = 8;
inline constexpr std::size_t most_floats = 16;

/// y[r][n] = clamp(sum over tap, k of rows[tap * R + r][k] * b[(tap * depth + k) * b_step + n] + bias[n]) for R rows
/// and `columns` columns; or a part of such a sum. Rows that repeat are computed twice and do no harm.
struct product_tile {
  const float* const* rows = nullptr;
  std::size_t taps = 0;
  std::size_t depth = 0;
  const float* b = nullptr;  ///< readable up to whole vectors
  std::size_t b_step = 0;
  float* const* y = nullptr;  ///< one per row
  std::size_t columns = 0;
  bool starts = true;   ///< from zero; else from what is in y
  bool is_done = true;  ///< bias and clamp follow
  const float* bias = nullptr;
  float low = 0;
  float high = 0;
};

/// y[p][c] = clamp(sum over tap of rows[tap * P + p][c] * w[tap * channels + c] + bias[c]) for P pixels.
struct depthwise_tile {
  const float* const* rows = nullptr;
  std::size_t taps = 0;
  const float* w = nullptr;
  std::size_t channels = 0;
  float* const* y = nullptr;
  const float* bias = nullptr;
  float low = 0;
  float high = 0;
};
inline constexpr std::size_t depthwise_pixels = 4;

struct float_loops {
  const char* name = "";
  std::size_t rows = 0;                                  ///< R of tiles with many rows; the others have one
  std::size_t floats = 0;                                ///< of a vector; a tile has one or two side by side
  void (*multiply[2][2])(const product_tile&) = {};      ///< [many rows][two vectors]
  void (*multiply_wide)(const product_tile&) = nullptr;  ///< one row, eight vectors
  /// sums[i] = sum over k of x[k] * w[i][k], for four w
  void (*dots)(const float* x, const float* const* w, std::size_t depth, float* sums) = nullptr;
  void (*depthwise)(const depthwise_tile&) = nullptr;
  /// to[k * to_step + n] = from[n * step + k] for squares of so many
  std::size_t turned = 4;
  void (*turn)(const float* from, std::size_t step, float* to, std::size_t to_step) = nullptr;
};

namespace portable {

/// Four floats: what every processor with vectors has, and others are spared.
using float4 = float __attribute__((vector_size(16)));

// (By reference: compilers warn of vectors as values of functions where the processor may lack them.)
inline void load(const float* from, float4& v) {
  std::memcpy(&v, from, sizeof v);
}
inline void store(float* to, const float4& v) {
  std::memcpy(to, &v, sizeof v);
}

/// NaN passes.
inline float clamped(float x, float low, float high) {
  const float raised = x < low ? low : x;
  return high < raised ? high : raised;
}

template <std::size_t Rows, std::size_t Vectors>
void multiply(const product_tile& t) {
  float4 sum[Rows][Vectors];
  float some[Rows][4 * Vectors];
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t n = 0; n < 4 * Vectors; ++n) some[r][n] = t.starts || n >= t.columns ? 0 : t.y[r][n];
    for (std::size_t v = 0; v < Vectors; ++v) load(some[r] + 4 * v, sum[r][v]);
  }
  const float* b = t.b;
  for (std::size_t tap = 0; tap < t.taps; ++tap) {
    const float* row[Rows];
    for (std::size_t r = 0; r < Rows; ++r) row[r] = t.rows[tap * Rows + r];
    for (std::size_t k = 0; k < t.depth; ++k, b += t.b_step) {
      float4 by[Vectors];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < Vectors; ++v) load(b + 4 * v, by[v]);
#pragma GCC unroll 4
      for (std::size_t r = 0; r < Rows; ++r) {
        const float one = row[r][k];
        const float4 x{one, one, one, one};
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) sum[r][v] = sum[r][v] + x * by[v];
      }
    }
  }
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t v = 0; v < Vectors; ++v) store(some[r] + 4 * v, sum[r][v]);
    for (std::size_t n = 0; n < t.columns; ++n) {
      float value = some[r][n];
      if (t.is_done) value = clamped(t.bias != nullptr ? value + t.bias[n] : value, t.low, t.high);
      t.y[r][n] = value;
    }
  }
}

inline void dots(const float* x, const float* const* w, std::size_t depth, float* sums) {
  float4 sum[4] = {};
  std::size_t k = 0;
  for (; k + 4 <= depth; k += 4) {
    float4 by, row;
    load(x + k, by);
    for (std::size_t i = 0; i < 4; ++i) {
      load(w[i] + k, row);
      sum[i] = sum[i] + by * row;
    }
  }
  for (std::size_t i = 0; i < 4; ++i) {
    float rest = 0;
    for (std::size_t j = k; j < depth; ++j) rest += x[j] * w[i][j];
    sums[i] = ((sum[i][0] + sum[i][1]) + (sum[i][2] + sum[i][3])) + rest;
  }
}

inline void depthwise(const depthwise_tile& t) {
  constexpr std::size_t P = depthwise_pixels;
  std::size_t c = 0;
  for (; c + 4 <= t.channels; c += 4) {
    float4 sum[P] = {};
    for (std::size_t tap = 0; tap < t.taps; ++tap) {
      float4 by, row;
      load(t.w + tap * t.channels + c, by);
#pragma GCC unroll 4
      for (std::size_t p = 0; p < P; ++p) {
        load(t.rows[tap * P + p] + c, row);
        sum[p] = sum[p] + row * by;
      }
    }
    for (std::size_t p = 0; p < P; ++p) {
      for (std::size_t i = 0; i < 4; ++i) {
        const float value = t.bias != nullptr ? sum[p][i] + t.bias[c + i] : sum[p][i];
        t.y[p][c + i] = clamped(value, t.low, t.high);
      }
    }
  }
  for (; c < t.channels; ++c) {
    for (std::size_t p = 0; p < P; ++p) {
      float sum = 0;
      for (std::size_t tap = 0; tap < t.taps; ++tap) sum += t.rows[tap * P + p][c] * t.w[tap * t.channels + c];
      t.y[p][c] = clamped(t.bias != nullptr ? sum + t.bias[c] : sum, t.low, t.high);
    }
  }
}

inline void turn(const float* from, std::size_t step, float* to, std::size_t to_step) {
  float4 a, b, c, d;
  load(from, a);
  load(from + step, b);
  load(from + 2 * step, c);
  load(from + 3 * step, d);
  const float4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), AB = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const float4 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5), CD = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  store(to, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
  store(to + to_step, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
  store(to + 2 * to_step, __builtin_shufflevector(AB, CD, 0, 1, 4, 5));
  store(to + 3 * to_step, __builtin_shufflevector(AB, CD, 2, 3, 6, 7));
}

}  // namespace portable

inline constexpr float_loops portable_float_loops{
    "portable",
    4,
    4,
    {{&portable::multiply<1, 1>, &portable::multiply<1, 2>}, {&portable::multiply<4, 1>, &portable::multiply<4, 2>}},
    &portable::multiply<1, 8>,
    &portable::dots,
    &portable::depthwise,
    4,
    &portable::turn};

}  // namespace aeq::inline AEQ_ABI::execute::fast
