// SPDX-License-Identifier: Apache-2.0
// Instructions: the rules of a tensor merged into the fewest edits of the graph. (spec: quantization, section 7)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <aeq/quantize/rules.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// An edit: what happens to a tensor on its way to some of its consumers.
struct instruction {
  transformation kind = transformation::no_quantize;
  std::vector<std::int32_t> consumers;  ///< operators of the original graph; graph_edge per graph output
  parameters params;
};

/// What the instructions of a tensor need to know of it.
struct tensor_uses {
  std::int32_t producer = graph_edge;   ///< operator of the original graph
  bool producer_is_free = false;        ///< the catalogue leaves the producer's output parameters free
  std::vector<std::int32_t> consumers;  ///< graph_edge per graph output first, then an operator per slot
};

/// The instructions of one tensor, in the order of carrying them out. `name` is for the message of a contradiction.
[[nodiscard]] std::vector<instruction> instructions_of(const tensor_rules& rules, const tensor_uses& uses,
                                                       const std::string& name);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/instruction.ipp>
#endif
