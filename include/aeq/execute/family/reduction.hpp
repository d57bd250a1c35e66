// SPDX-License-Identifier: Apache-2.0
// Ops that take rows or axes together, and ops on images.
//
// Inside: operation.ipp includes it, other headers do not.
#pragma once

#include <array>

#include <aeq/execute/fast/function_ops.hpp>
#include <aeq/execute/operation.hpp>
#include <aeq/kernel/arg_extreme.hpp>
#include <aeq/kernel/normalize.hpp>
#include <aeq/kernel/reduce.hpp>
#include <aeq/kernel/resize.hpp>

namespace aeq::inline AEQ_ABI::execute::family {

inline constexpr std::array reduction{
    execute::detail::row_of<kernel::arg_extreme<true>>(op::code::arg_max),
    execute::detail::row_of<kernel::arg_extreme<false>>(op::code::arg_min),
    operation{op::code::l2_normalization, functions_of<kernel::rows_float<kernel::l2_normalization_row>>(),
              &execute::detail::shape_of_first, 0, storage::in_place},
    operation{op::code::local_response_normalization, functions_of<kernel::rows_float<kernel::local_response_row>>(),
              &execute::detail::shape_of_first},
    operation{op::code::log_softmax, functions_of<kernel::rows_float<fast::log_softmax_row>>(),
              &execute::detail::shape_of_first, 0, storage::in_place},
    execute::detail::row_of<kernel::reduce_mean>(op::code::mean),
    execute::detail::row_of<kernel::reduce_all>(op::code::reduce_all),
    execute::detail::row_of<kernel::reduce_any>(op::code::reduce_any),
    execute::detail::row_of<kernel::reduce_max>(op::code::reduce_max),
    execute::detail::row_of<kernel::reduce_min>(op::code::reduce_min),
    execute::detail::row_of<kernel::reduce_prod>(op::code::reduce_prod),
    execute::detail::row_of<kernel::resize_bilinear_float>(op::code::resize_bilinear),
    execute::detail::row_of<kernel::resize_nearest_neighbor>(op::code::resize_nearest_neighbor),
    operation{op::code::softmax, functions_of<fast::softmax_float>(), &execute::detail::shape_of_first, 0,
              storage::in_place},
    execute::detail::row_of<kernel::reduce_sum>(op::code::sum),
};

}  // namespace aeq::inline AEQ_ABI::execute::family
