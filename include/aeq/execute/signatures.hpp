// SPDX-License-Identifier: Apache-2.0
// The ways of calling a model, and whether values fit them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <aeq/execute/engine.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::execute {

/// The signatures of a model; for a model that has none, its first subgraph under an empty key and the names of its
/// tensors. Types that no kernel takes are element_type::absent.
[[nodiscard]] std::vector<signature> signatures_of(const model::model& m);

/// What elements of a tensor are; element_type::absent where no kernel takes them.
[[nodiscard]] element_type element_type_of(model::tensor_type type);

/// "float32 [1, -1, 8]", for messages.
[[nodiscard]] std::string described(element_type type, std::span<const std::int32_t> extents);

/// Throws aeq::error (bad_input) naming the input unless there is one complete value per input, of its type and shape.
void check_inputs(const model::model& m, const signature& called, std::span<const operand> inputs);

}  // namespace aeq::inline AEQ_ABI::execute

#if AEQ_DEFINITIONS
#include <aeq/execute/signatures.ipp>
#endif
