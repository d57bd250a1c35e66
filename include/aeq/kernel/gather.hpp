// SPDX-License-Identifier: Apache-2.0
// GATHER, GATHER_ND, SCATTER_ND and DYNAMIC_UPDATE_SLICE: elements at places that data name. Freestanding. (spec:
// kernels, section 6)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <aeq/kernel/extents.hpp>
#include <aeq/kernel/strided_copy.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[batch, outer, i, inner] = x[batch, outer, indices[batch, i], inner]: batch are the first `batch_dims` axes, which
/// x and indices share; outer those up to `axis`. Any element of whole bytes.
struct gather {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    const auto x = inputs[0].shape;
    const auto indices = inputs[1].shape;
    places at;
    if (!places_of(x.size(), indices.size(), options, at)) return status::wrong_options;
    if (!same_shape(x.first(at.batch), indices.first(at.batch))) return status::wrong_shape;
    return result.push(x.first(at.axis)) && result.push(indices.subspan(at.batch)) &&
                   result.push(x.subspan(at.axis + 1))
               ? status::ready
               : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index(call.inputs[1].type)) {
      return status::wrong_type;
    }
    if (const status known = shape_is_as_said<gather>(call); known != status::ready) return known;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    const auto x = call.inputs[0].shape;
    places at;
    (void)places_of(x.size(), call.inputs[1].shape.size(), call.options, at);
    for (std::size_t i = 0; i < call.inputs[1].elements(); ++i) {
      const std::int64_t index = index_at(call.inputs[1], i);
      if (index < 0 || index >= x[at.axis]) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const operand& indices = call.inputs[1];
    std::byte* y = call.outputs[0].data.data();
    places at;
    (void)places_of(x.shape.size(), indices.shape.size(), call.options, at);
    const std::size_t batches = product_of(x.shape, 0, at.batch);
    const std::size_t outer = product_of(x.shape, at.batch, at.axis);
    const std::size_t extent = extent_of(x.shape, at.axis);
    const std::size_t run = product_of(x.shape, at.axis + 1, x.shape.size()) * bytes_of(x.type);
    const std::size_t count = product_of(indices.shape, at.batch, indices.shape.size());
    if (run == 0 || count == 0) return;
    call.share.for_ranges(batches * outer * count, 65536 / run + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) {
        const std::size_t row = k / count;  // of batches and outer axes together
        const auto index = static_cast<std::size_t>(index_at(indices, row / outer * count + k % count));
        std::memcpy(y + k * run, x.data.data() + (row * extent + index) * run, run);
      }
    });
  }

 private:
  struct places {
    std::size_t batch = 0;
    std::size_t axis = 0;
  };
  static bool places_of(std::size_t x, std::size_t indices, const operation_options& options, places& at) noexcept {
    const std::int64_t batch =
        options.batch_dims < 0 ? options.batch_dims + static_cast<std::int64_t>(indices) : options.batch_dims;
    if (!to_axis(options.axis, x, at.axis) || batch < 0 || batch > static_cast<std::int64_t>(indices)) return false;
    at.batch = static_cast<std::size_t>(batch);
    return at.batch <= at.axis;
  }
};

/// The place that a row of indices [..., depth] names in the first `depth` axes of a shape, in runs of the other axes;
/// false if there is none.
[[nodiscard]] inline bool place_of(const operand& indices, std::size_t row, std::span<const std::int32_t> shape,
                                   std::size_t& place) noexcept {
  const std::size_t depth = extent_of(indices.shape, indices.shape.size() - 1);
  place = 0;
  for (std::size_t k = 0; k < depth; ++k) {
    const std::int64_t index = index_at(indices, row * depth + k);
    if (index < 0 || index >= shape[k]) return false;
    place = place * extent_of(shape, k) + static_cast<std::size_t>(index);
  }
  return true;
}

/// y[..., :] = x[indices[..., 0], indices[..., 1], …, :]. Any element of whole bytes.
struct gather_nd {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    const auto x = inputs[0].shape;
    const auto indices = inputs[1].shape;
    if (indices.empty() || extent_of(indices, indices.size() - 1) > x.size()) return status::wrong_shape;
    return result.push(indices.first(indices.size() - 1)) &&
                   result.push(x.subspan(extent_of(indices, indices.size() - 1)))
               ? status::ready
               : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index(call.inputs[1].type)) {
      return status::wrong_type;
    }
    if (const status known = shape_is_as_said<gather_nd>(call); known != status::ready) return known;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    const auto indices = call.inputs[1].shape;
    const std::size_t rows = product_of(indices, 0, indices.size() - 1);
    for (std::size_t row = 0; row < rows; ++row) {
      std::size_t place = 0;
      if (!place_of(call.inputs[1], row, call.inputs[0].shape, place)) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const operand& indices = call.inputs[1];
    const std::size_t rows = product_of(indices.shape, 0, indices.shape.size() - 1);
    const std::size_t run =
        product_of(x.shape, extent_of(indices.shape, indices.shape.size() - 1), x.shape.size()) * bytes_of(x.type);
    if (run == 0) return;
    call.share.for_ranges(rows, 65536 / run + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        std::size_t place = 0;
        if (!place_of(indices, row, x.shape, place)) continue;
        std::memcpy(call.outputs[0].data.data() + row * run, x.data.data() + place * run, run);
      }
    });
  }
};

/// y = x, with `update` from element `start` on; a start that leaves too little room is moved back. Inputs: x, update,
/// start (a list). y may be x. Any element of whole bytes.
struct dynamic_update_slice {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const operand& update = call.inputs[1];
    if (x.type != call.outputs[0].type || x.type != update.type || bytes_of(x.type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[2])) return status::wrong_type;
    if (!same_shape(x.shape, call.outputs[0].shape) || update.shape.size() != x.shape.size() ||
        call.inputs[2].elements() != x.shape.size()) {
      return status::wrong_shape;
    }
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      if (update.shape[k] > x.shape[k]) return status::wrong_shape;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const operand& update = call.inputs[1];
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = bytes_of(x.type);
    if (y.data.data() != x.data.data()) {
      strided_copy all;
      all.axis(x.elements(), 1, 1);
      all.run(bytes, x.data.data(), y.data.data(), call.share);
    }
    const stride_list from = strides_of(update.shape);
    const stride_list to = strides_of(y.shape);
    strided_copy move;
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      const std::int64_t most = x.shape[k] - update.shape[k];
      const std::int64_t start = std::clamp<std::int64_t>(index_at(call.inputs[2], k), 0, most);
      move.to_offset += static_cast<std::ptrdiff_t>(start) * to[k];
      move.axis(extent_of(update.shape, k), from[k], to[k]);
    }
    move.run(bytes, update.data.data(), y.data.data(), call.share);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
