// SPDX-License-Identifier: Apache-2.0
// CONCATENATION and PACK: tensors one behind the other. Any element of whole bytes. Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/extents.hpp>
#include <aeq/kernel/strided_copy.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Along `axis` of the options, which the inputs have (CONCATENATION) or which is new (PACK). All operands have the
/// same type, shape but for that axis, and scales.
template <bool IsNew>
struct joined {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.empty()) return status::wrong_operands;
    const auto first = inputs[0].shape;
    if (first.size() + (IsNew ? 1 : 0) > max_rank) return status::wrong_shape;
    std::size_t axis = 0;
    if (!to_axis(options.axis, first.size() + (IsNew ? 1 : 0), axis)) return status::wrong_options;
    std::int64_t together = 0;
    for (const operand& x : inputs) {
      if (!x.present() || x.type != inputs[0].type) return status::wrong_type;
      if (x.shape.size() != first.size()) return status::wrong_shape;
      for (std::size_t k = 0; k < first.size(); ++k) {
        if ((IsNew || k != axis) && x.shape[k] != first[k]) return status::wrong_shape;
      }
      together += IsNew ? 1 : x.shape[axis];
    }
    for (std::size_t k = 0; k < first.size() + (IsNew ? 1 : 0); ++k) {
      const std::int64_t extent = k == axis ? together : first[k < axis || !IsNew ? k : k - 1];
      if (!result.push(extent)) return status::wrong_shape;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, call.inputs.size(), 1); whole != status::ready) return whole;
    const result_operand& y = call.outputs[0];
    if (call.inputs.empty()) return status::wrong_operands;
    if (call.inputs[0].type != y.type || bytes_of(y.type) == 0) return status::wrong_type;
    if (call.options.activation != fused_activation::none) return status::wrong_options;
    for (const operand& x : call.inputs) {
      if (y.type == element_type::int16 || (x.scale.empty() && y.scale.empty())) continue;
      if (!std::equal(x.scale.begin(), x.scale.end(), y.scale.begin(), y.scale.end()) ||
          !std::equal(x.zero_point.begin(), x.zero_point.end(), y.zero_point.begin(), y.zero_point.end())) {
        return status::wrong_parameters;
      }
    }
    return shape_is_as_said<joined>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    std::size_t axis = 0;
    (void)to_axis(call.options.axis, y.shape.size(), axis);
    const std::size_t outer = product_of(y.shape, 0, axis);
    const std::size_t inner = product_of(y.shape, axis + 1, y.shape.size());
    std::size_t begin = 0;
    for (const operand& x : call.inputs) {
      const std::size_t count = (IsNew ? 1 : extent_of(x.shape, axis)) * inner;
      strided_copy move;
      move.to_offset = static_cast<std::ptrdiff_t>(begin);
      move.axis(outer, static_cast<std::ptrdiff_t>(count),
                static_cast<std::ptrdiff_t>(extent_of(y.shape, axis) * inner));
      move.axis(count, 1, 1);
      move.run(bytes_of(y.type), x.data.data(), y.data.data(), call.share);
      begin += count;
    }
  }
};
using concatenation = joined<false>;
using pack_axis = joined<true>;

}  // namespace aeq::inline AEQ_ABI::kernel
