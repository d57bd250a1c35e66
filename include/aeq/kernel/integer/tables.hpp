// SPDX-License-Identifier: Apache-2.0
// Functions of one quantized integer by tables of float results: LOGISTIC and TANH of 8 bits, EXP, LOG, GELU, RSQRT of
// 16 bits. (spec: kernels, sections 1 and 4) Freestanding, but for the C library's functions in setup.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <aeq/core/elementary.hpp>
#include <aeq/core/rounded_product.hpp>
#include <aeq/kernel/integer/elementwise.hpp>
#include <aeq/kernel/pieces.hpp>
#include <aeq/kernel/unary.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// A real function for a call: it may want its operands' scales, or its options.
template <class Real>
[[nodiscard]] Real real_function(const kernel_arguments& call) noexcept {
  if constexpr (requires { Real(call); }) {
    return Real(call);
  } else {
    return operation_from<Real>(call.options);
  }
}

/// The values of a function at all integers of 8 bits, in float32.
template <class Real, class X>
struct table_of_all {
  static constexpr bool refuses_negative = false;
  std::array<X, 256> values{};

  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    const Real real = real_function<Real>(call);
    const float scale = call.inputs[0].scale[0];
    const float steps = 1.0f / call.outputs[0].scale[0];
    const std::int32_t x_zero = zero_point_of(call.inputs[0], 0);
    const auto y_zero = static_cast<float>(zero_point_of(call.outputs[0], 0));
    const integer_range range = integer_range_of(call.outputs[0], fused_activation::none);
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers
    for (std::int32_t x = std::numeric_limits<X>::min(); x <= std::numeric_limits<X>::max(); ++x) {
      const float scaled = elementary::round(real(scale * static_cast<float>(x - x_zero)) * steps);
      values[static_cast<std::uint8_t>(x)] = static_cast<X>(range.clamp(to_integer<std::int32_t>(scaled + y_zero)));
    }
    return status::ready;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    return values[static_cast<std::uint8_t>(x)];
  }
};

/// A function of int16 by its values at 513 of them, 128 apart, and lines between; values are moved so that the line is
/// wrong by as much at its middle as at its ends.
struct table_of_steps {
  static constexpr bool refuses_negative = false;
  std::array<std::int16_t, 513> values{};

  /// real: from T to T; x and y: real = (integer - zero point) * scale.
  template <class T, class Real>
  void fill(const Real& real, T x_scale, std::int32_t x_zero, T y_scale, std::int32_t y_zero) noexcept {
    constexpr std::int32_t lowest = -32768, highest = 32767;
    const auto real_of = [](T scale, std::int32_t steps) { return rounded_product(scale, static_cast<T>(steps)); };
    const T x_least = real_of(x_scale, lowest - x_zero), x_most = real_of(x_scale, highest - x_zero);
    const T y_least = real_of(y_scale, lowest - y_zero), y_most = real_of(y_scale, highest - y_zero);
    const T step = (x_most - x_least) / T(512);
    const T half = step / T(2);
    const T steps = T(65536) / (y_most - y_least);
    const auto stored = [](T value) {
      const T raised = value < T(lowest) ? T(lowest) : value;
      return static_cast<std::int16_t>(raised > T(highest) ? T(highest) : raised);
    };
    for (std::size_t i = 0; i < 512; ++i) {
      const T begin = x_least + rounded_product(static_cast<T>(i), step);
      const T here = elementary::round(real(begin) * steps);
      const T next = rounded_product(real(x_least + rounded_product(static_cast<T>(i + 1), step)), steps);
      const T on_line = elementary::round((next + here) / T(2));
      const T middle = elementary::round(real(begin + half) * steps);
      values[i] = stored(here - elementary::round((on_line - middle) / T(2)));
    }
    values[512] = stored(elementary::round(real(x_most) * steps));
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    const std::int32_t i = 256 + (x >> 7);
    const std::int32_t low = values[static_cast<std::size_t>(i)];
    const auto rise = static_cast<std::int16_t>(values[static_cast<std::size_t>(i) + 1] - low);
    return static_cast<std::int16_t>(low + ((rise * (x & 127) + 64) >> 7));
  }
};

/// The same, for an op.
template <class Real>
struct real_steps : table_of_steps {
  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    fill<float>(real_function<Real>(call), call.inputs[0].scale[0], zero_point_of(call.inputs[0], 0),
                call.outputs[0].scale[0], zero_point_of(call.outputs[0], 0));
    return status::ready;
  }
};

/// The kernel of a real function of X.
template <class Real, class X>
using integer_real_function =
    integer_unary<std::conditional_t<sizeof(X) == 1, table_of_all<Real, X>, real_steps<Real>>, X>;

// Functions that differ from those of floats.

struct plain_logistic {
  float operator()(float x) const noexcept { return 1.0f / (1.0f + elementary::exp(-x)); }
};
/// The logarithm; where there is none, the lowest number of the output.
struct log_with_floor {
  float least;
  explicit log_with_floor(const kernel_arguments& call) noexcept
      : least(call.outputs[0].scale[0] *
              static_cast<float>(limits_of(call.outputs[0].type).first - zero_point_of(call.outputs[0], 0))) {}
  float operator()(float x) const noexcept { return x > 0.0f ? elementary::log(x) : least; }
};
/// 1 / the root; where there is none, the highest number of the output.
struct inverse_root_with_ceiling {
  float most;
  explicit inverse_root_with_ceiling(const kernel_arguments& call) noexcept
      : most(call.outputs[0].scale[0] * static_cast<float>(limits_of(call.outputs[0].type).second)) {}
  float operator()(float x) const noexcept { return x > 0.0f ? 1.0f / elementary::sqrt(x) : most; }
};

/// LOGISTIC of 8 bits, whose output has scale 1 / 256.
template <class X>
struct logistic_table : table_of_all<plain_logistic, X> {
  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    if (call.outputs[0].scale[0] != 1.0f / 256.0f) return status::wrong_parameters;
    return table_of_all<plain_logistic, X>::prepare(call);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
