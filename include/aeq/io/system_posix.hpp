// SPDX-License-Identifier: Apache-2.0
// Inside: the operating system where it is Linux, macOS or another of that family (see system.hpp).
//
// A file of more than 2 GB needs an off_t of 64 bits. A 32-bit program has that if all of it is compiled with
// -D_FILE_OFFSET_BITS=64; otherwise such a file is an error, and no size is ever cut off.
#pragma once

#include <aeq/config.hpp>
#include <aeq/io/system.hpp>

#if !defined(_WIN32)
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aeq::inline AEQ_ABI::io::os {

namespace detail {

[[nodiscard]] inline std::string message_of(int number) {
  if (number == EOVERFLOW) return "too large for this program, which was compiled for 32 bits";
  return std::strerror(number);
}

/// What helps against a failure to write; empty where nobody can say.
[[nodiscard]] inline const char* remedy_of(int number) {
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
    default: return "";
  }
}

}  // namespace detail

[[nodiscard]] inline std::string last_message() {
  return detail::message_of(errno);
}
/// With what helps.
[[nodiscard]] inline std::string last_message_for_writing() {
  const int number = errno;
  return detail::message_of(number) + detail::remedy_of(number);
}

class file {
 public:
  file() = default;
  explicit file(int descriptor, bool is_ours = true) : descriptor_(descriptor), is_ours_(is_ours) {}
  file(file&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), is_ours_(other.is_ours_) {}
  file& operator=(file&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(is_ours_, other.is_ours_);
    return *this;
  }
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  ~file() {
    if (descriptor_ >= 0 && is_ours_) ::close(descriptor_);
  }

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
  bool is_ours_ = true;
};

[[nodiscard]] inline file standard_input() {
  return file(STDIN_FILENO, false);
}
[[nodiscard]] inline file standard_output() {
  return file(STDOUT_FILENO, false);
}
[[nodiscard]] inline file open_to_read(const std::string& path) {
  return file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}
/// Opens what exists, to write to it from where it stands.
[[nodiscard]] inline file open_to_write(const std::string& path) {
  return file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
}

namespace detail {

[[nodiscard]] inline file_kind kind_of_mode(mode_t mode) {
  return S_ISREG(mode) ? file_kind::regular : S_ISDIR(mode) ? file_kind::folder : file_kind::other;
}

}  // namespace detail

[[nodiscard]] inline file_kind kind_of(const file& opened) {
  struct stat facts {};
  return ::fstat(opened.descriptor(), &facts) == 0 ? detail::kind_of_mode(facts.st_mode) : file_kind::absent;
}
[[nodiscard]] inline file_kind kind_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0) return detail::kind_of_mode(facts.st_mode);
  return errno == EOVERFLOW ? file_kind::regular : file_kind::absent;
}
/// Nothing after a failure.
[[nodiscard]] inline std::optional<file_state> state_of(const file& opened) {
  struct stat facts {};
  if (::fstat(opened.descriptor(), &facts) != 0) return std::nullopt;
#if defined(__APPLE__)
  const timespec& changed = facts.st_mtimespec;
#else
  const timespec& changed = facts.st_mtim;
#endif
  return file_state{facts.st_size > 0 ? static_cast<std::uint64_t>(facts.st_size) : 0, changed.tv_sec, changed.tv_nsec};
}

[[nodiscard]] inline std::ptrdiff_t read_some(const file& from, std::span<std::uint8_t> into) {
  for (;;) {
    const ssize_t got = ::read(from.descriptor(), into.data(), std::min(into.size(), most_per_call));
    if (got >= 0 || errno != EINTR) return got;
  }
}

[[nodiscard]] inline bool write_all(const file& to, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(to.descriptor(), bytes.data(), std::min(bytes.size(), most_per_call));
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

class mapped_file {
 public:
  /// The content of a file, which stays open; `state` was its state, with at least 1 byte. None where the system can't
  /// do that; `from` is then as it was.
  [[nodiscard]] static std::shared_ptr<const mapped_file> make(file& from, const file_state& state) {
    const auto bytes = static_cast<std::size_t>(state.bytes);
    void* address = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, from.descriptor(), 0);
    if (address == MAP_FAILED) return nullptr;
    auto result = std::make_shared<mapped_file>();
    result->opened_ = std::move(from);
    result->state_ = state;
    result->content_ = {static_cast<const std::uint8_t*>(address), bytes};
    return result;
  }
  mapped_file() = default;
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;
  ~mapped_file() {
    if (!content_.empty()) ::munmap(const_cast<std::uint8_t*>(content_.data()), content_.size());
  }

  [[nodiscard]] std::span<const std::uint8_t> content() const { return content_; }
  [[nodiscard]] const file& opened() const { return opened_; }
  [[nodiscard]] const file_state& state() const { return state_; }  ///< when it was mapped

  /// The pages of a part of the content may go; they come back when they are read.
  static void forget(std::span<const std::uint8_t> part) noexcept {
    ::madvise(const_cast<std::uint8_t*>(part.data()), part.size(), MADV_DONTNEED);
  }

 private:
  file opened_;
  file_state state_;
  std::span<const std::uint8_t> content_;
};

struct temporary_folder {
  static constexpr const char* variable = "TMPDIR";
  std::string path = "/tmp";
  temporary_folder() {
    const char* wished = std::getenv(variable);
    if (wished != nullptr && *wished != '\0') path = wished;
  }
};

/// Linux has files without a name; elsewhere, and where the file system can't do that, it is one beside the target.
class unfinished_file {
 public:
  unfinished_file() = default;
  unfinished_file(const unfinished_file&) = delete;
  unfinished_file& operator=(const unfinished_file&) = delete;
  ~unfinished_file() {
    if (!temporary_name_.empty()) ::unlink(temporary_name_.c_str());
  }

  /// To be published as `target`.
  [[nodiscard]] bool create(const std::string& target) {
    target_ = target;
    constexpr mode_t readable = 0666;
#if defined(O_TMPFILE)
    if (::access("/proc/self/fd", X_OK) == 0) {  // by which the file gets its name
      content_ = file(::open(folder().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, readable));
      if (content_.is_open()) return true;
      if (errno == ENOENT || errno == EACCES || errno == EROFS || errno == ENOTDIR) return false;
    }
#endif
    return take_name([&](const std::string& name) {
      content_ = file(::open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, readable));
      if (!content_.is_open()) return false;
      if (lock()) return true;
      content_ = file();  // somebody took it for one that was left behind
      errno = EEXIST;
      return false;
    });
  }
  /// To be read again and to go; `folder` has room for it meanwhile.
  [[nodiscard]] bool create_nameless(const std::string& folder) {
    std::string name = folder + "/aeq.XXXXXX";
    content_ = file(::mkostemp(name.data(), O_CLOEXEC));
    if (!content_.is_open()) return false;
    ::unlink(name.c_str());
    return true;
  }

  [[nodiscard]] bool write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) const {
    while (!bytes.empty()) {
      if (!fits(offset)) return false;
      const std::size_t size = std::min(bytes.size(), most_per_call);
      const ssize_t written = ::pwrite(content_.descriptor(), bytes.data(), size, static_cast<off_t>(offset));
      if (written < 0 && errno != EINTR) return false;
      if (written <= 0) continue;
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      offset += static_cast<std::uint64_t>(written);
    }
    return true;
  }
  /// As read_some.
  [[nodiscard]] std::ptrdiff_t read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    if (!fits(offset)) return -1;
    for (;;) {
      const ssize_t got =
          ::pread(content_.descriptor(), into.data(), std::min(into.size(), most_per_call), static_cast<off_t>(offset));
      if (got >= 0 || errno != EINTR) return got;
    }
  }
  [[nodiscard]] bool resize(std::uint64_t bytes) const {
    return fits(bytes) && ::ftruncate(content_.descriptor(), static_cast<off_t>(bytes)) == 0;
  }
  /// Waits until the disk has the content.
  [[nodiscard]] bool sync() const {
    return ::fsync(content_.descriptor()) == 0;
  }

  /// Gives the file its name, in place of one that is there only if `replace`. The target is the new file after this,
  /// or as it was. With `sync_name` it waits until the disk has the name.
  [[nodiscard]] bool publish(bool replace, bool sync_name) {
    if (!give_name(replace)) return false;
    if (!sync_name) return true;
    const file opened(::open(folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.is_open()) ::fsync(opened.descriptor());  // a folder may be one to write but not to read
    return true;
  }

 private:
  [[nodiscard]] bool give_name(bool replace) {
    if (temporary_name_.empty()) {
      if (!replace) return link_as(target_);
      static_cast<void>(lock());
      if (!take_name([&](const std::string& name) { return link_as(name); })) return false;
    }
    if (!replace) {
#if defined(RENAME_NOREPLACE)
      // Where there are no nameless files there may be no links either, as on FAT.
      if (::renameat2(AT_FDCWD, temporary_name_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) == 0) {
        temporary_name_.clear();
        return true;
      }
#endif
      return ::link(temporary_name_.c_str(), target_.c_str()) == 0;
    }
    if (::rename(temporary_name_.c_str(), target_.c_str()) != 0) return false;
    temporary_name_.clear();
    return true;
  }
  /// Whether off_t can say it.
  [[nodiscard]] static bool fits(std::uint64_t offset) {
    if (offset <= static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return true;
    errno = EOVERFLOW;
    return false;
  }
  [[nodiscard]] std::string folder() const {
    const std::size_t slash = target_.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : target_.substr(0, slash);
  }

  /// Calls `create` with names beside the target until one is free; that one is `temporary_name_` then.
  template <class Create>
  [[nodiscard]] bool take_name(const Create& create) {
    for (int i = 0; i < most_names; ++i) {
      const std::string name = name_beside(target_, target_.rfind('/') + 1, i);
      for (int again = 0; again < 2; ++again) {
        if (create(name)) {
          temporary_name_ = name;
          return true;
        }
        if (errno != EEXIST) return false;
        if (!remove_left_behind(name)) break;
      }
    }
    errno = EEXIST;
    return false;
  }

  /// Shows that the process that writes the file is alive. False if somebody removed the file before.
  [[nodiscard]] bool lock() const {
    const int opened = content_.descriptor();
    const bool locked = ::flock(opened, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;  // or there are no locks
    struct stat facts {};
    return locked && ::fstat(opened, &facts) == 0 && facts.st_nlink > 0;
  }

  /// Removes the unfinished file of a process that is no more. False where its process may be alive, or it can't be
  /// told.
  [[nodiscard]] static bool remove_left_behind(const std::string& name) {
    const file there(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!there.is_open()) return errno == ENOENT;
    struct stat here {};
    struct stat named {};
    // Who holds the lock of the file that has the name is the only one to remove it.
    return ::flock(there.descriptor(), LOCK_EX | LOCK_NB) == 0 && ::fstat(there.descriptor(), &here) == 0 &&
           S_ISREG(here.st_mode) && ::lstat(name.c_str(), &named) == 0 && here.st_ino == named.st_ino &&
           here.st_dev == named.st_dev && ::unlink(name.c_str()) == 0;
  }

  [[nodiscard]] bool link_as(const std::string& name) const {
    const std::string self = "/proc/self/fd/" + std::to_string(content_.descriptor());
    return ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
  }

  file content_;
  std::string target_;
  std::string temporary_name_;
};

}  // namespace aeq::inline AEQ_ABI::io::os
#endif
