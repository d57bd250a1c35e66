// SPDX-License-Identifier: Apache-2.0
// The form of every kernel that the table can hold: three functions, and two that most do without. Freestanding, no
// allocation, no exceptions.
//
//   workspace_bytes   how much memory it wants besides its operands
//   setup             looks at everything once, and prepares (multipliers, tables) what evaluate reads
//   evaluate          computes; as often as wanted; cannot fail
//   scratch_bytes     may be null: how much memory evaluate wants that need not survive it
//   check             may be null: whether evaluate can work with the data that the inputs have now (indices, divisors)
//
// Setup sees types, shapes, scales and the data of constant inputs. It returns a status, and only after status::ready
// may evaluate be called, with operands that differ in nothing but the data of those that are not constant. Who does
// not trust that data calls check before each evaluate. The workspace is the caller's, aligned for any scalar type, and
// left alone between setup and evaluate: what setup wrote is there, the rest is scratch. Operands do not overlap,
// unless the kernel says that they may.
#pragma once

#include <cstddef>
#include <span>

#include <aeq/core/status.hpp>
#include <aeq/kernel/operand.hpp>
#include <aeq/kernel/options.hpp>
#include <aeq/kernel/work_sharing.hpp>

namespace aeq::inline AEQ_ABI {

/// One call of an op: inputs and outputs in the op's order (an absent optional input is an operand that is not
/// present), its options, and what evaluate may use besides.
struct kernel_arguments {
  std::span<const operand> inputs{};
  std::span<const result_operand> outputs{};
  operation_options options{};
  std::span<std::byte> scratch{};            ///< as much as scratch_bytes said; shared with other kernels between calls
  work_sharing share{};                      ///< who computes; by default the calling thread alone
  std::span<const operand> intermediates{};  ///< tensors on the way, which say scales and zero points and have no data
};

using workspace_function = std::size_t (*)(const kernel_arguments&) noexcept;
using setup_function = status (*)(const kernel_arguments&, std::span<std::byte> workspace) noexcept;
using evaluate_function = void (*)(const kernel_arguments&, std::span<std::byte> workspace) noexcept;

using check_function = status (*)(const kernel_arguments&) noexcept;

/// A kernel in a row of the table; all null where there is none.
struct kernel_functions {
  workspace_function workspace_bytes = nullptr;
  setup_function setup = nullptr;
  evaluate_function evaluate = nullptr;
  workspace_function scratch_bytes = nullptr;
  check_function check = nullptr;

  [[nodiscard]] constexpr bool present() const noexcept { return evaluate != nullptr; }
};

/// The functions of our kernels are templates of nothing: a source file compiles those that it uses, and including all
/// of them stays cheap.
struct when_used;

namespace detail {

template <class Kernel>
constexpr std::size_t no_bytes(const kernel_arguments&) noexcept {
  return 0;
}

}  // namespace detail

/// The functions of a type that has them as static members; workspace_bytes, scratch_bytes and check may be missing.
template <class Kernel>
[[nodiscard]] constexpr kernel_functions functions_of() {
  kernel_functions result{&detail::no_bytes<void>, &Kernel::setup, &Kernel::evaluate};
  // (A template has no address before its type is said; a function of another type is an error, not absent.)
  if constexpr (
      requires { &Kernel::workspace_bytes; } || requires(workspace_function f) { f = &Kernel::workspace_bytes; }) {
    result.workspace_bytes = &Kernel::workspace_bytes;
  }
  if constexpr (
      requires { &Kernel::scratch_bytes; } || requires(workspace_function f) { f = &Kernel::scratch_bytes; }) {
    result.scratch_bytes = &Kernel::scratch_bytes;
  }
  if constexpr (
      requires { &Kernel::check; } || requires(check_function f) { f = &Kernel::check; }) {
    result.check = &Kernel::check;
  }
  return result;
}

}  // namespace aeq::inline AEQ_ABI
