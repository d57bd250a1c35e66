// SPDX-License-Identifier: Apache-2.0
// Functions of two quantized integers: ADD, SUB, MUL, DIV, SQUARED_DIFFERENCE, comparisons, PRELU. (spec: kernels,
// section 3) Freestanding, but for the C library's logf.
//
// a, b and y have scales of their own. X is the type of all three, if nothing else is said.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>

#include <aeq/kernel/binary.hpp>
#include <aeq/kernel/integer/elementwise.hpp>
#include <aeq/kernel/integer/fixed_point_functions.hpp>
#include <aeq/kernel/integer/scale.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// a + b, or a - b. Both are brought to twice the larger of their scales, with bits to spare; 16-bit operands whose
/// scales are powers of two are shifted instead, if the option asks for it.
template <class X, bool IsDifference, bool InFloat>
struct scaled_sum {
  static constexpr bool refuses_zero = false;
  static constexpr int spare_bits = sizeof(X) == 1 ? 20 : 15;
  std::int32_t a_zero = 0, b_zero = 0, y_zero = 0;
  fixed_multiplier a{}, b{}, y{};  ///< shifted: only shift counts
  integer_range range{};
  bool is_shifted = false;

  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    if (!is_clamp(call.options.activation)) return status::wrong_options;
    const float scale_a = call.inputs[0].scale[0], scale_b = call.inputs[1].scale[0];
    const float scale_y = call.outputs[0].scale[0];
    a_zero = zero_point_of(call.inputs[0], 0);
    b_zero = zero_point_of(call.inputs[1], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], call.options.activation);
    if (sizeof(X) == 2 && call.options.pot_scale_int16) {
      std::int32_t of_y = 0;
      is_shifted = exponent_of(scale_a, a.shift) && exponent_of(scale_b, b.shift) && exponent_of(scale_y, of_y);
      if (is_shifted) {
        a.shift -= of_y;
        b.shift -= of_y;
        const bool fits = std::max(a.shift, b.shift) == 0 && std::min(a.shift, b.shift) >= -31;
        return fits ? status::ready : status::wrong_parameters;
      }
    }
    const float most = 2.0f * std::max(scale_a, scale_b);
    const float step = static_cast<float>(1 << spare_bits) * scale_y;
    const auto quotient = [](float of, float by) {
      return InFloat ? ratio_of(of, by) : static_cast<double>(of) / static_cast<double>(by);
    };
    // The sum's kernels take no factor from 1 on.
    if (!IsDifference && !(quotient(most, step) < 1.0)) return status::wrong_parameters;
    const bool fits = to_multiplier(quotient(scale_a, most), a) && to_multiplier(quotient(scale_b, most), b) &&
                      to_multiplier(quotient(most, step), y);
    return fits ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t left, std::int32_t right) const noexcept {
    if (is_shifted) {
      left = divide_by_power(left, -a.shift);
      right = divide_by_power(right, -b.shift);
      return range.clamp(IsDifference ? left - right : left + right);
    }
    left = multiply(shifted_left(left - a_zero, spare_bits), a);
    right = multiply(shifted_left(right - b_zero, spare_bits), b);
    return range.clamp(std::int64_t(multiply(IsDifference ? left - right : left + right, y)) + y_zero);
  }
};

/// a * b.
template <bool InFloat>
struct scaled_product {
  static constexpr bool refuses_zero = false;
  std::int32_t a_zero = 0, b_zero = 0, y_zero = 0;
  fixed_multiplier factor{};
  integer_range range{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    if (!is_clamp(call.options.activation)) return status::wrong_options;
    const float scale_a = call.inputs[0].scale[0], scale_b = call.inputs[1].scale[0];
    const float scale_y = call.outputs[0].scale[0];
    a_zero = zero_point_of(call.inputs[0], 0);
    b_zero = zero_point_of(call.inputs[1], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], call.options.activation);
    const double real =
        InFloat ? ratio_of(scale_a * scale_b, scale_y)
                : static_cast<double>(scale_a) * static_cast<double>(scale_b) / static_cast<double>(scale_y);
    return to_multiplier(real, factor) ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t a, std::int32_t b) const noexcept {
    return range.clamp(std::int64_t(multiply((a - a_zero) * (b - b_zero), factor)) + y_zero);
  }
};

/// a * b of int16, to int8 or uint8. LiteRT asks for no scales here and takes a step of y for 2^23 of the product,
/// which is so for operands in [-1, 1); with these scales this rounds as LiteRT does, with others as MUL of one type.
template <bool InFloat>
struct narrowed_product {
  static constexpr bool refuses_zero = false;
  scaled_product<InFloat> plain{};
  bool is_fraction = false;

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    const float of_product = call.inputs[0].scale[0] * call.inputs[1].scale[0];
    is_fraction = ratio_of(of_product, call.outputs[0].scale[0]) == 1.0 / (1 << 23);
    return plain.prepare(call);
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t a, std::int32_t b) const noexcept {
    if (!is_fraction) return plain(a, b);
    const std::int32_t product = a * b;  // at most 2^30
    const std::int32_t high = (product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15);
    const std::int32_t limited = high > 32767 ? 32767 : high;
    return plain.range.clamp(std::int64_t(divide_by_power(limited, 8)) + plain.y_zero);
  }
};

/// a / b, by the reciprocal of b. Quotients far below a step of y are 0: for them the reference shifts by more bits
/// than there are, and answers anything.
struct scaled_quotient {
  static constexpr bool refuses_zero = true;
  std::int32_t a_zero = 0, b_zero = 0, y_zero = 0;
  fixed_multiplier factor{};
  integer_range range{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    if (!is_clamp(call.options.activation)) return status::wrong_options;
    a_zero = zero_point_of(call.inputs[0], 0);
    b_zero = zero_point_of(call.inputs[1], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], call.options.activation);
    const float by = call.inputs[1].scale[0] * call.outputs[0].scale[0];
    return to_multiplier(ratio_of(call.inputs[0].scale[0], by), factor) ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t a, std::int32_t b) const noexcept {
    std::int32_t x = a - a_zero, by = b - b_zero;
    if (x == 0 || by == 0) return range.clamp(y_zero);
    if (by < 0) {
      x = -x;
      by = -by;
    }
    const fixed_point::reciprocal inverse = fixed_point::reciprocal_of(by, 31);
    const int spare = std::countl_zero(static_cast<std::uint32_t>(x < 0 ? ~x : x)) - 1;
    const std::int32_t quotient = high_product(shifted_left(x, spare), inverse.value);
    const std::int32_t shift = factor.shift - inverse.exponent - spare;
    const std::int32_t scaled =
        shift < -31 ? 0 : multiply(quotient, {factor.multiplier, std::min<std::int32_t>(shift, 30)});
    return range.clamp(std::int64_t(scaled) + y_zero);
  }
};

/// (a - b)^2.
struct scaled_square {
  static constexpr bool refuses_zero = false;
  static constexpr int spare_bits = 7;
  std::int32_t a_zero = 0, b_zero = 0, y_zero = 0;
  fixed_multiplier a{}, b{}, y{};
  integer_range range{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    const auto scale_a = static_cast<double>(call.inputs[0].scale[0]);
    const auto scale_b = static_cast<double>(call.inputs[1].scale[0]);
    const auto step = static_cast<double>(static_cast<float>(1 << (2 * spare_bits)) * call.outputs[0].scale[0]);
    a_zero = zero_point_of(call.inputs[0], 0);
    b_zero = zero_point_of(call.inputs[1], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], fused_activation::none);
    const double most = 2.0 * std::max(scale_a, scale_b);
    const bool fits =
        to_multiplier(scale_a / most, a) && to_multiplier(scale_b / most, b) && to_multiplier(most * most / step, y);
    return fits ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t left, std::int32_t right) const noexcept {
    const std::int32_t difference =
        multiply(shifted_left(left - a_zero, spare_bits), a) - multiply(shifted_left(right - b_zero, spare_bits), b);
    return range.clamp(std::int64_t(multiply(difference * difference, y)) + y_zero);
  }
};

/// A comparison of real numbers, of which 8 bits behind the point count: what falls together there is equal.
template <class Comparison>
struct scaled_comparison {
  static constexpr bool refuses_zero = false;
  static constexpr int spare_bits = 8;
  std::int32_t a_zero = 0, b_zero = 0;
  fixed_multiplier a{}, b{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    a_zero = zero_point_of(call.inputs[0], 0);
    b_zero = zero_point_of(call.inputs[1], 0);
    const bool fits = to_multiplier(static_cast<double>(call.inputs[0].scale[0]), a) &&
                      to_multiplier(static_cast<double>(call.inputs[1].scale[0]), b);
    return fits ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr bool operator()(std::int32_t left, std::int32_t right) const noexcept {
    return Comparison()(multiply(shifted_left(left - a_zero, spare_bits), a),
                        multiply(shifted_left(right - b_zero, spare_bits), b));
  }
};

/// x where it is not negative, else x * alpha. 16-bit x has an alpha of 8 bits.
template <bool InFloat>
struct scaled_prelu {
  static constexpr bool refuses_zero = false;
  std::int32_t x_zero = 0, alpha_zero = 0, y_zero = 0;
  fixed_multiplier positive{}, negative{};
  integer_range range{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    const float x = call.inputs[0].scale[0], alpha = call.inputs[1].scale[0], y = call.outputs[0].scale[0];
    x_zero = zero_point_of(call.inputs[0], 0);
    alpha_zero = zero_point_of(call.inputs[1], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], fused_activation::none);
    const auto wide_x = static_cast<double>(x), wide_y = static_cast<double>(y);
    const bool fits =
        to_multiplier(InFloat ? ratio_of(x, y) : wide_x / wide_y, positive) &&
        to_multiplier(InFloat ? ratio_of(x * alpha, y) : wide_x * static_cast<double>(alpha) / wide_y, negative);
    return fits ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x, std::int32_t alpha) const noexcept {
    x -= x_zero;
    const std::int32_t scaled = x >= 0 ? multiply(x, positive) : multiply(x * (alpha - alpha_zero), negative);
    return range.clamp(std::int64_t(scaled) + y_zero);
  }
};

template <class X>
using integer_add = integer_binary<scaled_sum<X, false, false>, X>;
template <class X, class Arithmetic>
using integer_sub = integer_binary<scaled_sum<X, true, Arithmetic::difference_in_float>, X>;
template <class X, class Arithmetic>
using integer_mul_of_one_type = integer_binary<scaled_product<Arithmetic::products_in_float>, X>;
template <class X, class Y, class Arithmetic>
using integer_mul_narrowed = integer_binary<narrowed_product<Arithmetic::products_in_float>, X, X, Y>;

/// MUL: y has the type of a and b; of int16 it may have 8 bits.
template <class X, class Arithmetic>
struct integer_mul : integer_mul_of_one_type<X, Arithmetic> {};
template <class Arithmetic>
struct integer_mul<std::int16_t, Arithmetic> {
  using same = integer_mul_of_one_type<std::int16_t, Arithmetic>;
  using to_int8 = integer_mul_narrowed<std::int16_t, std::int8_t, Arithmetic>;
  using to_uint8 = integer_mul_narrowed<std::int16_t, std::uint8_t, Arithmetic>;

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return std::max(same::workspace_bytes(call), to_int8::workspace_bytes(call));
  }
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const element_type y = call.outputs.empty() ? element_type::absent : call.outputs[0].type;
    if (y == element_type::int8) return to_int8::setup(call, workspace);
    return y == element_type::uint8 ? to_uint8::setup(call, workspace) : same::setup(call, workspace);
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    switch (call.outputs[0].type) {
      case element_type::int8: return to_int8::evaluate(call, workspace);
      case element_type::uint8: return to_uint8::evaluate(call, workspace);
      default: return same::evaluate(call, workspace);
    }
  }
};

template <class X>
using integer_div = integer_binary<scaled_quotient, X>;
template <class X>
using integer_squared_difference = integer_binary<scaled_square, X>;
template <class X, class Comparison>
using integer_comparison = integer_binary<scaled_comparison<Comparison>, X, X, bool>;
template <class X, class Arithmetic>
using integer_prelu =
    integer_binary<scaled_prelu<Arithmetic::products_in_float>, X, std::conditional_t<sizeof(X) == 2, std::int8_t, X>>;

}  // namespace aeq::inline AEQ_ABI::kernel
