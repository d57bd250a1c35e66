// SPDX-License-Identifier: Apache-2.0
// Products of float32 matrices in blocks that fit the processor's caches: what convolutions, FULLY_CONNECTED and
// BATCH_MATMUL are made of. The left factor is read where it lies, by pointers to its rows, which convolutions point
// into the image; the right one is packed, a block at a time.
//
// Inside: conv_2d.hpp and its like include it, other headers do not.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <aeq/execute/fast/float_loops.hpp>
#include <aeq/execute/fast/float_loops_avx2.hpp>
#include <aeq/execute/fast/float_loops_avx512.hpp>
#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/work_sharing.hpp>

namespace aeq::inline AEQ_ABI::execute::fast {

/// The fastest variant that this processor has.
[[nodiscard]] inline const float_loops& best_float_loops() {
#if AEQ_HAS_AVX512_FLOAT_LOOPS
  static const float_loops* const best = __builtin_cpu_supports("avx512f") ? &avx512_float_loops
                                         : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                                             ? &avx2_float_loops
                                             : &portable_float_loops;
  return *best;
#else
  return portable_float_loops;
#endif
}

/// A block: this many k at a time, of as many columns as fit the packed bytes (a part of a second-level cache).
inline constexpr std::size_t block_depth = 512;
inline constexpr std::size_t block_taps = 64;
inline constexpr std::size_t packed_floats = 65536;

/// Pointers to a tile's rows: [taps][rows], and memory for rows that lie nowhere as a whole.
struct tile_rows {
  std::array<const float*, block_taps * most_rows> at{};
  std::array<float, block_depth * most_rows> gathered{};
};

/// Part of the sums of a block: taps [tap, tap + taps), and of each k in [k, k + depth).
struct block_range {
  std::size_t tap = 0;
  std::size_t taps = 0;
  std::size_t k = 0;
  std::size_t depth = 0;
};

/// y(m, n) = clamp(sum over tap, k of a(m, tap, k) * b(tap * depth + k, n) + bias(n))
struct float_product {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t taps = 1;
  std::size_t depth = 0;  ///< of a tap
  const float* b = nullptr;
  std::size_t b_k = 0;  ///< b(k, n) is b[k * b_k + n * b_n]
  std::size_t b_n = 0;
  float* y = nullptr;
  std::size_t y_step = 0;  ///< from row to row
  const float* bias = nullptr;
  kernel::clamp_range limits{};
};

namespace detail {

/// Columns [0, columns) of k in [0, depth), `b` being the first, as [depth][width], filled up with zeros.
inline void pack_panel(const float_loops& loops, const float* b, std::size_t b_k, std::size_t b_n, std::size_t depth,
                       std::size_t columns, std::size_t width, float* to) {
  if (b_n == 1) {
    for (std::size_t k = 0; k < depth; ++k) {
      std::copy_n(b + k * b_k, columns, to + k * width);
      std::fill_n(to + k * width + columns, width - columns, 0.0f);
    }
    return;
  }
  std::size_t n = 0;
  if (b_k == 1) {
    for (const std::size_t square : {loops.turned, portable_float_loops.turned}) {
      const auto turn = square == loops.turned ? loops.turn : portable_float_loops.turn;
      const std::size_t first = n;
      for (std::size_t begin = 0; begin < depth; begin += 16) {  // 16 lines of `to` stay in the first-level cache
        const std::size_t end = std::min(depth, begin + 16);
        for (n = first; n + square <= columns; n += square) {
          std::size_t k = begin;
          for (; k + square <= end; k += square) turn(b + n * b_n + k, b_n, to + k * width + n, width);
          for (; k < end; ++k) {
            for (std::size_t i = 0; i < square; ++i) to[k * width + n + i] = b[(n + i) * b_n + k];
          }
        }
      }
    }
  }
  for (; n < width; ++n) {
    for (std::size_t k = 0; k < depth; ++k) to[k * width + n] = n < columns ? b[k * b_k + n * b_n] : 0.0f;
  }
}

}  // namespace detail

/// How the product's k are cut: always the same way, so that results do not depend on who computes what.
class block_cut {
 public:
  block_cut(std::size_t taps, std::size_t depth, std::size_t most = block_depth) : taps_(taps), depth_(depth) {
    const std::size_t whole = std::max<std::size_t>(depth, 1);
    step_.taps = std::clamp<std::size_t>(most / whole, 1, std::min(block_taps, std::max<std::size_t>(taps, 1)));
    step_.depth = std::min(depth, most);
  }
  [[nodiscard]] std::size_t most() const { return step_.taps * step_.depth; }
  [[nodiscard]] block_range first() const { return {0, std::min(step_.taps, taps_), 0, step_.depth}; }
  [[nodiscard]] bool is_last(const block_range& r) const { return r.k + r.depth >= depth_ && r.tap + r.taps >= taps_; }
  [[nodiscard]] block_range next(const block_range& r) const {
    if (r.k + r.depth < depth_) {
      const std::size_t k = r.k + r.depth;
      return {r.tap, r.taps, k, std::min(step_.depth, depth_ - k)};
    }
    const std::size_t tap = r.tap + r.taps;
    return {tap, std::min(step_.taps, taps_ - tap), 0, step_.depth};
  }

 private:
  std::size_t taps_;
  std::size_t depth_;
  block_range step_{};
};

/// Rows [row_begin, row_end) and columns [column_begin, column_end) of a product. `fill(row, count, range, rows,
/// stride)` puts pointers to `count` rows of the left factor, at k of the range, into rows.at[tap * stride + r].
/// `packed` holds packed_floats, or as many as packed_floats_of said. An empty sum is the bias.
template <class Fill>
void multiply_part(const float_loops& loops, const float_product& p, std::size_t row_begin, std::size_t row_end,
                   std::size_t column_begin, std::size_t column_end, std::span<float> packed, const Fill& fill) {
  // A single row by what lies in rows already: a few of these at a time, to read memory in its order.
  const bool is_row = p.rows == 1 && p.b_n == 1;
  const block_cut cut(p.taps, p.depth, is_row ? 16 : block_depth);
  const std::size_t width = 2 * loops.floats;
  const std::size_t block_columns =
      std::max(packed.size() / std::max<std::size_t>(cut.most(), 1) / width, std::size_t(1)) * width;
  tile_rows rows;
  std::array<float*, most_rows> y{};
  for (std::size_t n0 = column_begin; n0 < column_end; n0 += block_columns) {
    const std::size_t n1 = std::min(column_end, n0 + block_columns);
    block_range range = cut.first();
    for (bool starts = true, is_done = false; !is_done; starts = false, range = cut.next(range)) {
      is_done = cut.is_last(range);
      const std::size_t depth = range.taps * range.depth;
      // With few rows there is nothing to gain from packing what lies in rows already.
      const bool in_place = p.b_n == 1 && row_end - row_begin <= loops.rows;
      const float* const b = p.b + (range.tap * p.depth + range.k) * p.b_k;
      for (std::size_t n = n0; n < n1; n += width) {
        if (in_place && n + width <= n1) continue;
        detail::pack_panel(loops, b + n * p.b_n, p.b_k, p.b_n, depth, std::min(width, n1 - n), width,
                           packed.data() + (n - n0) * depth);
      }
      for (std::size_t m = row_begin; m < row_end; m += loops.rows) {
        const std::size_t count = std::min(loops.rows, row_end - m);
        const bool is_one = count == 1;
        const std::size_t stride = is_one ? 1 : loops.rows;
        fill(m, count, range, rows, stride);
        for (std::size_t r = count; r < stride; ++r) {
          for (std::size_t tap = 0; tap < range.taps; ++tap) rows.at[tap * stride + r] = rows.at[tap * stride];
        }
        for (std::size_t n = n0, columns = 0; n < n1; n += columns) {
          // One row alone: more columns at a time, since each sum has to wait for itself.
          const bool is_wide = in_place && is_one && n1 - n >= 8 * loops.floats;
          columns = is_wide ? 8 * loops.floats : std::min(width, n1 - n);
          for (std::size_t r = 0; r < stride; ++r) y[r] = p.y + (m + (r < count ? r : 0)) * p.y_step + n;
          const bool is_packed = !in_place || columns < width;
          product_tile t;
          t.rows = rows.at.data();
          t.taps = range.taps;
          t.depth = range.depth;
          t.b = is_packed ? packed.data() + (n - n0) * depth : b + n;
          t.b_step = is_packed ? width : p.b_k;
          t.y = y.data();
          t.columns = columns;
          t.starts = starts;
          t.is_done = is_done;
          t.bias = p.bias != nullptr ? p.bias + n : nullptr;
          t.low = p.limits.low;
          t.high = p.limits.high;
          (is_wide ? loops.multiply_wide : loops.multiply[is_one ? 0 : 1][columns > loops.floats ? 1 : 0])(t);
        }
      }
    }
  }
}

/// Floats for packing that a product wants on each thread.
[[nodiscard]] inline std::size_t packed_floats_of(const float_loops& loops, std::size_t columns, std::size_t taps,
                                                  std::size_t depth) {
  const std::size_t width = 2 * loops.floats;
  const std::size_t most = block_cut(taps, depth).most();
  const std::size_t all = (columns + width - 1) / width * width;
  const std::size_t fits = std::max(packed_floats / std::max<std::size_t>(most, 1) / width, std::size_t(1)) * width;
  return std::max(most, std::size_t(1)) * std::min(all, fits);
}

/// The whole product, shared out: by rows, or by columns where there are few rows. `scratch` holds packed_floats_of per
/// thread; with less of it, fewer threads compute. At least one must have its share.
template <class Fill>
void multiply(const float_loops& loops, const float_product& p, const work_sharing& share, std::span<float> scratch,
              const Fill& fill) {
  if (p.rows == 0 || p.columns == 0) return;
  const std::size_t each = packed_floats_of(loops, p.columns, p.taps, p.depth);
  const double work =
      static_cast<double>(p.rows) * static_cast<double>(p.columns) * static_cast<double>(p.taps * p.depth);
  constexpr double worth = 100000;  // multiplications that are worth another thread
  std::size_t pieces = std::min(std::max<std::size_t>(share.width, 1), scratch.size() / each);
  if (work < worth * static_cast<double>(pieces)) pieces = static_cast<std::size_t>(work / worth) + 1;
  const std::size_t width = 2 * loops.floats;
  // By columns, each is packed once; by rows, once on every thread, and what a convolution gathers only once.
  const bool by_rows = p.rows >= 64 * pieces * loops.rows || p.columns < 2 * pieces * width;
  const std::size_t unit = by_rows ? loops.rows : width;
  const std::size_t units = ((by_rows ? p.rows : p.columns) + unit - 1) / unit;
  pieces = std::min(pieces, units);
  share.for_each(pieces, [&](std::size_t i) {
    const std::size_t begin = units * i / pieces * unit, end = units * (i + 1) / pieces * unit;
    const std::span<float> packed = scratch.subspan(i * each, each);
    if (by_rows) {
      multiply_part(loops, p, begin, std::min(end, p.rows), 0, p.columns, packed, fill);
    } else {
      multiply_part(loops, p, 0, p.rows, begin, std::min(end, p.columns), packed, fill);
    }
  });
}

}  // namespace aeq::inline AEQ_ABI::execute::fast
