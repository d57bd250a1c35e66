// SPDX-License-Identifier: Apache-2.0
// Reading files: the definitions.
#pragma once

#include <aeq/io/file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <aeq/io/error.hpp>

namespace aeq::inline AEQ_ABI::io {

AEQ_INLINE std::string system_message(int number) {
  return std::strerror(number);
}

AEQ_INLINE std::string amount(std::uint64_t bytes) {
  constexpr std::uint64_t kib = 1024;
  constexpr std::uint64_t mib = 1024 * kib;
  const auto in = [&](std::uint64_t unit, const char* name) {
    return std::to_string(bytes / unit + (bytes % unit != 0 ? 1 : 0)) + name;
  };
  if (bytes >= 10 * mib || (bytes >= mib && bytes % mib == 0)) return in(mib, " MiB");
  if (bytes >= 10 * kib || (bytes >= kib && bytes % kib == 0)) return in(kib, " KiB");
  return std::to_string(bytes) + " bytes";
}

namespace detail {

/// A file descriptor that closes itself.
class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// Reads to the end. Large pieces of memory grow without being copied: the system moves their pages.
[[nodiscard]] AEQ_INLINE read_bytes read_to_end(int file, const std::string& name, read_limit limit) {
  constexpr std::size_t step = std::size_t(1) << 16;
  read_bytes result;
  std::size_t room = 0;
  const auto resize = [&](std::size_t bytes) {
    void* moved = std::realloc(result.bytes.get(), std::max<std::size_t>(bytes, 1));
    if (moved == nullptr) throw std::bad_alloc();
    static_cast<void>(result.bytes.release());
    result.bytes.reset(static_cast<std::uint8_t*>(moved));
    room = bytes;
  };
  for (;;) {
    if (result.size == room) {
      const std::size_t growth = std::max(step, room / 2);
      resize(growth > limit.bytes - room ? static_cast<std::size_t>(limit.bytes) + step : room + growth);
    }
    const ssize_t got = ::read(file, result.bytes.get() + result.size, room - result.size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw error(error_code::io, name + ": can't be read: " + system_message(errno));
    if (got == 0) break;
    result.size += static_cast<std::size_t>(got);
    if (result.size > limit.bytes) {
      const std::string accepted = limit.remedy.empty() ? std::string() : "; " + std::string(limit.remedy);
      throw error(error_code::bad_input, name + ": is larger than " + amount(limit.bytes) + accepted);
    }
  }
  resize(result.size);
  return result;
}

}  // namespace detail

AEQ_INLINE std::shared_ptr<const input_file> input_file::open(const std::string& path, read_limit limit) {
  auto file = std::make_shared<input_file>(private_key{}, path == "-" ? "standard input" : path);
  if (path == "-") {
    file->read_ = detail::read_to_end(STDIN_FILENO, file->name_, limit);
    file->content_ = {file->read_.bytes.get(), file->read_.size};
    return file;
  }
  detail::descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number() < 0) throw error(error_code::io, path + ": can't be opened: " + system_message(errno));
  struct stat facts {};
  if (::fstat(opened.number(), &facts) != 0) throw error(error_code::io, path + ": " + system_message(errno));
  if (S_ISDIR(facts.st_mode)) throw error(error_code::io, path + ": is a folder; a file is wanted");
  if (S_ISREG(facts.st_mode) && facts.st_size > 0) {
    const auto size = static_cast<std::size_t>(facts.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, opened.number(), 0);
    if (address != MAP_FAILED) {
      file->content_ = {static_cast<const std::uint8_t*>(address), size};
      file->opened_ = opened.release();
      file->state_ = {facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
      return file;
    }
  }
  file->read_ = detail::read_to_end(opened.number(), path, limit);
  file->content_ = {file->read_.bytes.get(), file->read_.size};
  return file;
}

AEQ_INLINE input_file::state input_file::state_now() const {
  struct stat facts {};
  if (::fstat(opened_, &facts) != 0) throw error(error_code::io, name_ + ": " + system_message(errno));
  return {facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
}

AEQ_INLINE void input_file::check_unchanged() const {
  if (!is_mapped() || state_ == state_now()) return;
  throw error(error_code::io, name_ + ": was changed while it was read; run again when nobody writes it");
}

AEQ_INLINE std::shared_ptr<const input_file> input_file::from_memory(std::vector<std::uint8_t> bytes,
                                                                     std::string name) {
  auto file = std::make_shared<input_file>(private_key{}, std::move(name));
  file->owned_ = std::move(bytes);
  file->content_ = file->owned_;
  return file;
}

AEQ_INLINE input_file::~input_file() {
  if (!is_mapped()) return;
  ::munmap(const_cast<std::uint8_t*>(content_.data()), content_.size());
  ::close(opened_);
}

AEQ_INLINE void input_file::let_go(std::span<const std::uint8_t> part) const noexcept {
  constexpr std::uintptr_t step = std::uintptr_t(1) << 24;
  if (!is_mapped() || part.empty()) return;
  const auto origin = reinterpret_cast<std::uintptr_t>(content_.data());
  const auto first = reinterpret_cast<std::uintptr_t>(part.data()) - origin;
  const auto last = first + part.size();
  if (first > content_.size() || last > content_.size()) return;  // not of this file
  if (first / step == last / step && first % step != 0) return;
  const std::uintptr_t begin = first / step * step - (first >= step ? step : 0);
  const std::uintptr_t end = std::min<std::uintptr_t>((last / step + 1) * step, content_.size());
  ::madvise(reinterpret_cast<void*>(origin + begin), end - begin, MADV_DONTNEED);
}

}  // namespace aeq::inline AEQ_ABI::io
