// SPDX-License-Identifier: Apache-2.0
// Rows along the last axis: LOG_SOFTMAX, L2_NORMALIZATION, LOCAL_RESPONSE_NORMALIZATION. Freestanding, but for the C
// library's functions. (spec: kernels, sections 4 and 6)
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include <aeq/core/elementary.hpp>
#include <aeq/kernel/extents.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y row = Row::compute(x row), float32; x and y have one shape.
template <class Row>
struct rows_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32 || y.type != element_type::float32) return status::wrong_type;
    if (x.shape.empty() || !same_shape(x.shape, y.shape)) return status::wrong_shape;
    return x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const auto x = call.inputs[0].values<float>();
    const auto y = call.outputs[0].values<float>();
    const auto depth = static_cast<std::size_t>(call.inputs[0].shape.back());
    if (depth == 0) return;
    call.share.for_ranges(call.inputs[0].elements() / depth, 8192 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        Row::compute(x.subspan(row * depth, depth), y.subspan(row * depth, depth), call.options);
      }
    });
  }
};

/// x - max - log(sum of exp(x - max)). y may be x.
struct log_softmax_row {
  static void compute(std::span<const float> x, std::span<float> y, const operation_options&) noexcept {
    const float highest = *std::max_element(x.begin(), x.end());
    float sum = 0;
    for (const float value : x) sum += elementary::exp(value - highest);
    const float logarithm = elementary::log(sum);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] - highest - logarithm;
  }
};

/// x / root of the sum of squares, which is taken for 1e-6 if it is less. y may be x.
struct l2_normalization_row {
  static void compute(std::span<const float> x, std::span<float> y, const operation_options&) noexcept {
    float sum = 0;
    for (const float value : x) sum += value * value;
    constexpr float least = 1e-6f;
    const float root = std::max(elementary::sqrt(sum), least);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] / root;
  }
};

/// x * (bias + alpha * sum of the squares of the neighbours up to `radius` away)^-beta.
struct local_response_row {
  static void compute(std::span<const float> x, std::span<float> y, const operation_options& options) noexcept {
    const auto radius = static_cast<std::size_t>(std::max<std::int32_t>(options.radius, 0));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t begin = i - std::min(i, radius);
      const std::size_t end = i + std::min(x.size() - i, radius + 1);
      float sum = 0;
      for (std::size_t k = begin; k < end; ++k) sum += x[k] * x[k];
      y[i] = x[i] * elementary::pow(options.bias + options.alpha * sum, -options.beta);
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
