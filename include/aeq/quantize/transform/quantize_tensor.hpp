// SPDX-License-Identifier: Apache-2.0
// QUANTIZE_TENSOR: a tensor changes its type, gets scales, and its constant data is made anew while writing.
#pragma once

#include <cstdint>

#include <aeq/quantize/transform/context.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// Turns tensor `index` into what the parameters say.
void quantize_in_place(const transform_context& c, std::int32_t index);

}  // namespace detail

transformed quantize_tensor(const transform_context& c);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/transform/quantize_tensor.ipp>
#endif
