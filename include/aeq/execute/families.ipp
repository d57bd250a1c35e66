// SPDX-License-Identifier: Apache-2.0
// All ops that the interpreter has: the definitions.
#pragma once

#include <aeq/execute/families.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <aeq/execute/family/convolution.hpp>
#include <aeq/execute/family/elementwise.hpp>
#include <aeq/execute/family/matrix.hpp>
#include <aeq/execute/family/movement.hpp>
#include <aeq/execute/family/recurrent.hpp>
#include <aeq/execute/family/reduction.hpp>
#include <aeq/table/builtin_kernels.hpp>

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// Every family's ops. An op stands in one family only (tested).
[[nodiscard]] AEQ_INLINE std::array<std::span<const operation>, 6> families() {
  return {family::convolution, family::elementwise, family::matrix,
          family::movement,    family::recurrent,   family::reduction};
}

}  // namespace detail

AEQ_INLINE const operation* find_operation(op::code code) {
  for (const std::span<const operation> family : detail::families()) {
    const auto found =
        std::find_if(family.begin(), family.end(), [&](const operation& candidate) { return candidate.code == code; });
    if (found != family.end()) return &*found;
  }
  return nullptr;
}

AEQ_INLINE kernel_functions kernel_for(const operation& what, std::span<const operand> inputs) {
  const kernel_functions found = builtin_kernel<arithmetic::litert>(what.code, computation_of(what.code, inputs));
  return found.present() ? found : what.kernel;
}

AEQ_INLINE std::vector<operation> all_operations() {
  std::vector<operation> all;
  for (const std::span<const operation> family : detail::families())
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

}  // namespace aeq::inline AEQ_ABI::execute
