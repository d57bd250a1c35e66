// SPDX-License-Identifier: Apache-2.0
// Folders: what is in them.
#pragma once

#include <string>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::io {

[[nodiscard]] bool is_folder(const std::string& path);

/// The paths of the files in a folder, by name; not those of folders within it, and none whose name starts with a dot.
/// Throws error (io).
[[nodiscard]] std::vector<std::string> files_in(const std::string& folder);

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/folder.ipp>
#endif
