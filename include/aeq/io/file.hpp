// SPDX-License-Identifier: Apache-2.0
// Reading files: mapped where the system can map them, else read into memory. One of the two places that call the
// operating system (the other is io/atomic_file.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::io {

/// The text of errno.
[[nodiscard]] std::string system_message(int number);

/// The content of a file, read only, at a fixed address as long as this lives. "-" is standard input; what can't be
/// mapped (a pipe, a device) is read to its end.
class input_file {
 public:
  /// Throws error (io) where the file can't be opened or read.
  [[nodiscard]] static std::shared_ptr<const input_file> open(const std::string& path);

  /// Content that is in memory already; `name` is for messages.
  [[nodiscard]] static std::shared_ptr<const input_file> from_memory(std::vector<std::uint8_t> bytes, std::string name);

  struct private_key {};
  input_file(private_key, std::string name) : name_(std::move(name)) {}
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file();

  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return mapped_.data() != nullptr ? mapped_ : std::span<const std::uint8_t>(owned_);
  }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Tells the system that a part, which has been read, will not be needed soon. Its pages leave this process in large
  /// steps (each call to the system makes all processors forget addresses): when a part reaches or passes a multiple of
  /// `step`, whatever lies up to a step around it goes. The content stays valid: it comes back when it is read.
  void let_go(std::span<const std::uint8_t> part) const noexcept;

 private:
  std::string name_;
  std::span<const std::uint8_t> mapped_;
  std::vector<std::uint8_t> owned_;
};

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/file.ipp>
#endif
