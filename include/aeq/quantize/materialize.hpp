// SPDX-License-Identifier: Apache-2.0
// Materialization: decisions of the recipe become rules of tensors. Reads the op catalogue and the decision's scheme;
// nothing here is instantiated per scheme. (spec: quantization, section 5)
#pragma once

#include <aeq/io/progress.hpp>
#include <aeq/model/model.hpp>
#include <aeq/quantize/parameters.hpp>
#include <aeq/quantize/rules.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// The rules of every tensor. Ranges of weights are found here, in one pass over them, but for those that can wait
/// until they are written. Throws error (not_quantizable).
[[nodiscard]] model_rules materialize(const model::model& m, const recipe::plan& plan, scale_time when,
                                      unsigned threads, aeq::progress* tell);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/materialize.ipp>
#endif
