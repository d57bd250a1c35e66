// SPDX-License-Identifier: Apache-2.0
// SOFTMAX, LOG_SOFTMAX and L2_NORMALIZATION in integers, over the last axis. (spec: kernels, section 4) Freestanding,
// but for the C library's exp in setup.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <aeq/core/elementary.hpp>
#include <aeq/kernel/integer/elementwise.hpp>
#include <aeq/kernel/integer/fixed_point_functions.hpp>
#include <aeq/kernel/integer/scale.hpp>
#include <aeq/kernel/integer/tables.hpp>

namespace aeq::inline AEQ_ABI::kernel {

namespace detail {

/// Whether two scales differ by a thousandth at most.
[[nodiscard]] constexpr bool is_about(float scale, float wanted) noexcept {
  const float difference = scale < wanted ? wanted - scale : scale - wanted;
  return difference <= 0.001f * wanted;
}

/// One input, one output of its shape, which have a last axis.
[[nodiscard]] inline status check_rows(const kernel_arguments& call) noexcept {
  if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
  const operand& x = call.inputs[0];
  const result_operand& y = call.outputs[0];
  if (x.shape.empty() || x.elements() != y.elements()) return status::wrong_shape;
  if (!x.is_complete() || !y.is_complete()) return status::wrong_shape;
  return is_quantized_tensorwise(x) ? status::ready : status::wrong_parameters;
}

/// Calls row(first element, elements) for all rows along the last axis.
template <class Row>
void for_rows(const kernel_arguments& call, std::size_t worth, const Row& row) noexcept {
  const auto depth = static_cast<std::size_t>(call.inputs[0].shape.back());
  if (depth == 0) return;
  call.share.for_ranges(call.inputs[0].elements() / depth, worth / depth + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) row(i * depth, depth);
  });
}

/// Exponentials of 8-bit numbers less the greatest of a row, in fixed point.
struct row_exponentials {
  static constexpr int bits = 5;  ///< before the point, of differences
  fixed_multiplier factor{};      ///< of a difference of integers
  std::int32_t least = 0;         ///< differences below count for nothing

  /// step: what a difference of one integer is worth, more than 0.
  [[nodiscard]] constexpr status prepare(double step) noexcept {
    factor = quantize_multiplier(std::min(step * 67108864.0, 2147483647.0));
    if (factor.shift < 0) return status::wrong_parameters;
    least = -static_cast<std::int32_t>((std::int64_t(31) << 26u) >> factor.shift);
    return status::ready;
  }
  [[nodiscard]] constexpr std::int32_t scaled(std::int32_t difference) const noexcept {
    return high_product(shifted_left(difference, factor.shift), factor.multiplier);
  }
  /// Without integer bits.
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t difference) const noexcept {
    return fixed_point::exponential(scaled(difference), bits);
  }
  /// With 12 integer bits.
  template <class X>
  [[nodiscard]] constexpr std::int32_t sum(std::span<const X> row, std::int32_t most) const noexcept {
    std::int64_t total = 0;
    for (const X value : row) {
      const std::int32_t difference = value - most;
      if (difference >= least) total += divide_by_power((*this)(difference), 12);
    }
    return fixed_point::saturated(total);
  }
};

}  // namespace detail

/// Of 8 bits, by fixed-point exponentials. y: of X's type with scale 1 / 256 (within a thousandth), from its lowest
/// number on; or int16, which has the whole of its range.
template <class X>
requires(sizeof(X) == 1) struct integer_softmax_8 {
  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(detail::row_exponentials); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status fits = detail::check_rows(call); fits != status::ready) return fits;
    const result_operand& y = call.outputs[0];
    if (call.inputs[0].type != type_of_integers<X>) return status::wrong_type;
    if (y.type != type_of_integers<X> && y.type != element_type::int16) return status::wrong_type;
    if (y.type != element_type::int16) {
      if (!is_quantized_tensorwise(y) || zero_point_of(y, 0) != std::numeric_limits<X>::min() ||
          !detail::is_about(y.scale[0], 1.0f / 256.0f)) {
        return status::wrong_parameters;
      }
    }
    const double beta = static_cast<double>(call.options.beta) * static_cast<double>(call.inputs[0].scale[0]);
    if (!(beta > 0.0)) return status::wrong_options;
    detail::row_exponentials power;
    const status prepared = power.prepare(beta);
    return prepared == status::ready ? keep(power, workspace) : prepared;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.outputs[0].type == element_type::int16) return run<std::int16_t>(call, workspace);
    run<X>(call, workspace);
  }

 private:
  template <class Y>
  static void run(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const auto power = kept<detail::row_exponentials>(workspace);
    const X* const x = call.inputs[0].template values<X>().data();
    Y* const y = call.outputs[0].template values<Y>().data();
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers
    constexpr std::int32_t lowest = std::numeric_limits<Y>::min(), highest = std::numeric_limits<Y>::max();
    detail::for_rows(call, 2048, [&](std::size_t begin, std::size_t depth) {
      const std::span<const X> from(x + begin, depth);
      const std::int32_t most = *std::max_element(from.begin(), from.end());
      const fixed_point::reciprocal inverse = fixed_point::reciprocal_of(power.sum(from, most), 12);
      const int shift = inverse.exponent + 31 - static_cast<int>(8 * sizeof(Y));
      for (std::size_t i = 0; i < depth; ++i) {
        const std::int32_t difference = from[i] - most;
        std::int32_t share = 0;
        if (difference >= power.least && shift <= 31) {
          share = divide_by_power(high_product(inverse.value, power(difference)), shift);
        }
        y[begin + i] = static_cast<Y>(std::clamp<std::int64_t>(std::int64_t(share) + lowest, lowest, highest));
      }
    });
  }
};

/// Of int16 to int16 of scale 1 / 32768 (within a thousandth), by two tables, which are made in Real.
template <class Real>
struct integer_softmax_16 {
  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(parameters); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status fits = detail::check_rows(call); fits != status::ready) return fits;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::int16 || y.type != element_type::int16) return status::wrong_type;
    if (!is_quantized_tensorwise(y) || !detail::is_about(y.scale[0], 1.0f / 32768.0f)) return status::wrong_parameters;
    const auto places = workspace_pieces(workspace).take<parameters>(1);
    if (places.empty()) return status::small_workspace;
    parameters& p = places[0];
    const double factor = static_cast<double>(x.scale[0] * call.options.beta) / (10.0 / 65535.0);
    if (!to_multiplier(factor, p.factor)) return status::wrong_parameters;
    p.exponential.template fill<Real>([](Real value) { return elementary::exp(value); }, Real(10) / Real(65535), 32767,
                                      Real(2) / Real(65535), 0);
    p.inverse.template fill<Real>([](Real value) { return Real(1) / (Real(1) + value); }, Real(1) / Real(65535), -32768,
                                  Real(2) / Real(65535), 0);
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const parameters& p = kept<parameters>(workspace);
    const std::int16_t* const x = call.inputs[0].template values<std::int16_t>().data();
    std::int16_t* const y = call.outputs[0].template values<std::int16_t>().data();
    detail::for_rows(call, 2048, [&](std::size_t begin, std::size_t depth) {
      const std::span<const std::int16_t> from(x + begin, depth);
      const std::int32_t most = *std::max_element(from.begin(), from.end());
      std::int64_t exact = 0;
      for (const std::int16_t value : from) exact += p.power(value - most);
      const std::int32_t total = fixed_point::saturated(exact);  // 32767 at least
      const int zeros = std::countl_zero(static_cast<std::uint32_t>(total));
      // The sum, shifted to [1, 2), less 1.5, with 16 bits behind the point.
      const std::int64_t leading = ((static_cast<std::int64_t>(total) << (zeros - 1)) + (1 << 13)) >> 14;
      const std::int32_t inverse = p.inverse(shortened(leading - 98304));
      const int shift = 31 - zeros;
      for (std::size_t i = 0; i < depth; ++i) {
        const std::int32_t share = (p.power(from[i] - most) * inverse + (1 << (shift - 1))) >> shift;
        y[begin + i] = static_cast<std::int16_t>(std::clamp<std::int32_t>(share, 0, 32767));
      }
    });
  }

 private:
  [[nodiscard]] static constexpr std::int32_t shortened(std::int64_t value) noexcept {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, -32768, 32767));
  }

  struct parameters {
    fixed_multiplier factor{};
    table_of_steps exponential{};  ///< of [-10, 0]
    table_of_steps inverse{};      ///< 1 / (1 + x) of [0, 1]

    [[nodiscard]] constexpr std::int32_t power(std::int32_t difference) const noexcept {
      return exponential(shortened(std::int64_t(multiply(difference, factor)) + 32767));
    }
  };
};

/// x less the logarithm of the sum of all e^x, of 8 bits. y: of X's type with scale 1 / 16, whose highest number is 0.
template <class X>
requires(sizeof(X) == 1) struct integer_log_softmax {
  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(parameters); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status fits = detail::check_rows(call); fits != status::ready) return fits;
    const result_operand& y = call.outputs[0];
    if (call.inputs[0].type != type_of_integers<X> || y.type != type_of_integers<X>) return status::wrong_type;
    const bool is_as_specified =
        is_quantized_tensorwise(y) && y.scale[0] == 1.0f / 16.0f && zero_point_of(y, 0) == highest;
    if (!is_as_specified) return status::wrong_parameters;
    parameters p{};
    const status prepared = p.power.prepare(static_cast<double>(call.inputs[0].scale[0]));
    if (prepared != status::ready) return prepared;
    const fixed_multiplier& factor = p.power.factor;
    const double inverse = static_cast<double>(std::int64_t(1) << (31 - factor.shift)) / factor.multiplier;
    p.inverse = quantize_multiplier(inverse);
    return p.inverse.shift <= 0 ? keep(p, workspace) : status::wrong_parameters;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const parameters p = kept<parameters>(workspace);
    const X* const x = call.inputs[0].template values<X>().data();
    X* const y = call.outputs[0].template values<X>().data();
    detail::for_rows(call, 2048, [&](std::size_t begin, std::size_t depth) {
      const std::span<const X> from(x + begin, depth);
      const std::int32_t most = *std::max_element(from.begin(), from.end());
      const std::int32_t log_total = fixed_point::logarithm(p.power.sum(from, most), 12, bits);
      // Below this the result is less than 32 bits hold.
      const std::int32_t floor = std::max(p.power.least - 1, multiply(fixed_point::lowest + log_total, p.inverse));
      for (std::size_t i = 0; i < depth; ++i) {
        const std::int32_t difference = from[i] - most;
        std::int32_t value = lowest;
        if (difference > floor) {
          const std::int32_t share = fixed_point::plus(p.power.scaled(difference), -log_total);
          value = std::clamp(divide_by_power(share, 31 - bits - 4) + highest, lowest, highest);
        }
        y[begin + i] = static_cast<X>(value);
      }
    });
  }

 private:
  static constexpr int bits = detail::row_exponentials::bits;  ///< of logarithms too
  static constexpr std::int32_t lowest = std::numeric_limits<X>::min() + 0;
  static constexpr std::int32_t highest = std::numeric_limits<X>::max() + 0;

  struct parameters {
    detail::row_exponentials power{};
    fixed_multiplier inverse{};  ///< of power.factor
  };
};

/// x / root of the sum of squares, of 8 bits. y: of X's type with scale 1 / 128, and 0 in the middle of its range.
template <class X>
requires(sizeof(X) == 1) struct integer_l2_normalization {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status fits = detail::check_rows(call); fits != status::ready) return fits;
    const result_operand& y = call.outputs[0];
    if (call.inputs[0].type != type_of_integers<X> || y.type != type_of_integers<X>) return status::wrong_type;
    const bool is_as_specified =
        is_quantized_tensorwise(y) && y.scale[0] == 1.0f / 128.0f && zero_point_of(y, 0) == middle;
    return is_as_specified ? status::ready : status::wrong_parameters;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const X* const x = call.inputs[0].template values<X>().data();
    X* const y = call.outputs[0].template values<X>().data();
    const std::int32_t zero = zero_point_of(call.inputs[0], 0);
    detail::for_rows(call, 8192, [&](std::size_t begin, std::size_t depth) {
      std::int64_t squares = 0;
      for (std::size_t i = begin; i < begin + depth; ++i) squares += (x[i] - zero) * (x[i] - zero);
      const fixed_multiplier inverse = fixed_point::inverse_square_root(fixed_point::saturated(squares));
      // Times 128 by the shift, where the reference does so: one rounding instead of two.
      const fixed_multiplier finer{inverse.multiplier, inverse.shift + 7};
      for (std::size_t i = begin; i < begin + depth; ++i) {
        const std::int32_t value = x[i] - zero;
        const std::int32_t scaled = (is_signed ? multiply(value, finer) : multiply(128 * value, inverse)) + middle;
        y[i] = static_cast<X>(
            std::clamp<std::int32_t>(scaled, std::numeric_limits<X>::min(), std::numeric_limits<X>::max()));
      }
    });
  }

 private:
  static constexpr bool is_signed = std::numeric_limits<X>::is_signed;
  static constexpr std::int32_t middle = std::numeric_limits<X>::min() + 128;
};

}  // namespace aeq::inline AEQ_ABI::kernel
