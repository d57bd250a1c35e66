// SPDX-License-Identifier: Apache-2.0
// LOGISTIC and TANH in integers. (spec: kernels, section 4) Freestanding, but for the C library's logf in setup.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/integer/elementwise.hpp>
#include <aeq/kernel/integer/fixed_point_functions.hpp>
#include <aeq/kernel/integer/scale.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// 65536 / (1 + e^(-i / 24)); 44 of them are one higher than the nearest integer, as in LiteRT.
// clang-format off
inline constexpr std::array<std::uint16_t, 256> logistic_steps{
    32768, 33451, 34133, 34813, 35493, 36169, 36843, 37513, 38180, 38841, 39498, 40149, 40794, 41432, 42064, 42688,
    43304, 43912, 44511, 45102, 45683, 46255, 46817, 47369, 47911, 48443, 48964, 49475, 49975, 50464, 50942, 51409,
    51865, 52311, 52745, 53169, 53581, 53983, 54374, 54755, 55125, 55485, 55834, 56174, 56503, 56823, 57133, 57433,
    57724, 58007, 58280, 58544, 58800, 59048, 59288, 59519, 59743, 59959, 60168, 60370, 60565, 60753, 60935, 61110,
    61279, 61441, 61599, 61750, 61896, 62036, 62172, 62302, 62428, 62549, 62666, 62778, 62886, 62990, 63090, 63186,
    63279, 63368, 63454, 63536, 63615, 63691, 63765, 63835, 63903, 63968, 64030, 64090, 64148, 64204, 64257, 64308,
    64357, 64405, 64450, 64494, 64536, 64576, 64614, 64652, 64687, 64721, 64754, 64786, 64816, 64845, 64873, 64900,
    64926, 64950, 64974, 64997, 65019, 65039, 65060, 65079, 65097, 65115, 65132, 65149, 65164, 65179, 65194, 65208,
    65221, 65234, 65246, 65258, 65269, 65280, 65291, 65301, 65310, 65319, 65328, 65337, 65345, 65352, 65360, 65367,
    65374, 65381, 65387, 65393, 65399, 65404, 65410, 65415, 65420, 65425, 65429, 65433, 65438, 65442, 65445, 65449,
    65453, 65456, 65459, 65462, 65465, 65468, 65471, 65474, 65476, 65479, 65481, 65483, 65485, 65488, 65489, 65491,
    65493, 65495, 65497, 65498, 65500, 65501, 65503, 65504, 65505, 65507, 65508, 65509, 65510, 65511, 65512, 65513,
    65514, 65515, 65516, 65517, 65517, 65518, 65519, 65520, 65520, 65521, 65522, 65522, 65523, 65523, 65524, 65524,
    65525, 65525, 65526, 65526, 65526, 65527, 65527, 65528, 65528, 65528, 65529, 65529, 65529, 65529, 65530, 65530,
    65530, 65530, 65531, 65531, 65531, 65531, 65531, 65532, 65532, 65532, 65532, 65532, 65532, 65533, 65533, 65533,
    65533, 65533, 65533, 65533, 65533, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65535};
// clang-format on

/// LOGISTIC or TANH of int16 to int16 of scale 2^-15: between entries of the table. 12 bits behind the point, times 3,
/// are 2 * 24 * 256 steps.
template <bool IsTanh>
struct sigmoid_by_steps {
  static constexpr bool refuses_negative = false;
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;

  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    const float scale = call.inputs[0].scale[0];
    if (call.outputs[0].scale[0] != 1.0f / 32768.0f) return status::wrong_parameters;
    std::int32_t exponent = 0;
    if (exponent_of(scale, exponent) && (exponent == -12 || (IsTanh && exponent == -11))) {
      multiplier = 3 << (exponent + 12);
      return status::ready;
    }
    double exact = static_cast<double>(scale) * 12288.0;
    while (exact <= 16383.5 && shift <= 30) {
      exact *= 2.0;
      ++shift;
    }
    if (exact > 2147483647.0) return status::wrong_parameters;
    multiplier = static_cast<std::int32_t>(exact);
    return status::ready;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t value) const noexcept {
    const std::int64_t half = shift > 0 ? std::int64_t(1) << (shift - 1) : 0;
    const std::int64_t x = (static_cast<std::int64_t>(value) * multiplier + half) >> shift;
    constexpr int bits = IsTanh ? 8 : 9;  // of x between two steps
    const std::int64_t size = x < 0 ? -x : x;
    const std::int64_t step = size >> bits;
    std::int32_t result = (IsTanh ? 0xffff : 0x7fff) << (IsTanh ? 8 : 10);
    if (step < 255) {
      const std::int32_t low = logistic_steps[static_cast<std::size_t>(step)];
      const std::int32_t high = logistic_steps[static_cast<std::size_t>(step) + 1];
      result = (low << bits) + static_cast<std::int32_t>(size & ((1 << bits) - 1)) * (high - low);
    }
    if constexpr (IsTanh) return (x >= 0 ? result - (1 << 23) + 128 : -result + (1 << 23) + 127) >> 8;
    return (x >= 0 ? result + 512 : (1 << 25) - result + 511) >> 10;
  }
};

/// The same of int8 to int8 with 4 integer bits and fixed-point exponentials, as tflite-micro computes them. y's scale
/// and zero point are those of the 8-bit specification.
template <bool IsTanh>
struct sigmoid_by_exponentials {
  static constexpr bool refuses_negative = false;
  std::int32_t x_zero = 0;
  fixed_multiplier factor{};
  std::int32_t radius = 0;  ///< from where on the result is the limit

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    const bool is_as_specified = call.outputs[0].scale[0] == (IsTanh ? 1.0f / 128.0f : 1.0f / 256.0f) &&
                                 zero_point_of(call.outputs[0], 0) == (IsTanh ? 0 : -128);
    if (!is_as_specified) return status::wrong_parameters;
    x_zero = zero_point_of(call.inputs[0], 0);
    if (!to_multiplier(static_cast<double>(call.inputs[0].scale[0]) * 134217728.0, factor)) {
      return status::wrong_parameters;
    }
    constexpr std::int64_t most = std::int64_t(15) << 27u;
    radius = factor.shift < 0 ? fixed_point::highest : fixed_point::saturated(most >> factor.shift);
    return status::ready;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t value) const noexcept {
    const std::int32_t x = value - x_zero;
    if (x <= -radius) return -128;
    if (x >= radius) return 127;
    const std::int32_t scaled = multiply(x, factor);
    const std::int32_t result = IsTanh ? divide_by_power(fixed_point::hyperbolic_tangent(scaled, 4), 24)
                                       : divide_by_power(fixed_point::logistic(scaled, 4), 23) - 128;
    return result > 127 ? 127 : result;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
