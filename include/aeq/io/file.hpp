// SPDX-License-Identifier: Apache-2.0
// Reading files: mapped where the system can map them, else read into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::io {

namespace os {
class mapped_file;
}

/// The part of a path behind the folders. On Windows \ separates them, too.
[[nodiscard]] constexpr std::string_view file_name_of(std::string_view path) noexcept {
#if defined(_WIN32)
  return path.substr(path.find_last_of("/\\") + 1);
#else
  return path.substr(path.rfind('/') + 1);
#endif
}

/// The text of errno.
[[nodiscard]] std::string system_message(int number);

namespace detail {

/// What a pipe or a device held.
struct read_bytes {
  struct release {
    void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
  };
  std::unique_ptr<std::uint8_t, release> bytes;
  std::size_t size = 0;
};

}  // namespace detail

/// A size for messages: "640 bytes", "12 KiB", "3 MiB"; large ones are rounded up.
[[nodiscard]] std::string amount(std::uint64_t bytes);

/// How much of an input may be read into memory, and what else would be accepted, for the message.
struct read_limit {
  std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
  std::string_view remedy = {};
};

/// The content of a file, read only, at a fixed address as long as this lives. "-" is standard input; what can't be
/// mapped (a pipe, a device) is read to its end. Whoever shortens a mapped file meanwhile ends the program by a signal
/// (SIGBUS); Windows lets nobody write to it.
class input_file {
 public:
  /// Throws error (io) where the file can't be opened or read, or is larger than this program's memory can be; error
  /// (bad_input) where it would have to be read into memory and is longer than the limit. What is mapped has no limit.
  [[nodiscard]] static std::shared_ptr<const input_file> open(const std::string& path, read_limit limit = {});

  /// Content that is in memory already; `name` is for messages.
  [[nodiscard]] static std::shared_ptr<const input_file> from_memory(std::vector<std::uint8_t> bytes, std::string name);

  struct private_key {};
  input_file(private_key, std::string name) : name_(std::move(name)) {}
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return content_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Tells the system that a part, which has been read, will not be needed soon. Its pages leave this process in large
  /// steps (each call to the system makes all processors forget addresses): when a part reaches or passes a multiple of
  /// `step`, whatever lies up to a step around it goes. The content stays valid: it comes back when it is read.
  void let_go(std::span<const std::uint8_t> part) const noexcept;

  /// Throws error (io) if the file was written since it was opened, by its size or time of change: what was read of it
  /// may be of two minds. Another file of the same name does not count.
  void check_unchanged() const;

 private:
  std::string name_;
  std::shared_ptr<const os::mapped_file> mapped_;  ///< none where it was read
  std::span<const std::uint8_t> content_;          ///< of it, or one of the next two
  std::vector<std::uint8_t> owned_;
  detail::read_bytes read_;
};

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/file.ipp>
#endif
