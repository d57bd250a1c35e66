// SPDX-License-Identifier: Apache-2.0
// CONCATENATION of uint8, whose inputs may have scales of their own. (spec: kernels, section 6) Freestanding, but for
// the C library's roundf.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/core/elementary.hpp>
#include <aeq/core/rounded_product.hpp>
#include <aeq/kernel/concatenation.hpp>
#include <aeq/kernel/integer/elementwise.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// As concatenation; inputs whose scale or zero point is not the output's are brought to it, in float32.
struct integer_concatenation {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, call.inputs.size(), 1); whole != status::ready) return whole;
    const result_operand& y = call.outputs[0];
    if (y.type != element_type::uint8) return status::wrong_type;
    if (!is_quantized_tensorwise(y)) return status::wrong_parameters;
    for (const operand& x : call.inputs) {
      if (x.type != element_type::uint8) return status::wrong_type;
      if (!is_quantized_tensorwise(x)) return status::wrong_parameters;
    }
    if (call.options.activation != fused_activation::none) return status::wrong_options;
    return shape_is_as_said<concatenation>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    std::size_t axis = 0;
    (void)to_axis(call.options.axis, y.shape.size(), axis);
    const std::size_t outer = product_of(y.shape, 0, axis);
    const std::size_t inner = product_of(y.shape, axis + 1, y.shape.size());
    const std::size_t row = extent_of(y.shape, axis) * inner;
    std::uint8_t* to = y.values<std::uint8_t>().data();
    for (const operand& x : call.inputs) {
      const std::array<std::uint8_t, 256> table = table_of(x, y);
      const std::uint8_t* from = x.values<std::uint8_t>().data();
      const std::size_t count = extent_of(x.shape, axis) * inner;
      for (std::size_t i = 0; i < outer; ++i) {
        for (std::size_t k = 0; k < count; ++k) to[i * row + k] = table[from[i * count + k]];
      }
      to += count;
    }
  }

 private:
  [[nodiscard]] static std::array<std::uint8_t, 256> table_of(const operand& x, const result_operand& y) noexcept {
    std::array<std::uint8_t, 256> table{};
    const bool is_same = x.scale[0] == y.scale[0] && zero_point_of(x, 0) == zero_point_of(y, 0);
    const float ratio = x.scale[0] * (1.0f / y.scale[0]);
    const float bias = static_cast<float>(-zero_point_of(x, 0)) * ratio;
    const integer_range range = integer_range_of(y, fused_activation::none);
    for (std::size_t i = 0; i < table.size(); ++i) {
      const float scaled = elementary::round(rounded_product(static_cast<float>(i), ratio) + bias);
      const std::int32_t brought = range.clamp(std::int64_t(to_integer<std::int32_t>(scaled)) + zero_point_of(y, 0));
      table[i] = static_cast<std::uint8_t>(is_same ? static_cast<std::int32_t>(i) : brought);
    }
    return table;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
