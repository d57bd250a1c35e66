// SPDX-License-Identifier: Apache-2.0
// What the numbers of a call are, and so which of an op's kernels computes it. Freestanding.
//
// An op has several kernels: one for numbers as they are, and one per form of quantized numbers. Two roads lead to the
// same kernel: the interpreter looks at the operands of a call, the kernel table at a scheme. What they share is a
// computation; kernels are instantiated per computation and arithmetic (kernel/arithmetic.hpp), not per scheme.
// table/builtin_kernels.hpp has the list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/kernel.hpp>
#include <aeq/op/catalogue.hpp>
#include <aeq/scheme/scheme.hpp>

namespace aeq::inline AEQ_ABI {

enum class computation : std::uint8_t {
  plain,      ///< numbers as they are: floats, indices, truth values, and whatever only moves
  integer8,   ///< int8 activations; weights int8, int4 or int2; sums in 32 bits
  unsigned8,  ///< uint8 activations and weights; sums in 32 bits
  integer16,  ///< int16 activations; weights int8, int4, int2 or int16; sums in 64 bits
  hybrid      ///< float32 activations that the kernel quantizes to 8 bits itself; weights int8, int4 or int2
};
inline constexpr std::size_t computation_count = 5;

/// Which input says what a call computes with: the first that the catalogue calls an activation, else input 0.
[[nodiscard]] constexpr std::size_t leading_input(op::code code, std::size_t inputs) noexcept {
  const op::operation_descriptor* what = op::find(code);
  const int position = what == nullptr ? 0 : what->position(op::role::activation);
  return position < 0 || static_cast<std::size_t>(position) >= inputs ? 0 : static_cast<std::size_t>(position);
}

/// The computation of a call, from the types and scales of its inputs. Integers without a scale are plain. An op that
/// has no kernel for the answer is computed by its plain one, if that takes the operands: data that move, say.
[[nodiscard]] constexpr computation computation_of(op::code code, std::span<const operand> inputs) noexcept {
  if (inputs.empty()) return computation::plain;
  const operand& leading = inputs[leading_input(code, inputs.size())];
  if (leading.type == element_type::float32) {
    for (const operand& other : inputs) {
      const bool is_weight = other.type == element_type::int8 || other.type == element_type::int4 ||
                             other.type == element_type::int2 || other.type == element_type::uint8;
      if (is_weight && !other.scale.empty()) return computation::hybrid;
    }
    return computation::plain;
  }
  if (leading.scale.empty()) return computation::plain;
  switch (leading.type) {
    case element_type::int8: return computation::integer8;
    case element_type::uint8: return computation::unsigned8;
    case element_type::int16: return computation::integer16;
    default: return computation::plain;
  }
}

/// The computation of ops under a scheme. Weight only computes in floats, after DEQUANTIZE.
[[nodiscard]] constexpr computation computation_of(const scheme_descriptor& s) noexcept {
  if (s.compute_precision == compute::floating) return computation::plain;
  if (s.execution_mode == execution::dynamic_range) return computation::hybrid;
  if (s.activation.bits == 16) return computation::integer16;
  return s.activation.kind == number_kind::unsigned_integer ? computation::unsigned8 : computation::integer8;
}

}  // namespace aeq::inline AEQ_ABI
