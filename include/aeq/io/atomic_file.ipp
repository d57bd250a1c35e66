// SPDX-License-Identifier: Apache-2.0
// Writing files that appear whole or not at all: the definitions.
#pragma once

#include <aeq/io/atomic_file.hpp>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>

namespace aeq::inline AEQ_ABI::io {

AEQ_INLINE output_file::output_file(std::string path, write_options options)
    : path_(std::move(path)), options_(options) {
  struct stat facts {};
  if (path_ == "-") {
    stream_ = STDOUT_FILENO;
  } else if (::stat(path_.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
    if (S_ISDIR(facts.st_mode)) throw error(error_code::io, path_ + ": is a folder; name a file");
    stream_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);  // a pipe or a device has no earlier content to protect
    if (stream_ < 0) throw error(error_code::io, path_ + ": can't be opened: " + system_message(errno));
  } else if (!options_.overwrite && ::stat(path_.c_str(), &facts) == 0) {
    throw error(error_code::io, path_ + ": exists; allow overwriting (--overwrite), or name another file");
  }
  create_temporary(stream_ >= 0 ? "/tmp" : folder_of(path_));
}

AEQ_INLINE output_file::~output_file() {
  if (temporary_ >= 0) ::close(temporary_);
  if (!temporary_name_.empty()) ::unlink(temporary_name_.c_str());
  if (stream_ > STDERR_FILENO) ::close(stream_);
}

AEQ_INLINE void output_file::write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(temporary_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      throw error(error_code::io, path_ + ": can't be written: " + system_message(errno));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

AEQ_INLINE void output_file::resize(std::uint64_t bytes) {
  if (::ftruncate(temporary_, static_cast<off_t>(bytes)) != 0) {
    throw error(error_code::io, path_ + ": can't be written: " + system_message(errno));
  }
}

AEQ_INLINE void output_file::commit() {
  if (options_.sync && ::fsync(temporary_) != 0) fail("can't be synced");
  if (stream_ >= 0) {
    copy_to_stream();
    return;
  }
  if (temporary_name_.empty()) {
    const std::string self = "/proc/self/fd/" + std::to_string(temporary_);
    if (!options_.overwrite) {
      if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) != 0) fail("can't be created");
      return;
    }
    const std::string name = unused_name();
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) fail("can't be created");
    temporary_name_ = name;
  }
  if (!options_.overwrite) {
    if (::link(temporary_name_.c_str(), path_.c_str()) != 0) fail("can't be created");
    return;
  }
  if (::rename(temporary_name_.c_str(), path_.c_str()) != 0) fail("can't be replaced");
  temporary_name_.clear();
}

AEQ_INLINE void output_file::fail(const char* what) const {
  throw error(error_code::io, path_ + ": " + what + ": " + system_message(errno));
}

AEQ_INLINE std::string output_file::folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

AEQ_INLINE std::string output_file::unused_name() const {
  static std::atomic<unsigned> counter = 0;
  return path_ + "." + std::to_string(::getpid()) + "." + std::to_string(counter++) + ".part";
}

AEQ_INLINE void output_file::create_temporary(const std::string& folder) {
  constexpr mode_t readable = 0666;
  temporary_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, readable);
  if (temporary_ >= 0) return;
  if (errno == ENOENT || errno == EACCES || errno == EROFS || errno == ENOTDIR) {
    throw error(error_code::io, path_ + ": can't be created: " + system_message(errno));
  }
  temporary_name_ = stream_ >= 0 ? folder + "/aeq." + std::to_string(::getpid()) + ".part" : unused_name();
  temporary_ = ::open(temporary_name_.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, readable);
  if (temporary_ >= 0) return;
  const int number = errno;
  temporary_name_.clear();
  throw error(error_code::io, path_ + ": can't be created: " + system_message(number));
}

AEQ_INLINE void output_file::copy_to_stream() {
  std::vector<std::uint8_t> piece(std::size_t(1) << 20);
  off_t offset = 0;
  for (;;) {
    const ssize_t got = ::pread(temporary_, piece.data(), piece.size(), offset);
    if (got < 0) fail("can't be written");
    if (got == 0) return;
    offset += got;
    for (std::size_t done = 0; done < static_cast<std::size_t>(got);) {
      const ssize_t written = ::write(stream_, piece.data() + done, static_cast<std::size_t>(got) - done);
      if (written < 0 && errno != EINTR) fail("can't be written");
      if (written > 0) done += static_cast<std::size_t>(written);
    }
  }
}

}  // namespace aeq::inline AEQ_ABI::io
