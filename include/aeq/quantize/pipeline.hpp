// SPDX-License-Identifier: Apache-2.0
// From a model and a plan to the quantized model: materialize, resolve sharing, instruct, transform. One direction.
#pragma once

#include <vector>

#include <aeq/io/progress.hpp>
#include <aeq/model/model.hpp>
#include <aeq/quantize/instruction.hpp>
#include <aeq/quantize/materialize.hpp>
#include <aeq/quantize/parameters.hpp>
#include <aeq/quantize/rules.hpp>
#include <aeq/quantize/transform.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Who produces and who reads each tensor, by subgraph and tensor.
[[nodiscard]] std::vector<std::vector<tensor_uses>> uses_of(const model::model& m);

/// The instructions of every tensor. Throws error (not_quantizable).
[[nodiscard]] model_instructions instruct(const model::model& m, const model_rules& rules,
                                          const std::vector<std::vector<tensor_uses>>& uses);

/// The quantized model: edited metadata, and producers for the weights, which are quantized while it is written. The
/// source model is unchanged and must not be needed: what is viewed is kept. With scale_time::while_writing its scales
/// are zeros until the writer fills them in; the file is the same. Throws error (not_quantizable).
[[nodiscard]] model::model quantize_model(model::model m, const recipe::plan& plan,
                                          const pipeline_options& options = {});

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/pipeline.ipp>
#endif
