// SPDX-License-Identifier: Apache-2.0
// The form of every kernel that the table can hold: three functions. Freestanding, no allocation, no exceptions.
//
//   workspace_bytes   how much memory it wants besides its operands
//   setup             looks at everything once, and prepares (multipliers, tables) what evaluate reads
//   evaluate          computes; as often as wanted; cannot fail
//
// Setup sees types, shapes, scales and the data of constant inputs. It returns a status, and only after status::ready
// may evaluate be called, with operands that differ in nothing but the data of those that are not constant. The
// workspace is the caller's, aligned for any scalar type, and left alone between setup and evaluate: what setup wrote
// is there, the rest is scratch. Operands do not overlap, unless the kernel says that they may.
#pragma once

#include <cstddef>
#include <span>

#include <aeq/core/status.hpp>
#include <aeq/kernel/operand.hpp>
#include <aeq/kernel/options.hpp>

namespace aeq::inline AEQ_ABI {

/// One call of an op: inputs and outputs in the op's order (an absent optional input is an operand that is not
/// present), and its options.
struct kernel_arguments {
  std::span<const operand> inputs{};
  std::span<const result_operand> outputs{};
  operation_options options{};
};

using workspace_function = std::size_t (*)(const kernel_arguments&) noexcept;
using setup_function = status (*)(const kernel_arguments&, std::span<std::byte> workspace) noexcept;
using evaluate_function = void (*)(const kernel_arguments&, std::span<std::byte> workspace) noexcept;

/// A kernel in a row of the table; all null where there is none.
struct kernel_functions {
  workspace_function workspace_bytes = nullptr;
  setup_function setup = nullptr;
  evaluate_function evaluate = nullptr;

  [[nodiscard]] constexpr bool present() const noexcept { return evaluate != nullptr; }
};

}  // namespace aeq::inline AEQ_ABI
