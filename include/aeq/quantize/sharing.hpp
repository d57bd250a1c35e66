// SPDX-License-Identifier: Apache-2.0
// Sharing: where the readers of a constant disagree the tensor is duplicated, where tensors on one buffer disagree the
// buffer is. (spec: quantization, section 6)
#pragma once

#include <aeq/model/model.hpp>
#include <aeq/quantize/rules.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Puts DUPLICATE_TENSOR and DUPLICATE_BUFFER in front of the rules that need them.
void resolve_sharing(const model::model& m, model_rules& rules);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/sharing.ipp>
#endif
