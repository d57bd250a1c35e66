// SPDX-License-Identifier: Apache-2.0
// Which rows of a table have a kernel of their scheme's own for a call of an op. Freestanding.
//
// A model says the types, scales and zero points of its tensors, and no scheme's name. So a call belongs to every
// scheme whose formats its operands have: of the activation the type, and zero points of 0 if it is symmetric; of the
// weight the same, and where its scales lie. A kernel's setup may look closer (at the scales, say), and the next row is
// asked where it says no. Schemes of weight only belong to no call: their ops read floats, as all others do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/computation.hpp>
#include <aeq/kernel/operand.hpp>
#include <aeq/op/catalogue.hpp>
#include <aeq/scheme/number_format.hpp>
#include <aeq/scheme/scheme.hpp>
#include <aeq/table/descriptor.hpp>

namespace aeq::inline AEQ_ABI {

/// What elements of a format are; absent for one that no tensor has.
[[nodiscard]] constexpr element_type element_of(const format_descriptor& format) noexcept {
  if (format.kind == number_kind::floating) {
    return format.bits == 32 ? element_type::float32 : format.bits == 16 ? element_type::float16 : element_type::absent;
  }
  if (format.kind == number_kind::unsigned_integer) {
    return format.bits == 8 ? element_type::uint8 : element_type::absent;
  }
  switch (format.bits) {
    case 2: return element_type::int2;
    case 4: return element_type::int4;
    case 8: return element_type::int8;
    case 16: return element_type::int16;
    default: return element_type::absent;
  }
}

/// Whether an operand has a format: its type, zero points, and how many scales. Where there is one channel its scale is
/// that of the tensor too.
[[nodiscard]] constexpr bool has_format(const operand& x, const format_descriptor& format) noexcept {
  if (!x.present() || x.type != element_of(format)) return false;
  if (!format.is_integer()) return x.scale.empty();
  if (x.scale.empty()) return false;
  const auto is_zero = [](std::int32_t zero) { return zero == 0; };
  if (format.is_symmetric() && !std::all_of(x.zero_point.begin(), x.zero_point.end(), is_zero)) return false;
  const granularity_descriptor& scales = format.granularity;
  if (scales.kind == granularity_kind::blockwise) return x.block_elements == scales.block_elements;
  if (x.block_elements != 0) return false;
  if (scales.kind == granularity_kind::tensorwise) return x.scale.size() == 1;
  const auto axis = static_cast<std::size_t>(x.channel_axis);
  return x.channel_axis >= 0 && axis < x.shape.size() && x.scale.size() == static_cast<std::size_t>(x.shape[axis]);
}

/// Whether a row brings a kernel for a call with these inputs.
[[nodiscard]] constexpr bool brings_kernel_for(const table_row& row, op::code code,
                                               std::span<const operand> inputs) noexcept {
  if (row.key.operation != code || !row.kernel.present() || inputs.empty()) return false;
  const scheme_descriptor& scheme = *row.scheme;
  if (scheme.execution_mode == execution::weight_only) return false;
  const std::size_t leading = leading_input(code, inputs.size());
  const bool leads_with_index = row.operation->input_role(leading) == op::role::index;
  if (!leads_with_index && !has_format(inputs[leading], scheme.activation)) return false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i == leading || row.operation->input_role(i) != op::role::weight) continue;
    // A matrix that is computed is an activation of a static scheme; the other schemes have no such op.
    const bool is_activation = !inputs[i].is_constant && scheme.execution_mode == execution::static_range;
    if (!has_format(inputs[i], is_activation ? scheme.activation : scheme.weight)) return false;
  }
  return true;
}

}  // namespace aeq::inline AEQ_ABI
