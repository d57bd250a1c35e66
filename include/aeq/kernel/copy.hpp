// SPDX-License-Identifier: Apache-2.0
// Ops whose output has the bytes of their first input: RESHAPE and its kin. Freestanding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Copies the first input; of any type. The other inputs have been looked at when the output got its shape.
struct copy {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.empty() || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != y.type) return status::wrong_type;
    return x.elements() == y.elements() && x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = (y.elements() * static_cast<std::size_t>(bits_of(y.type)) + 7) / 8;
    std::copy_n(call.inputs[0].data.begin(), bytes, y.data.begin());
  }
};

/// BITCAST to a type of as many bits.
struct copy_as_bits {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    if (bits_of(call.inputs[0].type) != bits_of(call.outputs[0].type)) return status::wrong_type;
    operand same = call.inputs[0];
    same.type = call.outputs[0].type;
    return copy::setup({{&same, 1}, call.outputs, call.options, {}, call.share}, workspace);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    copy::evaluate(call, workspace);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
