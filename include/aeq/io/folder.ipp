// SPDX-License-Identifier: Apache-2.0
// Folders: the definitions.
#pragma once

#include <aeq/io/folder.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

#include <aeq/io/error.hpp>

namespace aeq::inline AEQ_ABI::io {

namespace detail {

/// Paths are UTF-8 on all systems.
[[nodiscard]] AEQ_INLINE std::filesystem::path path_of(const std::string& text) {
  return std::u8string(text.begin(), text.end());
}
[[nodiscard]] AEQ_INLINE std::string text_of(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

}  // namespace detail

AEQ_INLINE bool is_folder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(detail::path_of(path), ignored);
}

AEQ_INLINE std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code problem;
  std::filesystem::directory_iterator at(detail::path_of(folder), problem);
  for (; !problem && at != std::filesystem::directory_iterator(); at.increment(problem)) {
    std::error_code ignored;
    const bool is_file = !at->is_directory(ignored);
    if (is_file && !at->path().filename().native().starts_with('.')) paths.push_back(detail::text_of(at->path()));
  }
  if (problem) throw error(error_code::io, folder + ": can't be read: " + problem.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace aeq::inline AEQ_ABI::io
