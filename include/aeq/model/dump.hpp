// SPDX-License-Identifier: Apache-2.0
// The canonical description of a model as JSON: all that a reader sees, nothing of how the file is laid out (except
// under "layout"), so that two models mean the same exactly if their descriptions are equal. The format, tflite-dump/1,
// is that of the conformance corpus; option tables are walked through their descriptors.
#pragma once

#include <string>

#include <aeq/config.hpp>
#include <aeq/io/json_forward.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::model {

/// The description of a model that was read from a file. Throws error (bad_input) for a file whose description would be
/// out of all proportion.
[[nodiscard]] boost::json::object describe(const model& m);

/// The description as text: what `aeq inspect --json` prints.
[[nodiscard]] std::string dump_text(const model& m);

}  // namespace aeq::inline AEQ_ABI::model

#if AEQ_DEFINITIONS
#include <aeq/model/dump.ipp>
#endif
