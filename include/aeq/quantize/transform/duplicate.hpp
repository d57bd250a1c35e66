// SPDX-License-Identifier: Apache-2.0
// DUPLICATE_BUFFER and DUPLICATE_TENSOR: constants that are wanted in two ways. The copies view the same bytes of the
// file until one of them is quantized.
#pragma once

#include <aeq/quantize/transform/context.hpp>

namespace aeq::inline AEQ_ABI::quantize {

transformed duplicate_buffer(const transform_context& c);
transformed duplicate_tensor(const transform_context& c);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/transform/duplicate.ipp>
#endif
