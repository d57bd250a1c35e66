// SPDX-License-Identifier: Apache-2.0
// Products of matrices of 8-bit integers: weights packed once into panels of channels, rows of the left factor widened
// a block at a time, and tiles of both multiplied.
//
// Inside: integer_ops.hpp includes it, other headers do not.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <aeq/execute/fast/integer_loops.hpp>
#include <aeq/execute/fast/integer_loops_avx2.hpp>
#include <aeq/execute/fast/integer_loops_avx512.hpp>
#include <aeq/kernel/fixed_point.hpp>
#include <aeq/kernel/work_sharing.hpp>
#include <aeq/kernel/workspace.hpp>

namespace aeq::inline AEQ_ABI::execute::fast {

/// The fastest variant that this processor has; null if it has none.
[[nodiscard]] inline const integer_loops* best_integer_loops() {
#if AEQ_HAS_AVX512_INTEGER_LOOPS
  static const integer_loops* const best = __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
                                                   __builtin_cpu_supports("avx512vl") &&
                                                   __builtin_cpu_supports("avx512dq")
                                               ? &avx512_integer_loops
                                           : __builtin_cpu_supports("avx2") ? &avx2_integer_loops
                                                                            : nullptr;
  return best;
#else
  return nullptr;
#endif
}

[[nodiscard]] constexpr std::size_t whole_panels(std::size_t channels) {
  return (channels + panel_channels - 1) / panel_channels * panel_channels;
}

/// What belongs to the channels of a weight, as tiles read it: in the workspace, filled up to whole panels.
struct channel_scaling {
  std::span<std::int32_t> offset{};
  std::span<std::int32_t> multiplier{};  ///< and one more
  std::span<std::int32_t> left{};
  std::span<std::int32_t> right{};
  std::span<std::int32_t> half{};
  std::span<std::int32_t> sign{};
  std::span<std::int32_t> is_narrow{};  ///< of one: whether tiles can scale the sums of all channels

  [[nodiscard]] static channel_scaling of(kernel::workspace_pieces& pieces, std::size_t channels) {
    channel_scaling result;
    result.multiplier = pieces.take<std::int32_t>(channels + 1);
    for (std::span<std::int32_t>* each : {&result.offset, &result.left, &result.right, &result.half, &result.sign}) {
      *each = pieces.take<std::int32_t>(channels);
    }
    result.is_narrow = pieces.take<std::int32_t>(1);
    return result;
  }
  /// As if all channels were of zeros, for which nothing is too large.
  void clear() const {
    for (const std::span<std::int32_t>& each : {offset, multiplier, left, right, half, sign}) {
      std::fill(each.begin(), each.end(), 0);
    }
    is_narrow[0] = 1;
  }
  /// At `place`: the sums start from `sum`, and are no larger than `largest`.
  void set(std::size_t place, std::uint32_t sum, const kernel::fixed_multiplier& by, std::uint64_t largest) const {
    const integer_factor f = integer_factor::of(by.multiplier, by.shift);
    offset[place] = static_cast<std::int32_t>(sum);
    multiplier[place] = f.multiplier;
    left[place] = f.left;
    right[place] = f.right;
    half[place] = f.half;
    sign[place] = f.sign;
    if (!f.takes(largest)) is_narrow[0] = 0;
  }
  [[nodiscard]] integer_scaling scaling(std::int32_t zero_point, std::int32_t lowest, std::int32_t highest) const {
    return {offset.data(),
            multiplier.data(),
            left.data(),
            right.data(),
            half.data(),
            sign.data(),
            static_cast<std::int16_t>(zero_point),
            static_cast<std::int8_t>(lowest),
            static_cast<std::int8_t>(highest)};
  }
};

/// What the sums of a channel make of its weights: how much 128 + zero_point in each x adds, and the largest there is.
struct weight_sums {
  std::uint32_t sum = 0;
  std::uint64_t magnitude = 0;

  constexpr void add(std::int32_t weight) {
    sum += static_cast<std::uint32_t>(weight);
    magnitude += static_cast<std::uint64_t>(weight < 0 ? -weight : weight);
  }
  /// Of x less its zero point times the weights, plus a bias.
  [[nodiscard]] constexpr std::uint64_t largest(std::int32_t bias) const {
    return magnitude * 255 + static_cast<std::uint64_t>(bias < 0 ? -std::int64_t(bias) : std::int64_t(bias));
  }
};

/// How a weight of `columns` channels of `depth` numbers each is packed for some loops.
struct panel_layout {
  std::size_t steps = 0;
  std::size_t together = 0;
  std::size_t columns = 0;  ///< whole panels

  panel_layout(const integer_loops& loops, std::size_t channels, std::size_t depth)
      : steps((depth + loops.together - 1) / loops.together),
        together(loops.together),
        columns(whole_panels(channels)) {}
  [[nodiscard]] std::size_t bytes() const { return columns * steps * together; }
  /// Of panel i, in bytes.
  [[nodiscard]] std::size_t panel(std::size_t i) const { return i * panel_channels * steps * together; }

  /// w: [channels][depth]. `packed` is full of zeros.
  void pack(const std::int8_t* w, std::size_t channels, std::size_t depth, std::span<std::int8_t> packed) const {
    for (std::size_t n = 0; n < channels; ++n) {
      std::int8_t* const to = packed.data() + panel(n / panel_channels) + n % panel_channels * together;
      const std::int8_t* const from = w + n * depth;
      std::size_t k = 0;
      for (; k + together <= depth; k += together) {
        std::copy_n(from + k, together, to + k * panel_channels);
      }
      std::copy_n(from + k, depth - k, to + k * panel_channels);
    }
  }
};

/// y[m][n] = the sum over k of x[m][k] * w[n][k], scaled.
struct integer_product {
  std::size_t rows = 0;
  std::size_t columns = 0;
  const std::int8_t* w = nullptr;  ///< packed
  integer_scaling scaling{};
  std::int8_t* y = nullptr;
  std::size_t y_step = 0;  ///< from row to row
};

namespace detail {

/// Rows that are widened at a time: some tiles, about as many as fit a part of the second-level cache.
[[nodiscard]] inline std::size_t block_rows(const integer_loops& loops, std::size_t row_bytes) {
  constexpr std::size_t wanted = 65536;
  const std::size_t tiles = wanted / std::max<std::size_t>(row_bytes * loops.rows, 1);
  return std::clamp<std::size_t>(tiles, 1, 32) * loops.rows;
}

}  // namespace detail

/// Bytes of scratch that a product wants on each thread.
[[nodiscard]] inline std::size_t product_scratch(const integer_loops& loops, std::size_t depth) {
  const std::size_t row = (depth + loops.together - 1) / loops.together * loops.together * loops.bytes;
  return detail::block_rows(loops, row) * row;
}

/// Rows [row_begin, row_end) and panels [panel_begin, panel_end) of a product. `fill(row, end, to)` widens the x of
/// rows. finish(row, first column, columns, sums) takes sums that the tile does not scale itself; nullptr: it scales
/// all.
template <class Fill, class Finish>
void multiply_part(const integer_loops& loops, const integer_product& p, const panel_layout& layout,
                   std::size_t row_begin, std::size_t row_end, std::size_t panel_begin, std::size_t panel_end,
                   std::span<std::byte> scratch, const Fill& fill, const Finish& finish) {
  constexpr bool scales = std::is_same_v<Finish, std::nullptr_t>;
  const std::size_t row_bytes = layout.steps * layout.together * loops.bytes;
  const std::size_t block = detail::block_rows(loops, row_bytes);
  std::array<const std::byte*, most_tile_rows> rows{};
  std::array<std::int8_t*, most_tile_rows> y{};
  std::array<std::array<std::int32_t, panel_channels * most_tile_panels>, most_tile_rows> sums;
  std::array<std::int32_t*, most_tile_rows> to{};
  for (std::size_t r = 0; r < most_tile_rows; ++r) to[r] = sums[r].data();
  for (std::size_t m0 = row_begin; m0 < row_end; m0 += block) {
    const std::size_t m1 = std::min(row_end, m0 + block);
    fill(m0, m1, scratch.data());
    for (std::size_t panel = panel_begin, panels = 0; panel < panel_end; panel += panels) {
      std::size_t power = 0;
      for (panels = 1; 2 * panels <= std::min(loops.panels, panel_end - panel); panels *= 2) ++power;
      const std::size_t n = panel * panel_channels;
      integer_tile t;
      t.rows = rows.data();
      t.steps = layout.steps;
      t.w = p.w + layout.panel(panel);
      t.columns = std::min(p.columns - n, panels * panel_channels);
      t.scaling = p.scaling.from(n);
      t.y = scales ? y.data() : nullptr;
      t.sums = to.data();
      for (std::size_t m = m0; m < m1; m += loops.rows) {
        const std::size_t count = std::min(loops.rows, m1 - m);
        for (std::size_t r = 0; r < loops.rows; ++r) {
          const std::size_t row = m + (r < count ? r : 0);
          rows[r] = scratch.data() + (row - m0) * row_bytes;
          if constexpr (scales) y[r] = p.y + row * p.y_step + n;
        }
        loops.multiply[count == 1 ? 0 : 1][power](t);
        if constexpr (!scales) {
          for (std::size_t r = 0; r < count; ++r) finish(m + r, n, t.columns, to[r]);
        }
      }
    }
  }
}

/// The whole product, shared out: by rows, or by panels where there are few rows. `scratch` holds product_scratch per
/// thread; with less of it, fewer threads compute. At least one must have its share.
template <class Fill, class Finish>
void multiply(const integer_loops& loops, const integer_product& p, const panel_layout& layout, std::size_t depth,
              const work_sharing& share, std::span<std::byte> scratch, const Fill& fill, const Finish& finish) {
  if (p.rows == 0 || p.columns == 0) return;
  const std::size_t each = product_scratch(loops, depth);
  const double work = static_cast<double>(p.rows) * static_cast<double>(p.columns) * static_cast<double>(depth);
  constexpr double worth = 400000;  // multiplications that are worth another thread
  std::size_t pieces = std::min(std::max<std::size_t>(share.width, 1), scratch.size() / std::max<std::size_t>(each, 1));
  if (work < worth * static_cast<double>(pieces)) pieces = static_cast<std::size_t>(work / worth) + 1;
  const std::size_t panels = layout.columns / panel_channels;
  const bool by_rows = p.rows >= 8 * pieces * loops.rows || panels < pieces;
  const std::size_t unit = by_rows ? loops.rows : 1;
  const std::size_t units = by_rows ? (p.rows + unit - 1) / unit : panels;
  pieces = std::min(pieces, units);
  share.for_each(pieces, [&](std::size_t i) {
    const std::size_t begin = units * i / pieces * unit, end = units * (i + 1) / pieces * unit;
    const std::span<std::byte> own = scratch.subspan(i * each, each);
    if (by_rows) {
      multiply_part(loops, p, layout, begin, std::min(end, p.rows), 0, panels, own, fill, finish);
    } else {
      multiply_part(loops, p, layout, 0, p.rows, begin, end, own, fill, finish);
    }
  });
}

}  // namespace aeq::inline AEQ_ABI::execute::fast
