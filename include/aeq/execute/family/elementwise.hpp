// SPDX-License-Identifier: Apache-2.0
// Ops on one element at a time, with or without broadcasting.
//
// Inside: operation.ipp includes it, other headers do not.
#pragma once

#include <array>

#include <aeq/execute/operation.hpp>
#include <aeq/kernel/elementwise.hpp>

namespace aeq::inline AEQ_ABI::execute::family {

inline constexpr std::array elementwise{
    operation{op::code::relu, functions_of<kernel::unary_float<kernel::relu>>(), &detail::shape_of_first, 0,
              storage::in_place},
};

}  // namespace aeq::inline AEQ_ABI::execute::family
