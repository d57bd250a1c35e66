// SPDX-License-Identifier: Apache-2.0
// Reference material that is not part of this repository: specifications with golden values, conformance models.
// It is looked for in the folder that the environment variable AEQ_SHARED names, else in a folder `shared` beside the
// repository. A test that needs it and does not find it says so and passes: CTest then counts it as skipped.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "support/folder.hpp"

namespace aeq_test {

/// Where the reference material would be.
[[nodiscard]] inline std::filesystem::path shared_folder() {
  if (const char* named = std::getenv("AEQ_SHARED"); named != nullptr && *named != '\0') return named;
  return aeq_test::tests_folder() / ".." / ".." / "shared";
}

/// A file or folder of the reference material ("spec/golden_numerics.json"); nothing if it is not there.
[[nodiscard]] inline std::optional<std::filesystem::path> shared_file(std::string_view relative) {
  std::filesystem::path path = shared_folder() / relative;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  return path;
}

/// As shared_file, and prints the line that makes CTest count the test as skipped.
[[nodiscard]] inline std::optional<std::filesystem::path> shared_file_or_skip(std::string_view relative) {
  auto path = shared_file(relative);
  if (!path) {
    std::printf("SKIPPED: no %.*s; name the folder that holds it in AEQ_SHARED\n", static_cast<int>(relative.size()),
                relative.data());
    std::fflush(stdout);
  }
  return path;
}

}  // namespace aeq_test
