// SPDX-License-Identifier: Apache-2.0
// Every variant of the inner loops that this processor has, against the portable one, and the sums' order.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/families.hpp>
#include <aeq/execute/fast/float_product.hpp>
#include <aeq/execute/fast/fully_connected.hpp>
#include <aeq/execute/operation.hpp>

#include "support/random_values.hpp"

namespace fast = aeq::execute::fast;

namespace {

std::vector<const fast::float_loops*> variants() {
  std::vector<const fast::float_loops*> all{&fast::portable_float_loops};
#if AEQ_HAS_AVX2_FLOAT_LOOPS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) all.push_back(&fast::avx2_float_loops);
#endif
#if AEQ_HAS_AVX512_FLOAT_LOOPS
  if (__builtin_cpu_supports("avx512f")) all.push_back(&fast::avx512_float_loops);
#endif
  return all;
}

std::vector<float> numbers(aeq_test::generator& random, std::size_t count) {
  std::vector<float> result(count);
  for (float& x : result) x = random.real();
  return result;
}

/// The product as the variant computes it, in `pieces` parts by rows or columns.
std::vector<float> product(const fast::float_loops& loops, const std::vector<float>& a, const std::vector<float>& b,
                           std::size_t rows, std::size_t depth, std::size_t columns, std::size_t pieces, bool by_rows,
                           bool is_turned) {
  std::vector<float> y(rows * columns, -7.0f);
  fast::float_product p;
  p.rows = rows;
  p.columns = p.y_step = columns;
  p.depth = depth;
  p.b = b.data();
  p.b_k = is_turned ? 1 : columns;
  p.b_n = is_turned ? depth : 1;
  p.y = y.data();
  p.limits = {-100, 100};
  std::vector<float> packed(fast::packed_floats_of(loops, columns, 1, depth));
  const fast::detail::plain_rows fill{a.data(), depth};
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::size_t all = by_rows ? rows : columns;
    const std::size_t begin = all * i / pieces, end = all * (i + 1) / pieces;
    fast::multiply_part(loops, p, by_rows ? begin : 0, by_rows ? end : rows, by_rows ? 0 : begin,
                        by_rows ? columns : end, packed, fill);
  }
  return y;
}

/// x * by + sum, rounded once, which not every C library's fma does: MinGW-w64's rounds twice.
#if defined(__x86_64__)
__attribute__((target("fma"))) float fused_by_instruction(float x, float by, float sum) {
  return __builtin_fmaf(x, by, sum);
}
float fused_sum(float x, float by, float sum) {
  return __builtin_cpu_supports("fma") ? fused_by_instruction(x, by, sum) : std::fma(x, by, sum);
}
#else
float fused_sum(float x, float by, float sum) {
  return std::fma(x, by, sum);
}
#endif

}  // namespace

TEST_SUITE_BEGIN("execute/float_loops");

TEST_CASE("products are the same bits however they are cut") {
  aeq_test::generator random(17);
  for (const fast::float_loops* loops : variants()) {
    CAPTURE(std::string(loops->name));
    for (const auto& [rows, depth, columns] : {std::array<std::size_t, 3>{1, 40, 300}, {5, 600, 33}, {23, 1100, 70}}) {
      const std::vector<float> a = numbers(random, rows * depth), b = numbers(random, depth * columns);
      std::vector<float> turned(b.size());
      for (std::size_t i = 0; i < b.size(); ++i) turned[i % columns * depth + i / columns] = b[i];
      const std::vector<float> whole = product(*loops, a, b, rows, depth, columns, 1, true, false);
      for (const std::size_t pieces : std::initializer_list<std::size_t>{2, 3, 7}) {
        CHECK(product(*loops, a, b, rows, depth, columns, pieces, true, false) == whole);
        CHECK(product(*loops, a, b, rows, depth, columns, pieces, false, false) == whole);
        CHECK(product(*loops, a, turned, rows, depth, columns, pieces, false, true) == whole);
      }
      // Sums run over k in order: with a fused multiplication and addition, or with two roundings.
      bool is_fused = true, is_plain = true;
      for (std::size_t i = 0; i < whole.size(); ++i) {
        float fused = 0;
        volatile float plain = 0, term = 0;
        for (std::size_t k = 0; k < depth; ++k) {
          const float x = a[i / columns * depth + k], by = b[k * columns + i % columns];
          fused = fused_sum(x, by, fused);
          term = x * by;
          plain = plain + term;
        }
        is_fused = is_fused && fused == whole[i];
        is_plain = is_plain && plain == whole[i];
      }
      CHECK((is_fused || is_plain));
    }
  }
}

TEST_CASE("dot products and depthwise windows are close to the exact ones in every variant") {
  aeq_test::generator random(19);
  for (const fast::float_loops* loops : variants()) {
    CAPTURE(std::string(loops->name));
    for (const std::size_t depth : std::initializer_list<std::size_t>{0, 1, 3, 4, 15, 16, 31, 32, 33, 64, 100, 1000}) {
      const std::vector<float> x = numbers(random, depth), w = numbers(random, 4 * depth);
      const float* rows[4] = {w.data(), w.data() + depth, w.data() + 2 * depth, w.data() + 3 * depth};
      float sums[4] = {9, 9, 9, 9};
      loops->dots(x.data(), rows, depth, sums);
      for (std::size_t i = 0; i < 4; ++i) {
        double exact = 0;
        for (std::size_t k = 0; k < depth; ++k) exact += static_cast<double>(x[k]) * static_cast<double>(rows[i][k]);
        CHECK(std::fabs(static_cast<double>(sums[i]) - exact) <= 1e-6 * static_cast<double>(depth));
      }
    }
    for (const std::size_t channels : std::initializer_list<std::size_t>{1, 3, 4, 7, 8, 16, 19, 40}) {
      constexpr std::size_t taps = 5, pixels = fast::depthwise_pixels;
      const std::vector<float> x = numbers(random, taps * pixels * channels), w = numbers(random, taps * channels);
      const std::vector<float> bias = numbers(random, channels);
      std::vector<float> y(pixels * channels + 1, 77.0f);
      std::vector<const float*> rows;
      for (std::size_t i = 0; i < taps * pixels; ++i) rows.push_back(x.data() + i * channels);
      float* to[pixels];
      for (std::size_t i = 0; i < pixels; ++i) to[i] = y.data() + i * channels;
      fast::depthwise_tile t;
      t.rows = rows.data();
      t.taps = taps;
      t.w = w.data();
      t.channels = channels;
      t.y = to;
      t.bias = bias.data();
      t.low = -1;
      t.high = 1;
      loops->depthwise(t);
      for (std::size_t i = 0; i < pixels * channels; ++i) {
        double exact = static_cast<double>(bias[i % channels]);
        for (std::size_t k = 0; k < taps; ++k) {
          exact +=
              static_cast<double>(x[k * pixels * channels + i]) * static_cast<double>(w[k * channels + i % channels]);
        }
        CHECK(std::fabs(static_cast<double>(y[i]) - std::clamp(exact, -1.0, 1.0)) <= 1e-6);
      }
      CHECK(y.back() == 77.0f);
    }
  }
}

TEST_SUITE_END();
