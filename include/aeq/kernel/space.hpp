// SPDX-License-Identifier: Apache-2.0
// SPACE_TO_DEPTH, DEPTH_TO_SPACE, SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: blocks of space as channels, or as images.
// Any element of whole bytes. Freestanding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/extents.hpp>
#include <aeq/kernel/strided_copy.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// With b = block_size, deep [N, H, W, b * b * C] and wide [N, b * H, b * W, C] are the same image:
/// deep[n, h, w, (i * b + j) * C + c] = wide[n, h * b + i, w * b + j, c].
template <bool ToDepth>
struct space_depth {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.size() != 1) return status::wrong_operands;
    const auto x = inputs[0].shape;
    const std::int64_t block = options.block_size;
    if (x.size() != 4) return status::wrong_shape;
    if (block < 1 || block > 32768) return status::wrong_options;
    const std::int64_t square = block * block;
    bool fits = result.push(x[0]);
    if (ToDepth) {
      if (x[1] % block != 0 || x[2] % block != 0) return status::wrong_shape;
      fits = fits && result.push(x[1] / block) && result.push(x[2] / block) && result.push(x[3] * square);
    } else {
      if (x[3] % square != 0) return status::wrong_shape;
      fits = fits && result.push(x[1] * block) && result.push(x[2] * block) && result.push(x[3] / square);
    }
    return fits ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 1, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    return shape_is_as_said<space_depth>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::span<const std::int32_t> deep = ToDepth ? y.shape : x.shape;
    const std::span<const std::int32_t> wide = ToDepth ? x.shape : y.shape;
    const stride_list d = strides_of(deep);
    const stride_list w = strides_of(wide);
    const std::ptrdiff_t block = call.options.block_size;
    const auto blocks = static_cast<std::size_t>(block);
    strided_copy move;
    const auto axis = [&](std::size_t extent, std::ptrdiff_t in_deep, std::ptrdiff_t in_wide) {
      move.axis(extent, ToDepth ? in_wide : in_deep, ToDepth ? in_deep : in_wide);
    };
    axis(extent_of(deep, 0), d[0], w[0]);
    axis(extent_of(deep, 1), d[1], w[1] * block);
    if (ToDepth) {  // the order of what is written
      axis(extent_of(deep, 2), d[2], w[2] * block);
      axis(blocks, block * wide[3], w[1]);
    } else {
      axis(blocks, block * wide[3], w[1]);
      axis(extent_of(deep, 2), d[2], w[2] * block);
    }
    axis(blocks, wide[3], w[2]);
    axis(extent_of(wide, 3), 1, 1);
    move.run(bytes_of(x.type), x.data.data(), y.data.data(), call.share);
  }
};
using space_to_depth = space_depth<true>;
using depth_to_space = space_depth<false>;

/// Inputs: x, block (a list of M extents), paddings or crops [M, 2]. wide [N, S_1, …, S_M, …] is taken apart into
/// batched [N * blocks, …], whose image (k_1, …, k_M), the last of them fastest and before all the index n, has every
/// block_i-th element of wide along axis i, from element k_i - before_i on. Elements out of wide's range are 0, or the
/// zero point (to batch), or are left out (to space).
template <bool ToBatch>
struct space_batch {
  static constexpr std::uint32_t data_inputs = 6;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 3) return status::wrong_operands;
    const auto x = inputs[0].shape;
    const operand& block = inputs[1];
    const operand& margins = inputs[2];
    if (!is_index_list(block) || !is_index(margins.type)) return status::wrong_type;
    const std::size_t axes = block.elements();
    if (x.size() > max_rank || axes + 1 > x.size() || block.shape.size() != 1 || !margins.is_complete() ||
        margins.elements() != 2 * axes) {
      return status::wrong_shape;
    }
    constexpr std::int64_t limit = std::int64_t(1) << 31u;
    std::int64_t blocks = 1;
    for (std::size_t k = 0; k < axes; ++k) {
      const std::int64_t size = index_at(block, k);
      if (size < 1 || size >= limit || (blocks *= size) >= limit) return status::wrong_data;
    }
    if (!ToBatch && x[0] % blocks != 0) return status::wrong_shape;
    if (!result.push(ToBatch ? x[0] * blocks : x[0] / blocks)) return status::wrong_shape;
    for (std::size_t k = 0; k < axes; ++k) {
      const std::int64_t size = index_at(block, k);
      const std::int64_t before = index_at(margins, 2 * k);
      const std::int64_t behind = index_at(margins, 2 * k + 1);
      if (before < 0 || before >= limit || behind < 0 || behind >= limit) return status::wrong_data;
      const std::int64_t extent = ToBatch ? x[k + 1] + before + behind : x[k + 1] * size - before - behind;
      if (ToBatch && extent % size != 0) return status::wrong_shape;
      if (!result.push(ToBatch ? extent / size : extent)) return status::wrong_shape;
    }
    return result.push(x.subspan(axes + 1)) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0) return status::wrong_type;
    if (x.shape.size() != call.outputs[0].shape.size()) return status::wrong_shape;
    if (x.zero_point.size() > 1) return status::wrong_parameters;
    return shape_is_as_said_if_known<space_batch>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<space_batch>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const operand& block = call.inputs[1];
    const std::size_t axes = block.elements();
    const std::size_t bytes = bytes_of(x.type);
    if (ToBatch) fill_elements(bytes, zero_element(x).data(), y.data.data(), y.elements(), call.share);
    const std::span<const std::int32_t> wide = ToBatch ? x.shape : std::span<const std::int32_t>(y.shape);
    const std::span<const std::int32_t> batched = ToBatch ? std::span<const std::int32_t>(y.shape) : x.shape;
    const stride_list w = strides_of(wide);
    const stride_list b = strides_of(batched);
    std::size_t blocks = 1;
    for (std::size_t k = 0; k < axes; ++k) blocks *= static_cast<std::size_t>(index_at(block, k));
    call.share.for_each(blocks, [&](std::size_t number) {
      strided_copy move;
      std::ptrdiff_t in_wide = 0;
      std::ptrdiff_t in_batched = static_cast<std::ptrdiff_t>(number) * wide[0] * b[0];
      std::array<std::ptrdiff_t, max_rank> phase{};
      for (std::size_t k = axes; k-- > 0;) {
        const auto size = static_cast<std::size_t>(index_at(block, k));
        phase[k] = static_cast<std::ptrdiff_t>(number % size);
        number /= size;
      }
      const auto axis = [&](std::size_t extent, std::ptrdiff_t step_wide, std::ptrdiff_t step_batched) {
        move.axis(extent, ToBatch ? step_wide : step_batched, ToBatch ? step_batched : step_wide);
      };
      axis(extent_of(wide, 0), w[0], b[0]);
      for (std::size_t k = 0; k < axes; ++k) {
        const auto size = static_cast<std::ptrdiff_t>(index_at(block, k));
        const auto start = phase[k] - static_cast<std::ptrdiff_t>(index_at(call.inputs[2], 2 * k));
        // Elements start + i * size that lie in wide.
        const std::ptrdiff_t first = start >= 0 ? 0 : (-start + size - 1) / size;
        const std::ptrdiff_t room = wide[k + 1] - start;
        const std::ptrdiff_t last = std::min<std::ptrdiff_t>(room <= 0 ? 0 : (room + size - 1) / size, batched[k + 1]);
        in_wide += (start + first * size) * w[k + 1];
        in_batched += first * b[k + 1];
        axis(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, last - first)), size * w[k + 1], b[k + 1]);
      }
      axis(product_of(wide, axes + 1, wide.size()), 1, 1);
      move.from_offset = ToBatch ? in_wide : in_batched;
      move.to_offset = ToBatch ? in_batched : in_wide;
      move.run(bytes, x.data.data(), y.data.data(), {});
    });
  }
};
using space_to_batch_nd = space_batch<true>;
using batch_to_space_nd = space_batch<false>;

}  // namespace aeq::inline AEQ_ABI::kernel
