// SPDX-License-Identifier: Apache-2.0
// A folder for the files of one test, and reading and writing files whole.
#pragma once

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <system_error>
#include <vector>

namespace aeq_test {

/// An empty folder of its own that goes, with all that is in it, when this goes.
class scratch {
 public:
  scratch() : folder(std::filesystem::temp_directory_path() / name()) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() {
    std::error_code ignored;
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(folder, ignored);
  }

  [[nodiscard]] std::string path(const std::string& file) const { return (folder / file).string(); }

  /// What is in the folder, sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      found.push_back(entry.path().filename().string());
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  const std::filesystem::path folder;

 private:
  static std::string name() {
    static const unsigned process = std::random_device()();
    static std::atomic<unsigned> count = 0;
    return "aeq_test_" + std::to_string(process) + "_" + std::to_string(count++);
  }
};

/// Writes a file.
inline void put(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// The bytes of a file; none if it is not there.
[[nodiscard]] inline std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace aeq_test
