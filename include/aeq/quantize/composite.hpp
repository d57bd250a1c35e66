// SPDX-License-Identifier: Apache-2.0
// Subgraphs that operators run: a decomposition is quantized only where its STABLEHLO_COMPOSITE is, and bodies of WHILE
// and IF get floats. (spec: quantization, section 5.6)
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include <aeq/model/model.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Composites that are quantized as an op; others stay as they are.
inline constexpr std::array<std::string_view, 3> quantizable_composites{"odml.npu_call", "odml.rms_norm",
                                                                        "odml.l2_norm"};

/// Whether a STABLEHLO_COMPOSITE is one of those.
[[nodiscard]] bool is_quantizable_composite(const model::operation& o);

/// Subgraphs in which nothing is quantized, whatever the plan says: decompositions of composites that stay as they are.
[[nodiscard]] std::vector<bool> skipped_subgraphs(const model::model& m, const recipe::plan& plan);

/// Subgraphs that WHILE, IF and their like run: the caller hands over floats.
[[nodiscard]] std::vector<bool> control_flow_bodies(const model::model& m);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/composite.ipp>
#endif
