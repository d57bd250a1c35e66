// SPDX-License-Identifier: Apache-2.0
// Selection: which operands of an op a decision is about, and whether it changes anything.
// (spec: quantization, sections 4.4, 5.1 and 5.4)
#pragma once

#include <cstddef>

#include <aeq/model/model.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Whether the decision for an op stores an input in the weight format: a constant of float32 values that is a weight,
/// or an activation of an op with a weight. What is quantized already, sparse, empty or too small stays.
[[nodiscard]] bool takes_weight_format(const model::model& m, const model::tensor& t, const recipe::decision& d,
                                       std::size_t slot);

/// Whether a tensor holds integers that stand for numbers.
[[nodiscard]] bool has_numeric_scales(const model::tensor& t);

/// Whether an op that a static decision selects stays float as a whole: between integers it needs an integer weight,
/// and this one can't be one or shall not be; or it is a composite whose insides are not known.
[[nodiscard]] bool stays_float(const model::model& m, const model::subgraph& g, const model::operation& o,
                               const recipe::decision& d);

/// Whether a decision changes an op at all.
[[nodiscard]] bool changes(const model::model& m, const model::subgraph& g, const model::operation& o,
                           const recipe::decision& d);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/selection.ipp>
#endif
