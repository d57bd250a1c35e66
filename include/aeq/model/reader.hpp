// SPDX-License-Identifier: Apache-2.0
// Reading a .tflite file: verified metadata becomes structs, weights and option tables stay views of the file.
#pragma once

#include <memory>
#include <string>

#include <aeq/config.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::model {

/// Reads a model. Throws error (bad_input) that names the file and the place in it. `notes` gets what is odd but
/// harmless.
[[nodiscard]] model read(std::shared_ptr<const io::input_file> file, warnings& notes);

/// Reads the model at `path`; "-" is standard input.
[[nodiscard]] model read(const std::string& path, warnings& notes);

}  // namespace aeq::inline AEQ_ABI::model

#if AEQ_DEFINITIONS
#include <aeq/model/reader.ipp>
#endif
