// SPDX-License-Identifier: Apache-2.0
// Carrying out the instructions of all tensors, in the order that fixes the ids of new tensors and the places of new
// operators. (spec: quantization, section 8.1)
#pragma once

#include <vector>

#include <aeq/model/model.hpp>
#include <aeq/quantize/instruction.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Instructions of every tensor, by subgraph and tensor.
using model_instructions = std::vector<std::vector<std::vector<instruction>>>;

/// Edits the model. `uses` are those of the model before any edit.
void transform(model::model& m, const model_instructions& instructions,
               const std::vector<std::vector<tensor_uses>>& uses);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/transform.ipp>
#endif
