// SPDX-License-Identifier: Apache-2.0
// Reading files: the definitions.
#pragma once

#include <aeq/io/file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
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

 private:
  int number_;
};

[[nodiscard]] AEQ_INLINE std::vector<std::uint8_t> read_to_end(int file, const std::string& name) {
  constexpr std::size_t step = std::size_t(1) << 16;
  std::vector<std::uint8_t> bytes;
  for (;;) {
    const std::size_t size = bytes.size();
    bytes.resize(size + step);
    const ssize_t got = ::read(file, bytes.data() + size, step);
    if (got < 0 && errno != EINTR) throw error(error_code::io, name + ": can't be read: " + system_message(errno));
    bytes.resize(size + static_cast<std::size_t>(got < 0 ? 0 : got));
    if (got == 0) return bytes;
  }
}

}  // namespace detail

AEQ_INLINE std::shared_ptr<const input_file> input_file::open(const std::string& path) {
  auto file = std::make_shared<input_file>(private_key{}, path == "-" ? "standard input" : path);
  if (path == "-") {
    file->owned_ = detail::read_to_end(STDIN_FILENO, file->name_);
    return file;
  }
  const detail::descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number() < 0) throw error(error_code::io, path + ": can't be opened: " + system_message(errno));
  struct stat facts {};
  if (::fstat(opened.number(), &facts) != 0) throw error(error_code::io, path + ": " + system_message(errno));
  if (S_ISDIR(facts.st_mode)) throw error(error_code::io, path + ": is a folder; a file is wanted");
  if (S_ISREG(facts.st_mode) && facts.st_size > 0) {
    const auto size = static_cast<std::size_t>(facts.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, opened.number(), 0);
    if (address != MAP_FAILED) {
      file->mapped_ = {static_cast<const std::uint8_t*>(address), size};
      return file;
    }
  }
  file->owned_ = detail::read_to_end(opened.number(), path);
  return file;
}

AEQ_INLINE std::shared_ptr<const input_file> input_file::from_memory(std::vector<std::uint8_t> bytes,
                                                                     std::string name) {
  auto file = std::make_shared<input_file>(private_key{}, std::move(name));
  file->owned_ = std::move(bytes);
  return file;
}

AEQ_INLINE input_file::~input_file() {
  if (mapped_.data() != nullptr) ::munmap(const_cast<std::uint8_t*>(mapped_.data()), mapped_.size());
}

AEQ_INLINE void input_file::let_go(std::span<const std::uint8_t> part) const noexcept {
  constexpr std::uintptr_t step = std::uintptr_t(1) << 24;
  if (mapped_.data() == nullptr || part.empty()) return;
  const auto origin = reinterpret_cast<std::uintptr_t>(mapped_.data());
  const auto first = reinterpret_cast<std::uintptr_t>(part.data()) - origin;
  const auto last = first + part.size();
  if (first > mapped_.size() || last > mapped_.size()) return;  // not of this file
  if (first / step == last / step && first % step != 0) return;
  const std::uintptr_t begin = first / step * step - (first >= step ? step : 0);
  const std::uintptr_t end = std::min<std::uintptr_t>((last / step + 1) * step, mapped_.size());
  ::madvise(reinterpret_cast<void*>(origin + begin), end - begin, MADV_DONTNEED);
}

}  // namespace aeq::inline AEQ_ABI::io
