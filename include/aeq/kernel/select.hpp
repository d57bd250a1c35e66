// SPDX-License-Identifier: Apache-2.0
// SELECT and SELECT_V2: one of two elements. Any element of whole bytes. Freestanding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/elementwise.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y = a where the condition holds, else b. Inputs: condition (bool), a, b. Broadcasts: all three together; or a and b
/// have one shape, and the condition has it too, is a scalar, or a list of one element per index of the first axis.
template <bool Broadcasts>
struct select_with {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 3) return status::wrong_operands;
    if (!Broadcasts) return result.push(inputs[1].shape) ? status::ready : status::wrong_shape;
    std::size_t rank = 0;
    for (const operand& x : inputs) rank = std::max(rank, x.shape.size());
    for (std::size_t k = rank; k > 0; --k) {
      std::int32_t together = 1;
      for (const operand& x : inputs) {
        const std::int32_t extent = k <= x.shape.size() ? x.shape[x.shape.size() - k] : 1;
        if (extent != 1 && together != 1 && extent != together) return status::wrong_shape;
        together = extent == 1 ? together : extent;
      }
      if (!result.push(together)) return status::wrong_shape;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const operand& a = call.inputs[1];
    if (call.inputs[0].type != element_type::boolean || a.type != call.inputs[2].type ||
        a.type != call.outputs[0].type || bytes_of(a.type) == 0) {
      return status::wrong_type;
    }
    if (!Broadcasts && !same_shape(a.shape, call.inputs[2].shape)) return status::wrong_shape;
    broadcast_walk<3> walk;
    return prepare(call, walk) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    broadcast_walk<3> walk;
    (void)prepare(call, walk);
    switch (bytes_of(call.outputs[0].type)) {
      case 1: return run<std::uint8_t>(call, walk);
      case 2: return run<std::uint16_t>(call, walk);
      case 4: return run<std::uint32_t>(call, walk);
      default: return run<std::uint64_t>(call, walk);
    }
  }

 private:
  static bool prepare(const kernel_arguments& call, broadcast_walk<3>& walk) noexcept {
    const auto y = std::span<const std::int32_t>(call.outputs[0].shape);
    std::span<const std::int32_t> condition = call.inputs[0].shape;
    std::array<std::int32_t, max_rank> column{};
    if (!Broadcasts && condition.size() == 1 && y.size() > 1) {
      if (condition[0] != y[0] && condition[0] != 1) return false;
      column.fill(1);
      column[0] = condition[0];
      condition = std::span<const std::int32_t>(column).first(y.size());
    } else if (!Broadcasts && call.inputs[0].elements() != 1 && !same_shape(condition, y)) {
      return false;
    }
    return walk.prepare(y, {condition, call.inputs[1].shape, call.inputs[2].shape});
  }

  template <class Element>
  static void run(const kernel_arguments& call, const broadcast_walk<3>& walk) noexcept {
    const auto* condition = reinterpret_cast<const std::uint8_t*>(call.inputs[0].data.data());
    const auto* a = reinterpret_cast<const Element*>(call.inputs[1].data.data());
    const auto* b = reinterpret_cast<const Element*>(call.inputs[2].data.data());
    auto* y = reinterpret_cast<Element*>(call.outputs[0].data.data());
    const std::size_t step_c = walk.is_single(0) ? 0 : 1;
    const std::size_t step_a = walk.is_single(1) ? 0 : 1;
    const std::size_t step_b = walk.is_single(2) ? 0 : 1;
    walk.run(call.share, [&](const broadcast_walk<3>::row& row, std::size_t n) {
      const std::uint8_t* row_c = condition + row.from[0];
      const Element* row_a = a + row.from[1];
      const Element* row_b = b + row.from[2];
      for (std::size_t i = 0; i < n; ++i) {
        y[row.result + i] = row_c[i * step_c] != 0 ? row_a[i * step_a] : row_b[i * step_b];
      }
    });
  }
};
using select = select_with<false>;
using select_v2 = select_with<true>;

}  // namespace aeq::inline AEQ_ABI::kernel
