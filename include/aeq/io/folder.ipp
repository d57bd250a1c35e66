// SPDX-License-Identifier: Apache-2.0
// Folders: the definitions.
#pragma once

#include <aeq/io/folder.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <aeq/io/error.hpp>

namespace aeq::inline AEQ_ABI::io {

AEQ_INLINE bool is_folder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

AEQ_INLINE std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code problem;
  std::filesystem::directory_iterator at(folder, problem);
  for (; !problem && at != std::filesystem::directory_iterator(); at.increment(problem)) {
    std::error_code ignored;
    const bool is_file = !at->is_directory(ignored);
    if (is_file && !at->path().filename().native().starts_with('.')) paths.push_back(at->path().string());
  }
  if (problem) throw error(error_code::io, folder + ": can't be read: " + problem.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace aeq::inline AEQ_ABI::io
