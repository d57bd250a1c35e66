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
#include <aeq/execute/fast/integer_ops.hpp>
#include <aeq/table/builtin_kernels.hpp>

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// Every family's ops. An op stands in one family only (tested).
[[nodiscard]] AEQ_INLINE std::array<std::span<const operation>, 6> families() {
  return {family::convolution, family::elementwise, family::matrix,
          family::movement,    family::recurrent,   family::reduction};
}

/// Kernels of int8 that have faster loops here than those of the table, and the same bits.
[[nodiscard]] AEQ_INLINE kernel_functions fast_integer_kernel(op::code code) {
  switch (code) {
    case op::code::conv_2d: return functions_of<fast::conv_2d_int8>();
    case op::code::depthwise_conv_2d: return functions_of<fast::depthwise_conv_2d_int8>();
    case op::code::fully_connected: return functions_of<fast::fully_connected_int8>();
    case op::code::add: return functions_of<fast::add_int8>();
    case op::code::sub: return functions_of<fast::sub_int8>();
    default: return {};
  }
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
  const computation computes = computation_of(what.code, inputs);
  if (computes == computation::integer8) {
    if (const kernel_functions fast = detail::fast_integer_kernel(what.code); fast.present()) return fast;
  }
  const kernel_functions found = builtin_kernel<arithmetic::litert>(what.code, computes);
  return found.present() ? found : what.kernel;
}

AEQ_INLINE std::vector<operation> all_operations() {
  std::vector<operation> all;
  for (const std::span<const operation> family : detail::families())
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

}  // namespace aeq::inline AEQ_ABI::execute
