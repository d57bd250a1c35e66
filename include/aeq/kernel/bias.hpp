// SPDX-License-Identifier: Apache-2.0
// What ops with a weight have in common: operands that are complete float32, and a bias that may be absent.
// Freestanding.
#pragma once

#include <cstddef>
#include <span>

#include <aeq/kernel/kernel.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Whether an operand is there, float32, and has data for its shape.
template <class Byte>
[[nodiscard]] constexpr status check_float(const basic_operand<Byte>& value) noexcept {
  if (!value.present()) return status::wrong_operands;
  if (value.type != element_type::float32) return status::wrong_type;
  return value.is_complete() ? status::ready : status::wrong_shape;
}

[[nodiscard]] constexpr bool has_input(const kernel_arguments& call, std::size_t index) noexcept {
  return call.inputs.size() > index && call.inputs[index].present();
}

/// Input `index`, if it is present: as many float32 as there are channels.
[[nodiscard]] constexpr status check_bias(const kernel_arguments& call, std::size_t index,
                                          std::size_t channels) noexcept {
  if (!has_input(call, index)) return status::ready;
  const status type = check_float(call.inputs[index]);
  if (type != status::ready) return type;
  return call.inputs[index].elements() == channels ? status::ready : status::wrong_shape;
}

/// Null if there is no bias.
[[nodiscard]] inline const float* bias_of(const kernel_arguments& call, std::size_t index) noexcept {
  return has_input(call, index) ? call.inputs[index].values<float>().data() : nullptr;
}

}  // namespace aeq::inline AEQ_ABI::kernel
