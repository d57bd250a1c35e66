// SPDX-License-Identifier: Apache-2.0
// Functions of one quantized integer, in integers: RELU and its like, LEAKY_RELU, HARD_SWISH, ABS, NEG, SQRT, RSQRT.
// (spec: kernels, section 4) Freestanding, but for the C library's sqrtf.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include <aeq/core/elementary.hpp>
#include <aeq/kernel/integer/elementwise.hpp>
#include <aeq/kernel/integer/fixed_point_functions.hpp>
#include <aeq/kernel/integer/scale.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// What these functions share: the zero points, and the limits of y.
struct between_zero_points {
  std::int32_t x_zero = 0, y_zero = 0;
  integer_range range{};

  constexpr void read(const kernel_arguments& call, fused_activation activation = fused_activation::none) noexcept {
    x_zero = zero_point_of(call.inputs[0], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], activation);
  }
  [[nodiscard]] constexpr std::int32_t finish(std::int32_t scaled) const noexcept {
    return range.clamp(std::int64_t(scaled) + y_zero);
  }
};

/// x, clamped as an activation says.
template <fused_activation Activation>
struct scaled_clamp {
  static constexpr bool refuses_negative = false;
  between_zero_points at{};
  fixed_multiplier factor{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    at.read(call, Activation);
    return to_multiplier(ratio_of(call.inputs[0].scale[0], call.outputs[0].scale[0]), factor)
               ? status::ready
               : status::wrong_parameters;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    return at.finish(multiply(x - at.x_zero, factor));
  }
};

/// x, clamped to 0 and 1.
struct scaled_unit_clamp {
  static constexpr bool refuses_negative = false;
  scaled_clamp<fused_activation::relu> lower{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    const status prepared = lower.prepare(call);
    const std::int32_t steps = rounded(static_cast<double>(1.0f / call.outputs[0].scale[0]));
    lower.at.range.highest = lower.at.range.clamp(std::int64_t(lower.at.y_zero) + steps);
    return prepared;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept { return lower(x); }
};

/// x where it is not negative, else x * alpha of the options.
struct scaled_leaky_relu {
  static constexpr bool refuses_negative = false;
  between_zero_points at{};
  fixed_multiplier positive{}, negative{};
  bool is_mirrored = false;  ///< alpha is negative

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    at.read(call);
    const float x = call.inputs[0].scale[0], y = call.outputs[0].scale[0];
    const float alpha = call.options.alpha;
    is_mirrored = alpha < 0.0f;
    const bool fits = to_multiplier(ratio_of(x, y), positive) &&
                      to_multiplier(ratio_of(x * (is_mirrored ? -alpha : alpha), y), negative);
    return fits ? status::ready : status::wrong_parameters;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    x -= at.x_zero;
    if (x >= 0) return at.finish(multiply(x, positive));
    const std::int32_t scaled = multiply(x, negative);
    return at.finish(is_mirrored ? -scaled : scaled);
  }
};

/// x * relu6(x + 3) / 6, of 8 bits, with 7 more behind the point.
struct scaled_hard_swish {
  static constexpr bool refuses_negative = false;
  between_zero_points at{};
  std::int32_t to_y = 0;  ///< x to y, times 2^(15 - exponent)
  std::int32_t y_exponent = 0;
  std::int32_t to_gate = 0;  ///< x to a third of it with 15 bits behind the point
  std::int32_t gate_exponent = 0;

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    at.read(call);
    const float fine = 1.0f / 128.0f * call.inputs[0].scale[0];
    fixed_multiplier y{}, gate{};
    if (!to_multiplier(ratio_of(fine, call.outputs[0].scale[0]), y) ||
        !to_multiplier(ratio_of(fine, 3.0f / 32768.0f), gate) || y.shift > 0 || gate.shift > 15) {
      return status::wrong_parameters;
    }
    to_y = reduced(y.multiplier);
    y_exponent = y.shift;
    to_gate = reduced(gate.multiplier);
    gate_exponent = gate.shift;
    return status::ready;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t value) const noexcept {
    const std::int32_t x = (value - at.x_zero) * 128;
    const std::int32_t size = high_half(x, to_y);
    // The gate is doubled behind the product rather than before, which costs its lowest bit, but can't saturate sooner.
    std::int32_t gate = x;
    if (gate_exponent > 0) gate = shortened(gate * (1 << (gate_exponent - 1)));
    gate = high_half(gate, to_gate);
    if (gate_exponent > 0) gate = shortened(gate * 2);
    if (gate_exponent < 0) gate = divide_by_power(gate, -gate_exponent);
    gate = (gate + 32768) >> 1;
    return at.finish(divide_by_power(gate * size / 32768, -y_exponent));
  }

 private:
  /// The upper half of a multiplier, rounded.
  [[nodiscard]] static constexpr std::int32_t reduced(std::int32_t multiplier) noexcept {
    return multiplier >= 0x7fff0000 ? 0x7fff : (multiplier + (1 << 15)) >> 16;
  }
  [[nodiscard]] static constexpr std::int32_t shortened(std::int32_t value) noexcept {
    return std::clamp<std::int32_t>(value, -32768, 32767);
  }
  /// a * b / 2^15 of 16-bit numbers, rounded to nearest.
  [[nodiscard]] static constexpr std::int32_t high_half(std::int32_t a, std::int32_t b) noexcept {
    const std::int32_t product = a * b;
    return shortened((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15));
  }
};

/// |x|, or -x: Turn turns the sign of a number less its zero point.
template <class Turn>
struct scaled_sign {
  static constexpr bool refuses_negative = false;
  between_zero_points at{};
  fixed_multiplier factor{};
  bool is_scaled = false;

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    at.read(call);
    const float x = call.inputs[0].scale[0], y = call.outputs[0].scale[0];
    is_scaled = x != y;
    return to_multiplier(ratio_of(x, y), factor) ? status::ready : status::wrong_parameters;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    x = Turn()(x - at.x_zero);
    return at.finish(is_scaled ? multiply(x, factor) : x);
  }
};

struct without_sign {
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept { return x < 0 ? -x : x; }
};
using scaled_absolute = scaled_sign<without_sign>;

/// LiteRT's NEG turns the sign of the stored integer, whatever its zero point and the scales are, and leaves the lowest
/// as it is; where the zero points are 0 and the scales equal this is the same for all others.
struct other_sign {
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept { return -x; }
};
using scaled_negation = scaled_sign<other_sign>;

/// The root of x, cut off rather than rounded.
struct scaled_root {
  static constexpr bool refuses_negative = true;
  between_zero_points at{};
  float x_scale = 1, y_scale = 1;

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    at.read(call);
    x_scale = call.inputs[0].scale[0];
    y_scale = call.outputs[0].scale[0];
    return status::ready;
  }
  [[nodiscard]] std::int32_t operator()(std::int32_t x) const noexcept {
    if (x <= at.x_zero) return at.finish(0);
    const float root = elementary::sqrt(x_scale * static_cast<float>(x - at.x_zero)) / y_scale;
    return root < 65536.0f ? at.finish(static_cast<std::int32_t>(root)) : at.range.highest;
  }
};

/// 1 / the root of x, of int8; of 0 the highest number.
struct scaled_inverse_root {
  static constexpr bool refuses_negative = true;
  static constexpr int spare_bits = 20;
  between_zero_points at{};
  fixed_multiplier factor{};

  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    at.read(call);
    const float step = elementary::sqrt(call.inputs[0].scale[0]) * call.outputs[0].scale[0];
    return to_multiplier(1.0 / static_cast<double>(step), factor) ? status::ready : status::wrong_parameters;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    if (x <= at.x_zero) return at.range.highest;
    fixed_multiplier inverse = fixed_point::inverse_square_root(x - at.x_zero);
    inverse.shift += spare_bits;
    const std::int32_t shift = factor.shift - spare_bits;
    if (shift < -31) return at.finish(0);
    return at.finish(multiply(multiply(1, inverse), {factor.multiplier, shift}));
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
