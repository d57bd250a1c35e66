// SPDX-License-Identifier: Apache-2.0
// BATCH_MATMUL. (spec: kernels, section 2) Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/bias.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Extents of products of matrices: rows x depth times depth x columns.
struct batch_matmul_geometry {
  std::size_t rows = 0;
  std::size_t depth = 0;
  std::size_t columns = 0;
};

/// From the shapes of the two factors; false if they do not go together. The axes before the last two are batches.
[[nodiscard]] constexpr bool batch_matmul_geometry_of(std::span<const std::int32_t> a, std::span<const std::int32_t> b,
                                                      const operation_options& options,
                                                      batch_matmul_geometry& g) noexcept {
  if (a.size() < 2 || b.size() < 2) return false;
  const auto last = [](std::span<const std::int32_t> s, bool is_last) {
    return static_cast<std::size_t>(s[s.size() - (is_last ? 1 : 2)]);
  };
  g.rows = last(a, options.adj_x);
  g.depth = last(a, !options.adj_x);
  g.columns = last(b, !options.adj_y);
  return g.depth == last(b, options.adj_y);
}

/// Where the matrix of a factor starts that goes into product number `batch`; extents of 1 repeat.
///
/// factor, product: whole shapes; the factor's fits the product's (setup has looked).
[[nodiscard]] constexpr std::size_t matrix_offset(std::span<const std::int32_t> factor,
                                                  std::span<const std::int32_t> product, std::size_t batch) noexcept {
  const std::size_t missing = product.size() - factor.size();
  std::size_t stride =
      static_cast<std::size_t>(factor[factor.size() - 1]) * static_cast<std::size_t>(factor[factor.size() - 2]);
  std::size_t offset = 0;
  for (std::size_t i = product.size() - 2; i-- > missing;) {
    const auto extent = static_cast<std::size_t>(factor[i - missing]);
    const auto of = static_cast<std::size_t>(product[i]);
    if (extent != 1) offset += batch % of * stride;
    batch /= of;
    stride *= extent;
  }
  return offset;
}

/// Whether the shapes of both factors and of the product go together.
[[nodiscard]] constexpr bool batch_matmul_fits(const kernel_arguments& call) noexcept {
  const std::span<const std::int32_t> a = call.inputs[0].shape;
  const std::span<const std::int32_t> b = call.inputs[1].shape;
  const std::span<const std::int32_t> y = call.outputs[0].shape;
  batch_matmul_geometry g;
  if (!batch_matmul_geometry_of(a, b, call.options, g)) return false;
  const std::size_t rank = y.size();
  if (rank != (a.size() > b.size() ? a.size() : b.size())) return false;
  if (static_cast<std::size_t>(y[rank - 2]) != g.rows || static_cast<std::size_t>(y[rank - 1]) != g.columns) {
    return false;
  }
  for (std::size_t i = 3; i <= rank; ++i) {
    const auto extent = [i](std::span<const std::int32_t> s) { return i <= s.size() ? s[s.size() - i] : 1; };
    const std::int32_t p = extent(a), q = extent(b), r = extent(y);
    if ((p != r && p != 1) || (q != r && q != 1) || (p == 1 && q == 1 && r != 1)) return false;
  }
  return true;
}

/// y[..., m, n] = sum over k of a[..., m, k] * b[..., k, n], float32; sums in the order of k.
///
/// a: [..., M, K], with adj_x [..., K, M]; b: [..., K, N], with adj_y [..., N, K]; y: [..., M, N]. The axes before
/// follow numpy's rules of broadcasting.
struct batch_matmul_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 2 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& a = call.inputs[0];
    const operand& b = call.inputs[1];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(a), check_float(b), check_float(y)}) {
      if (s != status::ready) return s;
    }
    return batch_matmul_fits(call) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& left = call.inputs[0];
    const operand& right = call.inputs[1];
    const result_operand& product = call.outputs[0];
    batch_matmul_geometry g;
    if (!batch_matmul_geometry_of(left.shape, right.shape, call.options, g) || product.elements() == 0) return;
    const float* const a = left.values<float>().data();
    const float* const b = right.values<float>().data();
    float* const y = product.values<float>().data();
    const std::size_t a_row = call.options.adj_x ? 1 : g.depth, a_step = call.options.adj_x ? g.rows : 1;
    const std::size_t b_column = call.options.adj_y ? g.depth : 1, b_step = call.options.adj_y ? 1 : g.columns;
    const std::size_t all_rows = product.elements() / g.columns;
    const std::size_t least = 32768 / (g.depth + 1) / (g.columns + 1) + 1;
    call.share.for_ranges(all_rows, least, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const float* const from = a + matrix_offset(left.shape, product.shape, row / g.rows) + row % g.rows * a_row;
        const float* const by = b + matrix_offset(right.shape, product.shape, row / g.rows);
        for (std::size_t n = 0; n < g.columns; ++n) {
          float sum = 0;
          for (std::size_t k = 0; k < g.depth; ++k) sum += from[k * a_step] * by[n * b_column + k * b_step];
          y[row * g.columns + n] = sum;
        }
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
