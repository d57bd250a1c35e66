// SPDX-License-Identifier: Apache-2.0
// SOFTMAX over the last axis. (spec: kernels, section 4) Freestanding, but for the C library's expf.
#pragma once

#include <cstddef>
#include <span>

#include <aeq/core/elementary.hpp>
#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y = exp((x - max) * beta) / sum of these, float32, along the last axis; sums in order. y may be x.
struct softmax_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32 || y.type != element_type::float32) return status::wrong_type;
    if (x.shape.empty() || x.elements() != y.elements()) return status::wrong_shape;
    return x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const auto x = input.values<float>();
    const auto y = call.outputs[0].values<float>();
    const auto depth = static_cast<std::size_t>(input.shape.back());
    if (depth == 0) return;
    const float beta = call.options.beta;
    call.share.for_ranges(input.elements() / depth, 4096 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const auto from = x.subspan(row * depth, depth);
        const auto to = y.subspan(row * depth, depth);
        float highest = from[0];
        for (const float value : from) highest = highest < value ? value : highest;
        float sum = 0;
        for (std::size_t i = 0; i < depth; ++i) {
          to[i] = elementary::exp((from[i] - highest) * beta);
          sum += to[i];
        }
        for (float& value : to) value /= sum;
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
