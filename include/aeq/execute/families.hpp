// SPDX-License-Identifier: Apache-2.0
// All ops that the interpreter has: one file of execute/family/ per family, joined here.
#pragma once

#include <span>
#include <vector>

#include <aeq/execute/operation.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI::execute {

/// The op with a code; null if we have none. Ops that call subgraphs or hold state are the interpreter's own.
[[nodiscard]] const operation* find_operation(op::code code);

/// The kernel for a call of it: one of table/builtin_kernels.hpp for what its operands are, else the op's own.
[[nodiscard]] kernel_functions kernel_for(const operation& what, std::span<const operand> inputs);

/// All of them, for listings and tests.
[[nodiscard]] std::vector<operation> all_operations();

}  // namespace aeq::inline AEQ_ABI::execute

#if AEQ_DEFINITIONS
#include <aeq/execute/families.ipp>
#endif
