// SPDX-License-Identifier: Apache-2.0
// Ops that take rows, windows or axes together: softmax, reductions, pools.
//
// Inside: operation.ipp includes it, other headers do not.
#pragma once

#include <array>

#include <aeq/execute/operation.hpp>
#include <aeq/kernel/softmax.hpp>

namespace aeq::inline AEQ_ABI::execute::family {

inline constexpr std::array reduction{
    operation{op::code::softmax, functions_of<kernel::softmax_float>(), &detail::shape_of_first, 0, storage::in_place},
};

}  // namespace aeq::inline AEQ_ABI::execute::family
