// SPDX-License-Identifier: Apache-2.0
// A model for people to read: what `aeq inspect` prints. Plain text in aligned columns; long names are cut in the
// middle.
#pragma once

#include <string>

#include <aeq/config.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::model {

/// Tables of a model's signatures, subgraphs, operators, tensors and constants.
[[nodiscard]] std::string summary_text(const model& m);

}  // namespace aeq::inline AEQ_ABI::model

#if AEQ_DEFINITIONS
#include <aeq/model/summary.ipp>
#endif
