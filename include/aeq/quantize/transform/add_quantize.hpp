// SPDX-License-Identifier: Apache-2.0
// ADD_QUANTIZE: a QUANTIZE op behind a tensor; the listed consumers read its output.
#pragma once

#include <aeq/quantize/transform/context.hpp>

namespace aeq::inline AEQ_ABI::quantize {

transformed add_quantize(const transform_context& c);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/transform/add_quantize.ipp>
#endif
