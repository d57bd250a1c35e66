// SPDX-License-Identifier: Apache-2.0
// ADD_DEQUANTIZE: a tensor becomes integers or float16, and a DEQUANTIZE op behind it gives the listed consumers
// floats.
#pragma once

#include <aeq/quantize/transform/context.hpp>

namespace aeq::inline AEQ_ABI::quantize {

transformed add_dequantize(const transform_context& c);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/transform/add_dequantize.ipp>
#endif
