// SPDX-License-Identifier: Apache-2.0
// FULLY_CONNECTED and BATCH_MATMUL in float32 by the processor's best loops.
//
// Inside: family/matrix.hpp includes it, other headers do not.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

#include <aeq/execute/fast/float_product.hpp>
#include <aeq/kernel/batch_matmul.hpp>
#include <aeq/kernel/fully_connected.hpp>

namespace aeq::inline AEQ_ABI::execute::fast {

namespace detail {

/// With no more rows than this, reading the right factor once for each costs less than packing it.
inline constexpr std::size_t few_rows = 8;

[[nodiscard]] inline std::span<float> floats_of(std::span<std::byte> bytes) {
  return {reinterpret_cast<float*>(bytes.data()), bytes.size() / sizeof(float)};
}

/// Pointers to rows that lie one after the other.
struct plain_rows {
  const float* a = nullptr;
  std::size_t step = 0;

  void operator()(std::size_t row, std::size_t count, const block_range& range, tile_rows& rows, std::size_t) const {
    for (std::size_t r = 0; r < count; ++r) rows.at[r] = a + (row + r) * step + range.k;
  }
};

/// The same of a transposed matrix: a(m, k) is a[k * step + m].
struct transposed_rows {
  const float* a = nullptr;
  std::size_t step = 0;

  void operator()(std::size_t row, std::size_t count, const block_range& range, tile_rows& rows, std::size_t) const {
    for (std::size_t r = 0; r < count; ++r) rows.at[r] = rows.gathered.data() + r * block_depth;
    for (std::size_t k = 0; k < range.depth; ++k) {
      const float* const from = a + (range.k + k) * step + row;
      for (std::size_t r = 0; r < count; ++r) rows.gathered[r * block_depth + k] = from[r];
    }
  }
};

/// y(m, n) = clamp(x(m, :) * w(n, :) + bias(n)), both factors in rows of `depth`: dot products, for a few rows.
inline void multiply_few(const float_loops& loops, const float* x, std::size_t rows, const float* w,
                         std::size_t columns, std::size_t depth, const float* bias, const kernel::clamp_range& limits,
                         const work_sharing& share, float* y) {
  const std::size_t least = 16384 / (depth * rows + 1) + 1;
  share.for_ranges((columns + 3) / 4, least, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = 4 * begin; n < std::min(columns, 4 * end); n += 4) {
      const float* four[4];
      for (std::size_t i = 0; i < 4; ++i) four[i] = w + std::min(n + i, columns - 1) * depth;
      for (std::size_t m = 0; m < rows; ++m) {
        float sums[4];
        loops.dots(x + m * depth, four, depth, sums);
        for (std::size_t i = 0; i < 4 && n + i < columns; ++i) {
          y[m * columns + n + i] = kernel::clamped(bias != nullptr ? sums[i] + bias[n + i] : sums[i], limits);
        }
      }
    }
  });
}

}  // namespace detail

/// kernel::fully_connected_float; sums may differ from its in their last bits.
struct fully_connected_float {
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return kernel::fully_connected_float::setup(call, workspace);
  }

  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    const float_product p = product_of(call);
    if (p.rows <= detail::few_rows) return 0;
    return packed_floats_of(best_float_loops(), p.columns, 1, p.depth) * call.share.width * sizeof(float);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const float_loops& loops = best_float_loops();
    const float* const x = call.inputs[0].values<float>().data();
    const float_product p = product_of(call);
    if (p.columns == 0 || p.rows == 0) return;
    if (p.rows <= detail::few_rows) {
      detail::multiply_few(loops, x, p.rows, p.b, p.columns, p.depth, p.bias, p.limits, call.share, p.y);
    } else if (const auto scratch = detail::floats_of(call.scratch);
               scratch.size() >= packed_floats_of(loops, p.columns, 1, p.depth)) {
      multiply(loops, p, call.share, scratch, detail::plain_rows{x, p.depth});
    } else {
      kernel::fully_connected_float::evaluate(call, workspace);
    }
  }

 private:
  /// Of operands that setup has found good, or is about to look at.
  [[nodiscard]] static float_product product_of(const kernel_arguments& call) noexcept {
    float_product p;
    if (call.inputs.size() < 2 || call.outputs.empty() || call.inputs[1].shape.size() != 2) return p;
    p.columns = static_cast<std::size_t>(call.inputs[1].shape[0]);
    p.depth = static_cast<std::size_t>(call.inputs[1].shape[1]);
    p.rows = p.depth == 0 ? 0 : call.inputs[0].elements() / p.depth;
    p.b = call.inputs[1].values<float>().data();
    p.b_k = 1;
    p.b_n = p.depth;
    p.y = call.outputs[0].values<float>().data();
    p.y_step = p.columns;
    p.bias = kernel::bias_of(call, 2);
    p.limits = kernel::clamp_of(call.options.activation);
    return p;
  }
};

/// kernel::batch_matmul_float; sums may differ from its in their last bits.
struct batch_matmul_float {
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return kernel::batch_matmul_float::setup(call, workspace);
  }

  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    kernel::batch_matmul_geometry g;
    if (call.inputs.size() != 2) return 0;
    if (!kernel::batch_matmul_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g)) return 0;
    return packed_floats_of(best_float_loops(), g.columns, 1, g.depth) * call.share.width * sizeof(float);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const float_loops& loops = best_float_loops();
    const operand& left = call.inputs[0];
    const operand& right = call.inputs[1];
    const result_operand& y = call.outputs[0];
    kernel::batch_matmul_geometry g;
    if (!kernel::batch_matmul_geometry_of(left.shape, right.shape, call.options, g) || y.elements() == 0) return;
    const std::span<float> scratch = detail::floats_of(call.scratch);
    const std::size_t each = packed_floats_of(loops, g.columns, 1, g.depth);
    if (scratch.size() < each) return kernel::batch_matmul_float::evaluate(call, workspace);
    const std::size_t batches = y.elements() / g.rows / g.columns;
    const auto one = [&](std::size_t batch, const work_sharing& share, std::span<float> packed) {
      const float* const a = left.values<float>().data() + kernel::matrix_offset(left.shape, y.shape, batch);
      float_product p;
      p.rows = g.rows;
      p.columns = p.y_step = g.columns;
      p.depth = g.depth;
      p.b = right.values<float>().data() + kernel::matrix_offset(right.shape, y.shape, batch);
      p.b_k = call.options.adj_y ? 1 : g.columns;
      p.b_n = call.options.adj_y ? g.depth : 1;
      p.y = y.values<float>().data() + batch * g.rows * g.columns;
      p.limits = {-std::numeric_limits<float>::infinity(), std::numeric_limits<float>::infinity()};
      if (call.options.adj_x) {
        multiply(loops, p, share, packed, detail::transposed_rows{a, g.rows});
      } else {
        multiply(loops, p, share, packed, detail::plain_rows{a, g.depth});
      }
    };
    if (batches < call.share.width) {
      for (std::size_t batch = 0; batch < batches; ++batch) one(batch, call.share, scratch);
      return;
    }
    const std::size_t pieces = std::min({std::max<std::size_t>(call.share.width, 1), scratch.size() / each, batches});
    call.share.for_each(pieces, [&](std::size_t i) {
      for (std::size_t batch = batches * i / pieces; batch < batches * (i + 1) / pieces; ++batch) {
        one(batch, {}, scratch.subspan(i * each, each));
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::execute::fast
