// SPDX-License-Identifier: Apache-2.0
// MEAN, SUM and REDUCE_PROD in integers. (spec: kernels, section 6) Freestanding, but for the C library's pow.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/core/elementary.hpp>
#include <aeq/kernel/integer/elementwise.hpp>
#include <aeq/kernel/integer/scale.hpp>
#include <aeq/kernel/reduce.hpp>
#include <aeq/kernel/workspace.hpp>

namespace aeq::inline AEQ_ABI::kernel {

namespace detail {

/// x and axes in, y out; x and y of type X, with one scale each.
template <class X>
[[nodiscard]] constexpr status check_reduction(const kernel_arguments& call) noexcept {
  if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
  const operand& x = call.inputs[0];
  const result_operand& y = call.outputs[0];
  if (x.type != type_of_integers<X> || y.type != type_of_integers<X>) return status::wrong_type;
  return is_quantized_tensorwise(x) && is_quantized_tensorwise(y) ? status::ready : status::wrong_parameters;
}

}  // namespace detail

/// Inputs: x, axes. y = factor * (sum of x's integers - their number * x_zero) + y_zero, where the factor of MEAN is
/// divided by the number. Sums have 32 bits, and wrap. x and y are of type X. LiteRT's SUM takes signed integers for
/// unsigned ones, which this does not.
template <class X, bool IsMean>
struct integer_reduction {
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return call.outputs.empty() ? 0 : bytes_for<std::uint32_t>(call.outputs[0].elements());
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status fits = detail::check_reduction<X>(call); fits != status::ready) return fits;
    if (IsMean && call.inputs[0].elements() == 0) return status::wrong_shape;
    fixed_multiplier factor{};
    if (!to_multiplier(real_factor(call), factor)) return status::wrong_parameters;
    return shape_is_as_said_if_known<reduce_mean>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<reduce_mean>(call);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    reduced_axes which;
    if (which.read(x.shape, call.inputs[1]) != status::ready) return;
    const reduction_walk walk(x.shape, which);
    const std::span<std::uint32_t> sums(reinterpret_cast<std::uint32_t*>(call.scratch.data()), y.elements());
    std::fill(sums.begin(), sums.end(), 0u);
    if (x.elements() != 0) sum_of(walk, x.template values<X>().data(), sums.data(), 0);
    fixed_multiplier factor = quantize_multiplier(real_factor(call));
    const std::size_t n = walk.reduced;
    if constexpr (IsMean) {
      if (n == 0) return;
      // As many bits of 1 / n as there is room for.
      const int bits = std::min<int>(
          {63 - std::countl_zero(static_cast<std::uint64_t>(n)), 32, static_cast<int>(31 + factor.shift)});
      factor.multiplier = static_cast<std::int32_t>((static_cast<std::int64_t>(factor.multiplier) << bits) /
                                                    static_cast<std::int64_t>(n));
      factor.shift -= bits;
    }
    const std::uint32_t zeros = static_cast<std::uint32_t>(zero_point_of(x, 0)) * static_cast<std::uint32_t>(n);
    const integer_range range = integer_range_of(y, fused_activation::none);
    const std::int32_t y_zero = zero_point_of(y, 0);
    X* const to = y.template values<X>().data();
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const std::int32_t scaled = multiply(static_cast<std::int32_t>(sums[i] - zeros), factor);
      to[i] = static_cast<X>(range.clamp(std::int64_t(scaled) + y_zero));
    }
  }

 private:
  [[nodiscard]] static constexpr double real_factor(const kernel_arguments& call) noexcept {
    return static_cast<double>(call.inputs[0].scale[0]) / static_cast<double>(call.outputs[0].scale[0]);
  }

  /// Adds what axes from k on have; x and sums advance behind it. Rows of the innermost axis, if it stays, are added as
  /// rows.
  static void sum_of(const reduction_walk& walk, const X* x, std::uint32_t* sums, std::size_t k) noexcept {
    if (k == walk.count) {
      *sums += static_cast<std::uint32_t>(*x);
      return;
    }
    std::size_t inputs = 1, results = 1;
    for (std::size_t i = k + 1; i < walk.count; ++i) {
      inputs *= walk.axes[i].extent;
      if (!walk.axes[i].goes) results *= walk.axes[i].extent;
    }
    const reduction_walk::axis axis = walk.axes[k];
    if (k + 1 == walk.count && !axis.goes) {
      for (std::size_t i = 0; i < axis.extent; ++i) sums[i] += static_cast<std::uint32_t>(x[i]);
      return;
    }
    if (k + 1 == walk.count) {
      std::uint32_t sum = 0;
      for (std::size_t i = 0; i < axis.extent; ++i) sum += static_cast<std::uint32_t>(x[i]);
      *sums += sum;
      return;
    }
    for (std::size_t i = 0; i < axis.extent; ++i) {
      sum_of(walk, x + i * inputs, sums + (axis.goes ? 0 : i * results), k + 1);
    }
  }
};

/// Inputs: x, axes. y = the product of x's reals, of int8 or int16. So that it stays in 32 bits, each of the n factors
/// is multiplied by x_scale / y_scale^(1/n) as it comes; where that is 2^7 or more there is no such multiplier.
template <class X>
struct integer_reduce_prod {
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return call.outputs.empty() ? 0 : bytes_for<std::int32_t>(call.outputs[0].elements());
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status fits = detail::check_reduction<X>(call); fits != status::ready) return fits;
    if (call.inputs[0].elements() == 0 || call.outputs[0].elements() == 0) return status::wrong_shape;
    const fixed_multiplier factor = factor_of(call);
    if (factor.shift > 7 || factor.shift < -31) return status::wrong_parameters;
    return shape_is_as_said_if_known<reduce_prod>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<reduce_prod>(call);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    reduced_axes which;
    if (which.read(x.shape, call.inputs[1]) != status::ready) return;
    const reduction_walk walk(x.shape, which);
    const std::span<std::int32_t> products(reinterpret_cast<std::int32_t*>(call.scratch.data()), y.elements());
    const factors from{walk, factor_of(call), zero_point_of(x, 0)};
    from.take(x.template values<X>().data(), products.data(), 0, true);
    const integer_range range = integer_range_of(y, fused_activation::none);
    const std::int32_t y_zero = zero_point_of(y, 0);
    X* const to = y.template values<X>().data();
    for (std::size_t i = 0; i < products.size(); ++i) {
      to[i] = static_cast<X>(range.clamp(std::int64_t(multiply_wide(products[i], from.factor)) + y_zero));
    }
  }

 private:
  /// Setup knows the shapes, and so how many elements of x fall together.
  [[nodiscard]] static fixed_multiplier factor_of(const kernel_arguments& call) noexcept {
    const std::size_t together = call.inputs[0].elements() / call.outputs[0].elements();
    const double root =
        elementary::pow(static_cast<double>(call.outputs[0].scale[0]), 1.0 / static_cast<double>(together));
    return quantize_multiplier(static_cast<double>(call.inputs[0].scale[0]) / root);
  }

  struct factors {
    const reduction_walk& walk;
    fixed_multiplier factor;
    std::int32_t zero;

    /// Multiplies by what axes from k on have, in x's order; is_first: products has nothing yet.
    void take(const X* x, std::int32_t* products, std::size_t k, bool is_first) const noexcept {
      if (k == walk.count) {
        const std::int32_t value = *x - zero;
        *products = is_first ? value : multiply_wide(std::int64_t(*products) * value, factor);
        return;
      }
      std::size_t inputs = 1, results = 1;
      for (std::size_t i = k + 1; i < walk.count; ++i) {
        inputs *= walk.axes[i].extent;
        if (!walk.axes[i].goes) results *= walk.axes[i].extent;
      }
      const reduction_walk::axis axis = walk.axes[k];
      for (std::size_t i = 0; i < axis.extent; ++i) {
        take(x + i * inputs, products + (axis.goes ? 0 : i * results), k + 1, is_first && !(axis.goes && i > 0));
      }
    }
  };
};

}  // namespace aeq::inline AEQ_ABI::kernel
