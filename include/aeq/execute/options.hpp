// SPDX-License-Identifier: Apache-2.0
// From an operator's option table in the file to the options that kernels read.
#pragma once

#include <cstdint>
#include <vector>

#include <aeq/kernel/options.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::execute {

/// What options that are lists have their numbers in: a file's are in its own order of bytes.
using option_lists = std::vector<std::vector<std::int32_t>>;

/// Options of an operator; fields that its table lacks have their defaults. Lists are views of `lists`, which gets one
/// for each. Checks nothing: a value that an enumeration lacks becomes one that no kernel accepts.
[[nodiscard]] operation_options options_of(const model::operation& operation, option_lists& lists);

}  // namespace aeq::inline AEQ_ABI::execute

#if AEQ_DEFINITIONS
#include <aeq/execute/options.ipp>
#endif
