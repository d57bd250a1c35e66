// SPDX-License-Identifier: Apache-2.0
// Ops that take a function of every float, and SOFTMAX and LOG_SOFTMAX, by the processor's best loops. Results differ
// from those of the kernels of the same name in their last bits.
//
// Inside: family/elementwise.hpp and family/reduction.hpp include it, other headers do not.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include <aeq/execute/fast/function_loops.hpp>
#include <aeq/kernel/normalize.hpp>
#include <aeq/kernel/pieces.hpp>
#include <aeq/kernel/softmax.hpp>
#include <aeq/kernel/unary.hpp>

namespace aeq::inline AEQ_ABI::execute::fast {

/// A kernel of one input with its floats computed by a loop. y may be x.
template <class Kernel, function_loops::row function_loops::*Row>
struct unary_by_loop {
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return Kernel::setup(call, workspace);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs[0].type != element_type::float32) return Kernel::evaluate(call, workspace);
    const float* const x = call.inputs[0].values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    const function_loops& loops = best_function_loops();
    call.share.for_ranges(call.outputs[0].elements(), kernel::elements_per_thread,
                          [&](std::size_t begin, std::size_t end) { (loops.*Row)(x + begin, y + begin, end - begin); });
  }
};

using elu = unary_by_loop<kernel::unary<kernel::elu_function>, &function_loops::elu>;
using exponential = unary_by_loop<kernel::unary<kernel::exp_function>, &function_loops::exponential>;
using logistic = unary_by_loop<kernel::unary<kernel::logistic_function>, &function_loops::logistic>;
using hyperbolic_tangent = unary_by_loop<kernel::unary<kernel::tanh_function>, &function_loops::hyperbolic_tangent>;

/// Either form, as the op's options say.
struct gelu {
  using form = kernel::unary<kernel::gelu_function>;

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return form::setup(call, workspace);
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.options.approximate) {
      unary_by_loop<form, &function_loops::gelu_by_tangent>::evaluate(call, workspace);
    } else {
      unary_by_loop<form, &function_loops::gelu>::evaluate(call, workspace);
    }
  }
};

/// kernel::softmax_float. y may be x.
struct softmax_float {
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return kernel::softmax_float::setup(call, workspace);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const auto depth = static_cast<std::size_t>(input.shape.back());
    if (depth == 0) return;
    const float* const x = input.values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    const float beta = call.options.beta;
    const function_loops& loops = best_function_loops();
    call.share.for_ranges(input.elements() / depth, 16384 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const float* const from = x + row * depth;
        float* const to = y + row * depth;
        const float sum = loops.exponentials(from, to, depth, loops.greatest(from, depth), beta);
        loops.divide(to, depth, sum);
      }
    });
  }
};

/// kernel::log_softmax_row. y may be x.
struct log_softmax_row {
  static void compute(std::span<const float> x, std::span<float> y, const operation_options&) noexcept {
    const function_loops& loops = best_function_loops();
    const float highest = loops.greatest(x.data(), x.size());
    std::array<float, 256> some;  // not y, which may be x
    float sum = 0;
    for (std::size_t i = 0; i < x.size(); i += some.size()) {
      sum += loops.exponentials(x.data() + i, some.data(), std::min(some.size(), x.size() - i), highest, 1.0f);
    }
    const float logarithm = std::log(sum);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] - highest - logarithm;
  }
};

}  // namespace aeq::inline AEQ_ABI::execute::fast
