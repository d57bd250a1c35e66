// SPDX-License-Identifier: Apache-2.0
// Reading files: the definitions.
#pragma once

#include <aeq/io/file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <utility>

#include <aeq/io/error.hpp>
#include <aeq/io/system.hpp>

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

/// Reads to the end. Large pieces of memory grow without being copied: the system moves their pages.
[[nodiscard]] AEQ_INLINE read_bytes read_to_end(const os::file& file, const std::string& name, read_limit limit) {
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
    const std::ptrdiff_t got = os::read_some(file, {result.bytes.get() + result.size, room - result.size});
    if (got < 0) throw error(error_code::io, name + ": can't be read: " + os::last_message());
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
  const auto read = [&](const os::file& from) {
    file->read_ = detail::read_to_end(from, file->name_, limit);
    file->content_ = {file->read_.bytes.get(), file->read_.size};
    return file;
  };
  if (path == "-") return read(os::standard_input());
  os::file opened = os::open_to_read(path);
  if (!opened.is_open()) throw error(error_code::io, path + ": can't be opened: " + os::last_message());
  const os::file_kind kind = os::kind_of(opened);
  if (kind == os::file_kind::folder) throw error(error_code::io, path + ": is a folder; a file is wanted");
  const std::optional<os::file_state> state = os::state_of(opened);
  if (kind == os::file_kind::absent || (kind == os::file_kind::regular && !state)) {
    throw error(error_code::io, path + ": " + os::last_message());
  }
  if (kind != os::file_kind::regular || state->bytes == 0) return read(opened);
  if (state->bytes > std::numeric_limits<std::size_t>::max() / 2) {
    throw error(error_code::io, path + ": has " + std::to_string(state->bytes) +
                                    " bytes, more than a 32-bit program can hold; use one for 64 bits");
  }
  file->mapped_ = os::mapped_file::make(opened, *state);
  if (file->mapped_ == nullptr) return read(opened);
  file->content_ = file->mapped_->content();
  return file;
}

AEQ_INLINE void input_file::check_unchanged() const {
  if (!mapped_) return;
  const std::optional<os::file_state> state = os::state_of(mapped_->opened());
  if (!state) throw error(error_code::io, name_ + ": " + os::last_message());
  if (*state == mapped_->state()) return;
  throw error(error_code::io, name_ + ": was changed while it was read; run again when nobody writes it");
}

AEQ_INLINE std::shared_ptr<const input_file> input_file::from_memory(std::vector<std::uint8_t> bytes,
                                                                     std::string name) {
  auto file = std::make_shared<input_file>(private_key{}, std::move(name));
  file->owned_ = std::move(bytes);
  file->content_ = file->owned_;
  return file;
}

AEQ_INLINE void input_file::let_go(std::span<const std::uint8_t> part) const noexcept {
  constexpr std::uintptr_t step = std::uintptr_t(1) << 24;
  if (!mapped_ || part.empty()) return;
  const auto origin = reinterpret_cast<std::uintptr_t>(content_.data());
  const auto first = reinterpret_cast<std::uintptr_t>(part.data()) - origin;
  const auto last = first + part.size();
  if (first > content_.size() || last > content_.size()) return;  // not of this file
  if (first / step == last / step && first % step != 0) return;
  const std::uintptr_t begin = first / step * step - (first >= step ? step : 0);
  const std::uintptr_t end = std::min<std::uintptr_t>((last / step + 1) * step, content_.size());
  os::mapped_file::forget(content_.subspan(begin, end - begin));
}

}  // namespace aeq::inline AEQ_ABI::io
