// SPDX-License-Identifier: Apache-2.0
// After the layout, the content: indices in range, sizes that agree, no cycles between subgraphs. Everything behind the
// reader may rely on it. (spec: tflite_schema, sections 2.1 and 5)
#pragma once

#include <cstdint>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::model {

/// The subgraphs that an op runs, by its option table: branches, bodies, decompositions.
[[nodiscard]] std::vector<std::int32_t> called_subgraphs(const operation& o);

/// Throws error (bad_input) that names the file and the place if the parts of a model do not fit together.
void check_consistency(const model& m);

}  // namespace aeq::inline AEQ_ABI::model

#if AEQ_DEFINITIONS
#include <aeq/model/consistency.ipp>
#endif
