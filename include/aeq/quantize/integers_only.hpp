// SPDX-License-Identifier: Apache-2.0
// Integers only: a model in which an operator or an edge would stay float is refused. Looks at what is decided and
// materialized, before the graph is edited.
#pragma once

#include <aeq/model/model.hpp>
#include <aeq/quantize/rules.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Throws error (not_quantizable) if some operator reads or writes floats, or an input or output of a subgraph is
/// float. The message names each of them, its tensor, why it stays float, and the operators next to it that would be
/// integers.
void require_integers(const model::model& m, const recipe::plan& plan, const model_rules& rules);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/integers_only.ipp>
#endif
