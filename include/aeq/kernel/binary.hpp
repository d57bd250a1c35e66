// SPDX-License-Identifier: Apache-2.0
// Arithmetic of two operands, element by element with broadcasting, and comparisons. (spec: kernels, section 3)
// Freestanding, but for the C library's functions of float.
//
// float32: one rounding per operation; a fused activation clamps, and `none` clamps to the finite numbers, so that an
// infinite sum becomes the largest one, as in the reference. Integers wrap; they are divided toward zero, and by zero
// only where nobody called check (the result is 0 then).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <aeq/core/elementary.hpp>
#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/elementwise.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// An operation of int64, in the unsigned numbers, where it wraps.
template <class Operation>
[[nodiscard]] constexpr std::int64_t wrapped(std::int64_t a, std::int64_t b, const Operation& operation) noexcept {
  return static_cast<std::int64_t>(operation(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
}

struct plus {
  constexpr float operator()(float a, float b) const noexcept { return a + b; }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    return wrapped(a, b, [](auto x, auto y) { return x + y; });
  }
};
struct minus {
  constexpr float operator()(float a, float b) const noexcept { return a - b; }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    return wrapped(a, b, [](auto x, auto y) { return x - y; });
  }
};
struct times {
  constexpr float operator()(float a, float b) const noexcept { return a * b; }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    return wrapped(a, b, [](auto x, auto y) { return x * y; });
  }
};
struct divided {
  constexpr float operator()(float a, float b) const noexcept { return a / b; }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    if (b == 0) return 0;
    if (b == -1) return minus()(0, a);  // the lowest number has no counterpart
    return a / b;
  }
};
/// The quotient rounded down.
struct floor_divided {
  float operator()(float a, float b) const noexcept { return elementary::floor(a / b); }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    const std::int64_t quotient = divided()(a, b);
    if (b == 0 || b == -1) return quotient;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
  }
};
/// What floor division leaves: it has the divisor's sign.
struct floor_remainder {
  float operator()(float a, float b) const noexcept {
    const float rest = elementary::fmod(a, b);
    return rest != 0.0f && (rest < 0.0f) != (b < 0.0f) ? rest + b : rest;
  }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    if (b == 0 || b == -1) return 0;
    const std::int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
};
struct larger {
  template <class T>
  constexpr T operator()(T a, T b) const noexcept {
    return a > b ? a : b;
  }
};
struct smaller {
  template <class T>
  constexpr T operator()(T a, T b) const noexcept {
    return a < b ? a : b;
  }
};
struct difference_squared {
  template <class T>
  constexpr T operator()(T a, T b) const noexcept {
    const T difference = minus()(a, b);
    return times()(difference, difference);
  }
};
/// Of integers: 0 where the exponent is negative (which check refuses).
struct power {
  float operator()(float a, float b) const noexcept { return elementary::pow(a, b); }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    if (b < 0) return 0;
    std::int64_t result = 1;
    for (; b != 0; b /= 2) {
      if (b % 2 != 0) result = times()(result, a);
      a = times()(a, a);
    }
    return result;
  }
};
struct angle_of {
  float operator()(float a, float b) const noexcept { return elementary::atan2(a, b); }
};
struct exclusive_or {
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept { return a ^ b; }
};
/// By 0 to 63 bits; other amounts count as the nearest of these.
struct shifted_right {
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    const std::int64_t most = b > 63 ? 63 : b;
    return a >> (b < 0 ? 0 : most);
  }
};
struct both {
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept { return a != 0 && b != 0 ? 1 : 0; }
};
struct either {
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept { return a != 0 || b != 0 ? 1 : 0; }
};
/// x where it is not negative, else x * alpha.
struct prelu_function {
  constexpr float operator()(float x, float alpha) const noexcept { return x >= 0.0f ? x : x * alpha; }
};

/// An operation behind which the fused activation clamps.
template <class Operation>
struct activated {
  clamp_range limits;
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();

  explicit constexpr activated(const operation_options& options) noexcept : limits(clamp_of(options.activation)) {
    if (options.activation == fused_activation::none) return;
    low = static_cast<std::int64_t>(limits.low);
    if (options.activation != fused_activation::relu) high = static_cast<std::int64_t>(limits.high);
  }
  constexpr float operator()(float a, float b) const noexcept { return clamped(Operation()(a, b), limits); }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    const std::int64_t result = Operation()(a, b);
    const std::int64_t raised = result < low ? low : result;
    return raised > high ? high : raised;
  }
};

struct activation_is_a_clamp : no_rules {
  static constexpr status accepts(const kernel_arguments& call) noexcept {
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }
};
/// Whether no integer of the second operand is 0; or whether none is negative.
[[nodiscard]] inline status second_is_sound(const kernel_arguments& call, bool zero_only) noexcept {
  const operand& b = call.inputs[1];
  if (!is_index(b.type)) return status::ready;
  for (std::size_t i = 0; i < b.elements(); ++i) {
    const std::int64_t value = index_at(b, i);
    if (zero_only ? value == 0 : value < 0) return status::wrong_data;
  }
  return status::ready;
}
/// An integer divisor is not 0.
struct divisor_is_not_zero : no_rules {
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return second_is_sound(call, true);
  }
};
struct quotient_rules : activation_is_a_clamp {
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return second_is_sound(call, true);
  }
};
/// An integer exponent is not negative.
struct exponent_is_not_negative : no_rules {
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return second_is_sound(call, false);
  }
};

/// ADD and its like.
template <class Operation, class Rules = activation_is_a_clamp>
using arithmetic = binary<activated<Operation>, wide_numbers, Rules>;

// Comparisons. Integers are compared as they are stored, and so have one scale and zero point if they are quantized.

struct equal_to {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a == b;
  }
};
struct not_equal_to {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a != b;
  }
};
struct less_than {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a < b;
  }
};
struct at_most {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a <= b;
  }
};
struct greater_than {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a > b;
  }
};
struct at_least {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a >= b;
  }
};

struct one_scale : no_rules {
  static constexpr status accepts(const kernel_arguments& call) noexcept {
    const operand& a = call.inputs[0];
    const operand& b = call.inputs[1];
    const bool is_one = std::equal(a.scale.begin(), a.scale.end(), b.scale.begin(), b.scale.end()) &&
                        std::equal(a.zero_point.begin(), a.zero_point.end(), b.zero_point.begin(), b.zero_point.end());
    return a.type == element_type::float32 || is_one ? status::ready : status::wrong_parameters;
  }
};
template <class Operation>
using comparison = binary<Operation, all_numbers | truth_values, one_scale, bool>;

/// y = a + b + …, of operands of one shape, in their order. float32 and int32; not clamped.
struct add_n {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.empty()) return status::wrong_operands;
    if (const status whole = operands_are_whole(call, call.inputs.size(), 1); whole != status::ready) return whole;
    const result_operand& y = call.outputs[0];
    if (y.type != element_type::float32 && y.type != element_type::int32) return status::wrong_type;
    for (const operand& x : call.inputs) {
      if (x.type != y.type) return status::wrong_type;
      if (!same_shape(x.shape, y.shape)) return status::wrong_shape;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    std::copy_n(call.inputs[0].data.begin(), y.elements() * bytes_of(y.type), y.data.begin());
    const operand sum{y.type, false, y.data, y.shape, {}, {}, 0, 0};
    for (std::size_t i = 1; i < call.inputs.size(); ++i) {
      const std::array<operand, 2> inputs{sum, call.inputs[i]};
      binary<plus, wide_numbers>::evaluate({inputs, call.outputs, call.options, {}, call.share}, {});
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
