// SPDX-License-Identifier: Apache-2.0
// From an operator's option table in the file to the options that kernels read.
#pragma once

#include <aeq/kernel/options.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::execute {

/// Options of an operator; fields that its table lacks have their defaults. Vectors are views of the model's file.
/// Throws nothing: a value that an enumeration lacks becomes one that no kernel accepts.
[[nodiscard]] operation_options options_of(const model::operation& operation);

}  // namespace aeq::inline AEQ_ABI::execute

#if AEQ_DEFINITIONS
#include <aeq/execute/options.ipp>
#endif
