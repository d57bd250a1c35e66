// SPDX-License-Identifier: Apache-2.0
// CAST. (spec: kernels, section 4) Freestanding.
#pragma once

#include <cstddef>
#include <span>

#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/pieces.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Elements as another type: floats toward zero and to the limits, NaN to the highest integer; integers wrap; to truth
/// values, whether it is not 0. y may be x if its elements are as large. Scales and zero points mean nothing to it.
struct cast {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (!x.present() || bytes_of(y.type) == 0) return status::wrong_type;
    return x.elements() == y.elements() && x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    for_each_piece(y.elements(), call.share, [&](std::size_t begin, std::size_t n) {
      if (is_float(x.type)) {
        float_piece piece{};
        load(x, begin, n, piece);
        store(y, begin, n, piece);
      } else {
        integer_piece piece{};
        load(x, begin, n, piece);
        store(y, begin, n, piece);
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
