// SPDX-License-Identifier: Apache-2.0
// Ops that take one element at a time. (spec: kernels, section 4) Freestanding.
#pragma once

#include <cstddef>
#include <span>

#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[i] = Function::of(x[i]), float32; y may be x.
template <class Function>
struct unary_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32 || y.type != element_type::float32) return status::wrong_type;
    return x.elements() == y.elements() && x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const auto x = call.inputs[0].values<float>();
    const auto y = call.outputs[0].values<float>();
    constexpr std::size_t least = 16384;  // elements that are worth another thread
    call.share.for_ranges(call.outputs[0].elements(), least, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) y[i] = Function::of(x[i]);
    });
  }
};

struct relu {
  [[nodiscard]] static constexpr float of(float x) noexcept { return x > 0 ? x : 0; }
};

}  // namespace aeq::inline AEQ_ABI::kernel
