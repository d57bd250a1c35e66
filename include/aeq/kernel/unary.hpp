// SPDX-License-Identifier: Apache-2.0
// Ops that take one element at a time. (spec: kernels, section 4) NaN stays NaN. Freestanding, but for the C library's
// functions of float.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/core/constexpr_math.hpp>
#include <aeq/core/elementary.hpp>
#include <aeq/core/rounded_product.hpp>
#include <aeq/kernel/elementwise.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// -x; the lowest number has no counterpart and stays.
[[nodiscard]] constexpr std::int64_t wrapped_negative(std::int64_t x) noexcept {
  return static_cast<std::int64_t>(std::uint64_t(0) - static_cast<std::uint64_t>(x));
}

// Functions of float.

/// max(lowest, min(x, highest)) that lets NaN pass.
template <int Lowest, int Highest>
struct clamp_between {
  constexpr float operator()(float x) const noexcept {
    const float raised = x < static_cast<float>(Lowest) ? static_cast<float>(Lowest) : x;
    return raised > static_cast<float>(Highest) ? static_cast<float>(Highest) : raised;
  }
};
struct relu_function {
  constexpr float operator()(float x) const noexcept { return x < 0.0f ? 0.0f : x; }
};
struct leaky_relu_function {
  float alpha;
  constexpr explicit leaky_relu_function(const operation_options& options) noexcept : alpha(options.alpha) {}
  constexpr float operator()(float x) const noexcept { return x > 0.0f ? x : x * alpha; }
};
struct elu_function {
  float operator()(float x) const noexcept { return x < 0.0f ? elementary::expm1(x) : x; }
};
/// 1 / (1 + e^-x), with the thresholds of the reference: 1 above 16.62, e^x below -9.
struct logistic_function {
  float operator()(float x) const noexcept {
    if (x > 16.619047164916992f) return 1.0f;
    if (x < -9.0f) return elementary::exp(x);
    return 1.0f / (1.0f + elementary::exp(-x));
  }
};
struct tanh_function {
  float operator()(float x) const noexcept { return elementary::tanh(x); }
};
/// x times the normal distribution's integral, or the approximation by tanh.
struct gelu_function {
  bool approximate;
  constexpr explicit gelu_function(const operation_options& options) noexcept : approximate(options.approximate) {}
  float operator()(float x) const noexcept {
    if (approximate) return 0.5f * x * (1.0f + elementary::tanh(0.79788456f * (x + ((0.044715f * x) * x) * x)));
    return 0.5f * x * elementary::erfc(x * -0.70710678f);
  }
};
struct hard_swish_function {
  constexpr float operator()(float x) const noexcept {
    const float raised = x + 3.0f < 0.0f ? 0.0f : x + 3.0f;
    return x * (raised > 6.0f ? 6.0f : raised) / 6.0f;
  }
};
struct exp_function {
  float operator()(float x) const noexcept { return elementary::exp(x); }
};
struct log_function {
  float operator()(float x) const noexcept { return elementary::log(x); }
};
struct sin_function {
  float operator()(float x) const noexcept { return elementary::sin(x); }
};
struct cos_function {
  float operator()(float x) const noexcept { return elementary::cos(x); }
};
struct sqrt_function {
  float operator()(float x) const noexcept { return elementary::sqrt(x); }
};
struct rsqrt_function {
  float operator()(float x) const noexcept { return 1.0f / elementary::sqrt(x); }
};

/// The nearest integer, halves to the even one. From 2^23 on every float is one.
struct round_function {
  float operator()(float x) const noexcept {
    constexpr float whole = 8388608.0f;
    const float size = absolute(x);
    const float rounded = elementary::copysign((size + whole) - whole, x);
    return size < whole ? rounded : x;
  }
};
struct floor_function {
  float operator()(float x) const noexcept {
    const float rounded = round_function()(x);
    return rounded > x ? rounded - 1.0f : rounded;
  }
};
struct ceil_function {
  float operator()(float x) const noexcept {
    const float rounded = round_function()(x);
    return elementary::copysign(rounded < x ? rounded + 1.0f : rounded, x);
  }
};

// Functions of several types.

struct square_function {
  constexpr float operator()(float x) const noexcept { return x * x; }
};
struct absolute_function {
  float operator()(float x) const noexcept { return absolute(x); }
  constexpr std::int64_t operator()(std::int64_t x) const noexcept { return x < 0 ? wrapped_negative(x) : x; }
};
struct negative_function {
  constexpr float operator()(float x) const noexcept { return -x; }
  constexpr std::int64_t operator()(std::int64_t x) const noexcept { return wrapped_negative(x); }
};
struct sign_function {
  template <class T>
  constexpr T operator()(T x) const noexcept {
    const T positive = x > T(0) ? T(1) : x;
    return x < T(0) ? T(-1) : positive;  // 0 and NaN are their own
  }
};
struct not_function {
  constexpr std::int64_t operator()(std::int64_t x) const noexcept { return x == 0 ? 1 : 0; }
};

/// (clip(x, nmin, nmax) - nmin) in whole steps, where nmin and nmax are min and max of the options moved so that 0 is a
/// step; there are 2^num_bits - 1 steps. (spec: kernels, section 4)
struct fake_quant_function {
  float scale, inverse, lowest, highest;
  explicit fake_quant_function(const operation_options& options) noexcept {
    const auto steps = static_cast<float>((1 << options.num_bits) - 1);
    scale = (options.max - options.min) / steps;
    inverse = 1.0f / scale;
    const float zero = 0.0f - options.min / scale;
    const float nudged = zero < 0.0f ? 0.0f : zero > steps ? steps : elementary::round(zero);
    lowest = (0.0f - nudged) * scale;
    highest = (steps - nudged) * scale;
  }
  float operator()(float x) const noexcept {
    const float raised = x < lowest ? lowest : x;
    const float clipped = raised > highest ? highest : raised;
    return rounded_product(elementary::round((clipped - lowest) * inverse), scale) + lowest;
  }
};
struct fake_quant : unary<fake_quant_function> {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const operation_options& options = call.options;
    const bool is_sound = options.num_bits >= 2 && options.num_bits <= 16 && !options.narrow_range &&
                          options.min <= 0.0f && options.max >= 0.0f && options.min < options.max;
    return is_sound ? unary<fake_quant_function>::setup(call, workspace) : status::wrong_options;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
