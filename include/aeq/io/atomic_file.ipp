// SPDX-License-Identifier: Apache-2.0
// Writing files that appear whole or not at all: the definitions.
#pragma once

#include <aeq/io/atomic_file.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>

namespace aeq::inline AEQ_ABI::io {

namespace detail {

/// What helps against a failure to write; empty where nobody can say.
[[nodiscard]] AEQ_INLINE std::string remedy_of(int number) {
  switch (number) {
    case ENOENT: return "; make the folder first";
    case ENOTDIR: return "; name a file in a folder";
    case EACCES:
    case EPERM:
    case EROFS: return "; name a folder that may be written";
    case EEXIST: return "; allow overwriting (--overwrite), or name another file";
    case EISDIR: return "; name a file";
    case ENAMETOOLONG: return "; name a file with a shorter name";
    case ENOSPC:
    case EDQUOT: return "; free room there, or name a file elsewhere";
    case EFBIG: return "; raise the limit of file sizes, or name a file elsewhere";
    default: return {};
  }
}

}  // namespace detail

AEQ_INLINE output_file::output_file(std::string path, write_options options)
    : path_(std::move(path)), options_(options) {
  struct stat facts {};
  if (path_ == "-") {
    stream_ = STDOUT_FILENO;
  } else if (::stat(path_.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
    if (S_ISDIR(facts.st_mode)) throw error(error_code::io, path_ + ": is a folder; name a file");
    stream_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);  // a pipe or a device has no earlier content to protect
    if (stream_ < 0) fail("can't be opened");
  } else if (!options_.overwrite && ::stat(path_.c_str(), &facts) == 0) {
    throw error(error_code::io, path_ + ": exists; allow overwriting (--overwrite), or name another file");
  }
  if (stream_ >= 0) {
    create_for_stream();
  } else {
    create_temporary(folder_of(path_));
  }
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
      fail("can't be written");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

AEQ_INLINE void output_file::resize(std::uint64_t bytes) {
  if (::ftruncate(temporary_, static_cast<off_t>(bytes)) != 0) fail("can't be written");
}

AEQ_INLINE void output_file::commit() {
  if (stream_ >= 0) {
    copy_to_stream();
    return;
  }
  if (options_.sync && ::fsync(temporary_) != 0) fail("can't be synced");
  give_name();
  if (!options_.sync) return;
  const std::string folder = folder_of(path_);
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;  // a folder that may be written but not read
  ::fsync(opened);         // the name too
  ::close(opened);
}

/// The target is the new file after this, or as it was.
AEQ_INLINE void output_file::give_name() {
  if (temporary_name_.empty()) {
    const std::string self = "/proc/self/fd/" + std::to_string(temporary_);
    const auto link_as = [&](const std::string& name) {
      return ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
    };
    if (!options_.overwrite) {
      if (!link_as(path_)) fail("can't be created");
      return;
    }
    static_cast<void>(lock());
    take_name(link_as);
  }
  if (!options_.overwrite) {
#ifdef RENAME_NOREPLACE
    // Where there are no nameless files there may be no links either, as on FAT.
    if (::renameat2(AT_FDCWD, temporary_name_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) {
      temporary_name_.clear();
      return;
    }
#endif
    if (::link(temporary_name_.c_str(), path_.c_str()) != 0) fail("can't be created");
    return;
  }
  if (::rename(temporary_name_.c_str(), path_.c_str()) != 0) fail("can't be replaced");
  temporary_name_.clear();
}

AEQ_INLINE void output_file::fail(const char* what) const {
  const int number = errno;
  const std::string place = path_ == "-" ? "standard output" : path_;
  throw error(error_code::io, place + ": " + what + ": " + system_message(number) + detail::remedy_of(number));
}

AEQ_INLINE std::string output_file::folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

AEQ_INLINE void output_file::create_temporary(const std::string& folder) {
  constexpr mode_t readable = 0666;
  if (::access("/proc/self/fd", X_OK) == 0) {  // by which the file gets its name
    temporary_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, readable);
    if (temporary_ >= 0) return;
    if (errno == ENOENT || errno == EACCES || errno == EROFS || errno == ENOTDIR) fail("can't be created");
  }
  take_name([&](const std::string& name) {
    temporary_ = ::open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, readable);
    if (temporary_ < 0) return false;
    if (lock()) return true;
    ::close(std::exchange(temporary_, -1));  // somebody took it for one that was left behind
    errno = EEXIST;
    return false;
  });
}

/// What goes to a pipe or a device is made in a file without a name first.
AEQ_INLINE void output_file::create_for_stream() {
  const char* wished = std::getenv("TMPDIR");
  const std::string folder = wished != nullptr && *wished != '\0' ? wished : "/tmp";
  std::string name = folder + "/aeq.XXXXXX";
  temporary_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (temporary_ < 0) {
    const int number = errno;
    if (stream_ > STDERR_FILENO) ::close(stream_);
    throw error(error_code::io, path_ + ": the folder for temporary files, " + folder +
                                    " (TMPDIR), can't be written: " + system_message(number));
  }
  ::unlink(name.c_str());
}

/// Calls `create` with names beside the target until one is free; that one is `temporary_name_` then.
template <class Create>
void output_file::take_name(const Create& create) {
  constexpr int most = 1000;
  constexpr std::size_t longest = 200;  // systems end names at 255 bytes
  const std::size_t name_begin = path_.rfind('/') + 1;
  const std::string beside = path_.substr(0, name_begin) + path_.substr(name_begin, longest);
  for (int i = 0; i < most; ++i) {
    const std::string name = beside + ".aeq-" + std::to_string(i) + ".part";
    for (int again = 0; again < 2; ++again) {
      if (create(name)) {
        temporary_name_ = name;
        return;
      }
      if (errno != EEXIST) fail("can't be created");
      if (!remove_left_behind(name)) break;
    }
  }
  fail("can't be created");
}

/// Shows that the process that writes the file is alive. False if somebody removed the file before.
AEQ_INLINE bool output_file::lock() {
  const bool locked = ::flock(temporary_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;  // or there are no locks
  struct stat facts {};
  return locked && ::fstat(temporary_, &facts) == 0 && facts.st_nlink > 0;
}

/// Removes the unfinished file of a process that is no more. False where its process may be alive, or it can't be told.
AEQ_INLINE bool output_file::remove_left_behind(const std::string& name) {
  const int file = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return errno == ENOENT;
  struct stat here {};
  struct stat named {};
  // Who holds the lock of the file that has the name is the only one to remove it.
  const bool done = ::flock(file, LOCK_EX | LOCK_NB) == 0 && ::fstat(file, &here) == 0 && S_ISREG(here.st_mode) &&
                    ::lstat(name.c_str(), &named) == 0 && here.st_ino == named.st_ino && here.st_dev == named.st_dev &&
                    ::unlink(name.c_str()) == 0;
  ::close(file);
  return done;
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
