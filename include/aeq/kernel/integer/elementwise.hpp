// SPDX-License-Identifier: Apache-2.0
// How quantized ops on single elements run: setup prepares a function of integers, which the workspace holds, and
// evaluate calls it. What the functions are is in integer/binary.hpp, unary.hpp and tables.hpp. Freestanding.
//
// Operands are int8, uint8 or int16 with one scale; int16 has zero point 0. A function is an aggregate with
//
//   status prepare(const kernel_arguments&)      scales, zero points and options; operands are checked already
//   operator()(std::int32_t...) const            integers as they are stored to the integer that is stored
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include <aeq/kernel/elementwise.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/output_stage.hpp>
#include <aeq/kernel/workspace.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// The element type of quantized integers of a C++ type.
template <class X>
requires std::is_same_v<X, std::int8_t> || std::is_same_v<X, std::uint8_t> || std::is_same_v<X, std::int16_t>
inline constexpr element_type type_of_integers = std::is_same_v<X, std::int8_t>    ? element_type::int8
                                                 : std::is_same_v<X, std::uint8_t> ? element_type::uint8
                                                                                   : element_type::int16;

/// A function in the workspace, which has room for nothing else.
template <class Function>
[[nodiscard]] status keep(const Function& function, std::span<std::byte> workspace) noexcept {
  const auto place = workspace_pieces(workspace).take<Function>(1);
  if (place.empty()) return status::small_workspace;
  place[0] = function;
  return status::ready;
}
template <class Function>
[[nodiscard]] const Function& kept(std::span<std::byte> workspace) noexcept {
  return workspace_pieces(workspace).take<Function>(1)[0];
}

/// y = function(x), x of type X, y of type Y.
template <class Function, class X, class Y = X>
struct integer_unary {
  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(Function); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != type_of_integers<X> || y.type != type_of_integers<Y>) return status::wrong_type;
    if (x.elements() != y.elements() || !x.is_complete() || !y.is_complete()) return status::wrong_shape;
    if (!is_quantized_tensorwise(x) || !is_quantized_tensorwise(y)) return status::wrong_parameters;
    Function function{};
    const status prepared = function.prepare(call);
    return prepared == status::ready ? keep(function, workspace) : prepared;
  }

  /// Whether no element stands for a negative number, where the function has no result for those.
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept requires(Function::refuses_negative) {
    const std::int32_t zero = zero_point_of(call.inputs[0], 0);
    const auto x = call.inputs[0].template values<X>().first(call.inputs[0].elements());
    const bool is_sound = std::all_of(x.begin(), x.end(), [&](X value) { return value >= zero; });
    return is_sound ? status::ready : status::wrong_data;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const Function& function = kept<Function>(workspace);
    const X* const x = call.inputs[0].template values<X>().data();
    Y* const y = call.outputs[0].template values<Y>().data();
    call.share.for_ranges(call.outputs[0].elements(), elements_per_thread, [&](std::size_t begin, std::size_t end) {
      const Function own = function;  // which no store to y can change
      for (std::size_t i = begin; i < end; ++i) y[i] = static_cast<Y>(own(x[i]));
    });
  }
};

/// Any function of 8-bit integers, as a table of all its values: as fast as the fastest of them.
template <class Function, class X>
requires(sizeof(X) == 1) struct tabulated {
  static constexpr bool refuses_negative = Function::refuses_negative;
  std::array<X, 256> values{};

  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    Function function{};
    const status prepared = function.prepare(call);
    if (prepared != status::ready) return prepared;
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers
    for (std::int32_t x = std::numeric_limits<X>::min(); x <= std::numeric_limits<X>::max(); ++x) {
      values[static_cast<std::uint8_t>(x)] = static_cast<X>(function(x));
    }
    return status::ready;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    return values[static_cast<std::uint8_t>(x)];
  }
};

/// The kernel of a function of X: by a table, if X has 8 bits.
template <class Function, class X>
using integer_function = integer_unary<
    std::conditional_t<sizeof(X) == 1, tabulated<Function, std::conditional_t<sizeof(X) == 1, X, char>>, Function>, X>;

/// y = function(a, b), element by element with broadcasting, a of type A, b of type B. y is truth values (Y is bool),
/// or of type Y.
template <class Function, class A, class B = A, class Y = A>
struct integer_binary {
  static constexpr bool is_truth = std::is_same_v<Y, bool>;

  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(Function); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& a = call.inputs[0];
    const operand& b = call.inputs[1];
    const result_operand& y = call.outputs[0];
    if (a.type != type_of_integers<A> || b.type != type_of_integers<B>) return status::wrong_type;
    if (!is_quantized_tensorwise(a) || !is_quantized_tensorwise(b)) return status::wrong_parameters;
    if constexpr (is_truth) {
      if (y.type != element_type::boolean) return status::wrong_type;
    } else {
      if (y.type != type_of_integers<Y>) return status::wrong_type;
      if (!is_quantized_tensorwise(y)) return status::wrong_parameters;
    }
    broadcast_walk<2> walk;
    if (!walk.prepare(y.shape, {a.shape, b.shape})) return status::wrong_shape;
    Function function{};
    const status prepared = function.prepare(call);
    return prepared == status::ready ? keep(function, workspace) : prepared;
  }

  /// Whether no divisor stands for zero.
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept requires(Function::refuses_zero) {
    const std::int32_t zero = zero_point_of(call.inputs[1], 0);
    const auto b = call.inputs[1].template values<B>().first(call.inputs[1].elements());
    const bool is_sound = std::all_of(b.begin(), b.end(), [&](B value) { return value != zero; });
    return is_sound ? status::ready : status::wrong_data;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    using result = std::conditional_t<is_truth, std::uint8_t, Y>;
    const Function& function = kept<Function>(workspace);
    const A* const a = call.inputs[0].template values<A>().data();
    const B* const b = call.inputs[1].template values<B>().data();
    result* const y = call.outputs[0].template values<result>().data();
    broadcast_walk<2> walk;
    (void)walk.prepare(call.outputs[0].shape, {call.inputs[0].shape, call.inputs[1].shape});
    const std::size_t a_step = walk.is_single(0) ? 0 : 1;
    const std::size_t b_step = walk.is_single(1) ? 0 : 1;
    walk.run(call.share, [&](const broadcast_walk<2>::row& row, std::size_t n) {
      const A* const left = a + row.from[0];
      const B* const right = b + row.from[1];
      const Function own = function;  // which no store to y can change
      for (std::size_t i = 0; i < n; ++i) {
        y[row.result + i] = static_cast<result>(own(left[i * a_step], right[i * b_step]));
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
