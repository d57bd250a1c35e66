// SPDX-License-Identifier: Apache-2.0
// Inside: the operating system where it is Windows (see system.hpp). Paths and messages are UTF-8.
#pragma once

#include <aeq/config.hpp>
#include <aeq/io/system.hpp>

#if defined(_WIN32)
// Without what nobody here needs, and what stands in the way of std::min and of <winsock2.h>.
#if !defined(NOMINMAX)
#define NOMINMAX
#define AEQ_SET_NOMINMAX
#endif
#if !defined(WIN32_LEAN_AND_MEAN)
#define WIN32_LEAN_AND_MEAN
#define AEQ_SET_LEAN
#endif
#include <windows.h>
#if defined(AEQ_SET_NOMINMAX)
#undef NOMINMAX
#undef AEQ_SET_NOMINMAX
#endif
#if defined(AEQ_SET_LEAN)
#undef WIN32_LEAN_AND_MEAN
#undef AEQ_SET_LEAN
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aeq::inline AEQ_ABI::io::os {

/// Empty where the text is no UTF-8, which is no path.
[[nodiscard]] inline std::wstring wide(std::string_view text) {
  const int size = static_cast<int>(text.size());
  std::wstring result(text.size(), L'\0');
  const int got =
      size == 0 ? 0 : ::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text.data(), size, result.data(), size);
  result.resize(static_cast<std::size_t>(got));
  return result;
}
[[nodiscard]] inline std::string narrow(std::wstring_view text) {
  constexpr int most_bytes_per_unit = 3;
  const int size = static_cast<int>(text.size());
  std::string result(text.size() * most_bytes_per_unit, '\0');
  const int got = size == 0 ? 0
                            : ::WideCharToMultiByte(CP_UTF8, 0, text.data(), size, result.data(),
                                                    size * most_bytes_per_unit, nullptr, nullptr);
  result.resize(static_cast<std::size_t>(got));
  return result;
}

namespace detail {

[[nodiscard]] inline std::string message_of(DWORD number) {
  std::array<wchar_t, 512> text{};
  const DWORD size = ::FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, number, 0,
                                      text.data(), static_cast<DWORD>(text.size()), nullptr);
  std::string result = narrow({text.data(), size});
  while (!result.empty() && (static_cast<unsigned char>(result.back()) <= ' ' || result.back() == '.')) {
    result.pop_back();
  }
  return result.empty() ? "error " + std::to_string(number) : result;
}

/// What helps against a failure to write; empty where nobody can say.
[[nodiscard]] inline const char* remedy_of(DWORD number) {
  switch (number) {
    case ERROR_PATH_NOT_FOUND: return "; make the folder first";
    case ERROR_ACCESS_DENIED:
    case ERROR_WRITE_PROTECT: return "; name a folder that may be written";
    case ERROR_SHARING_VIOLATION:
    case ERROR_USER_MAPPED_FILE: return "; end the program that has the file open, or name another file";
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS: return "; allow overwriting (--overwrite), or name another file";
    case ERROR_FILENAME_EXCED_RANGE: return "; name a file with a shorter name";
    case ERROR_INVALID_NAME: return "; name a file with a name that Windows takes";
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL: return "; free room there, or name a file elsewhere";
    default: return "";
  }
}

}  // namespace detail

[[nodiscard]] inline std::string last_message() {
  return detail::message_of(::GetLastError());
}
/// With what helps.
[[nodiscard]] inline std::string last_message_for_writing() {
  const DWORD number = ::GetLastError();
  return detail::message_of(number) + detail::remedy_of(number);
}

class file {
 public:
  file() = default;
  explicit file(HANDLE handle, bool is_ours = true)
      : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle), is_ours_(is_ours) {}
  file(file&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)), is_ours_(other.is_ours_) {}
  file& operator=(file&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(is_ours_, other.is_ours_);
    return *this;
  }
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  ~file() { close(); }

  [[nodiscard]] bool is_open() const { return handle_ != nullptr; }
  [[nodiscard]] HANDLE handle() const { return handle_; }
  void close() {
    if (handle_ != nullptr && is_ours_) ::CloseHandle(handle_);
    handle_ = nullptr;
  }

 private:
  HANDLE handle_ = nullptr;
  bool is_ours_ = true;
};

// Handles and not the C library's streams, which may translate line ends.
[[nodiscard]] inline file standard_input() {
  return file(::GetStdHandle(STD_INPUT_HANDLE), false);
}
[[nodiscard]] inline file standard_output() {
  return file(::GetStdHandle(STD_OUTPUT_HANDLE), false);
}
/// As long as it is open nobody can write to the file: what was checked when it was read stays as it is.
[[nodiscard]] inline file open_to_read(const std::string& path) {
  constexpr DWORD folders_too = FILE_FLAG_BACKUP_SEMANTICS;
  return file(::CreateFileW(wide(path).c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                            OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL | folders_too, nullptr));
}
/// Opens what exists, to write to it from where it stands.
[[nodiscard]] inline file open_to_write(const std::string& path) {
  return file(::CreateFileW(wide(path).c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                            OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
}

[[nodiscard]] inline file_kind kind_of(const file& opened) {
  BY_HANDLE_FILE_INFORMATION facts{};
  if (::GetFileType(opened.handle()) != FILE_TYPE_DISK) return file_kind::other;
  if (::GetFileInformationByHandle(opened.handle(), &facts) == 0) return file_kind::absent;
  return (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? file_kind::folder : file_kind::regular;
}
[[nodiscard]] inline file_kind kind_of(const std::string& path) {
  constexpr DWORD no_access = 0;  // so that whoever has it open does not matter
  const file opened(::CreateFileW(wide(path).c_str(), no_access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                  nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  if (opened.is_open()) return kind_of(opened);
  const DWORD attributes = ::GetFileAttributesW(wide(path).c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) return file_kind::absent;
  return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? file_kind::folder : file_kind::regular;
}
/// Nothing after a failure.
[[nodiscard]] inline std::optional<file_state> state_of(const file& opened) {
  if (::GetFileType(opened.handle()) != FILE_TYPE_DISK) return file_state{};
  BY_HANDLE_FILE_INFORMATION facts{};
  if (::GetFileInformationByHandle(opened.handle(), &facts) == 0) return std::nullopt;
  constexpr std::uint64_t units_per_second = 10'000'000;
  const auto join = [](DWORD high, DWORD low) { return (std::uint64_t(high) << 32) | low; };
  const std::uint64_t changed = join(facts.ftLastWriteTime.dwHighDateTime, facts.ftLastWriteTime.dwLowDateTime);
  return file_state{join(facts.nFileSizeHigh, facts.nFileSizeLow),
                    static_cast<std::int64_t>(changed / units_per_second),
                    static_cast<std::int64_t>(changed % units_per_second)};
}

[[nodiscard]] inline std::ptrdiff_t read_some(const file& from, std::span<std::uint8_t> into) {
  DWORD got = 0;
  const auto size = static_cast<DWORD>(std::min(into.size(), most_per_call));
  if (::ReadFile(from.handle(), into.data(), size, &got, nullptr) != 0) return static_cast<std::ptrdiff_t>(got);
  const DWORD why = ::GetLastError();
  return why == ERROR_BROKEN_PIPE || why == ERROR_HANDLE_EOF ? 0 : -1;  // the writer of a pipe is done
}

[[nodiscard]] inline bool write_all(const file& to, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    DWORD written = 0;
    const auto size = static_cast<DWORD>(std::min(bytes.size(), most_per_call));
    if (::WriteFile(to.handle(), bytes.data(), size, &written, nullptr) == 0) return false;
    bytes = bytes.subspan(written);
  }
  return true;
}

class mapped_file {
 public:
  /// The content of a file, which stays open; `state` was its state, with at least 1 byte. None where the system can't
  /// do that; `from` is then as it was.
  [[nodiscard]] static std::shared_ptr<const mapped_file> make(file& from, const file_state& state) {
    const auto bytes = static_cast<std::size_t>(state.bytes);
    const file section(::CreateFileMappingW(from.handle(), nullptr, PAGE_READONLY, 0, 0, nullptr));
    if (!section.is_open()) return nullptr;
    const void* address = ::MapViewOfFile(section.handle(), FILE_MAP_READ, 0, 0, bytes);
    if (address == nullptr) return nullptr;
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
    if (!content_.empty()) ::UnmapViewOfFile(content_.data());
  }

  [[nodiscard]] std::span<const std::uint8_t> content() const { return content_; }
  [[nodiscard]] const file& opened() const { return opened_; }
  [[nodiscard]] const file_state& state() const { return state_; }  ///< when it was mapped

  /// The pages of a part of the content may go; they come back when they are read. (Unlocking what is not locked is how
  /// Windows is told so.)
  static void forget(std::span<const std::uint8_t> part) noexcept {
    ::VirtualUnlock(const_cast<std::uint8_t*>(part.data()), part.size());
  }

 private:
  file opened_;
  file_state state_;
  std::span<const std::uint8_t> content_;
};

struct temporary_folder {
  static constexpr const char* variable = "TMP";
  std::string path;  ///< ends with a backslash; empty where there is none
  temporary_folder() {
    std::array<wchar_t, MAX_PATH + 2> folder{};
    path = narrow({folder.data(), ::GetTempPathW(static_cast<DWORD>(folder.size()), folder.data())});
  }
};

/// A file beside the target that the system deletes when it is closed, however the program ends, until it is published.
/// Nobody else can open it, and so it is never taken for one that was left behind.
class unfinished_file {
 public:
  unfinished_file() = default;
  unfinished_file(const unfinished_file&) = delete;
  unfinished_file& operator=(const unfinished_file&) = delete;

  /// To be published as `target`.
  [[nodiscard]] bool create(const std::string& target) {
    target_ = full(wide(target));
    if (target_.empty()) ::SetLastError(ERROR_INVALID_NAME);
    return !target_.empty() && create_beside(target_);
  }
  /// To be read again and to go; `folder` has room for it meanwhile.
  [[nodiscard]] bool create_nameless(const std::string& folder) { return create_beside(wide(folder) + L"stream"); }

  [[nodiscard]] bool write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) const {
    while (!bytes.empty()) {
      OVERLAPPED place = place_of(offset);
      DWORD written = 0;
      const auto size = static_cast<DWORD>(std::min(bytes.size(), most_per_call));
      if (::WriteFile(content_.handle(), bytes.data(), size, &written, &place) == 0) return false;
      bytes = bytes.subspan(written);
      offset += written;
    }
    return true;
  }
  /// As read_some.
  [[nodiscard]] std::ptrdiff_t read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    OVERLAPPED place = place_of(offset);
    DWORD got = 0;
    const auto size = static_cast<DWORD>(std::min(into.size(), most_per_call));
    if (::ReadFile(content_.handle(), into.data(), size, &got, &place) != 0) return static_cast<std::ptrdiff_t>(got);
    return ::GetLastError() == ERROR_HANDLE_EOF ? 0 : -1;
  }
  [[nodiscard]] bool resize(std::uint64_t bytes) const {
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(bytes);
    return ::SetFileInformationByHandle(content_.handle(), FileEndOfFileInfo, &end, sizeof end) != 0;
  }
  [[nodiscard]] bool sync() const { return ::FlushFileBuffers(content_.handle()) != 0; }

  /// Gives the file its name, in place of one that is there only if `replace`. (A file that a program has mapped can't
  /// be replaced.) With `sync_name` it waits until the disk has the name.
  [[nodiscard]] bool publish(bool replace, bool sync_name) {
    // The structure ends with the name, and its part of a name has room for the zero at the end.
    const std::size_t bytes = target_.size() * sizeof(wchar_t);
    std::vector<FILE_RENAME_INFO> room(1 + (bytes + sizeof(FILE_RENAME_INFO) - 1) / sizeof(FILE_RENAME_INFO));
    FILE_RENAME_INFO& wish = room[0];
    wish.ReplaceIfExists = replace;
    wish.FileNameLength = static_cast<DWORD>(bytes);
    std::memcpy(reinterpret_cast<std::uint8_t*>(room.data()) + offsetof(FILE_RENAME_INFO, FileName), target_.data(),
                bytes);
    if (!delete_on_close(false)) return false;
    const auto size = static_cast<DWORD>(room.size() * sizeof(FILE_RENAME_INFO));
    if (::SetFileInformationByHandle(content_.handle(), FileRenameInfo, room.data(), size) != 0) {
      if (sync_name) static_cast<void>(sync());
      content_.close();
      return true;
    }
    const DWORD why = ::GetLastError();
    static_cast<void>(delete_on_close(true));
    ::SetLastError(why);
    return false;
  }

 private:
  /// A path from its drive on; empty for none.
  [[nodiscard]] static std::wstring full(const std::wstring& path) {
    std::wstring result(path.empty() ? 0 : ::GetFullPathNameW(path.c_str(), 0, nullptr, nullptr), L'\0');
    const DWORD size =
        result.empty() ? 0
                       : ::GetFullPathNameW(path.c_str(), static_cast<DWORD>(result.size()), result.data(), nullptr);
    result.resize(std::min<std::size_t>(size, result.size()));
    return result;
  }
  [[nodiscard]] static OVERLAPPED place_of(std::uint64_t offset) {
    OVERLAPPED place{};
    place.Offset = static_cast<DWORD>(offset & 0xffffffffu);
    place.OffsetHigh = static_cast<DWORD>(offset >> 32);
    return place;
  }
  [[nodiscard]] bool delete_on_close(bool yes) const {
    FILE_DISPOSITION_INFO fate{};
    fate.DeleteFile = yes;
    return ::SetFileInformationByHandle(content_.handle(), FileDispositionInfo, &fate, sizeof fate) != 0;
  }
  [[nodiscard]] bool create_beside(const std::wstring& target) {
    const std::size_t name_begin = target.find_last_of(L"/\\:") + 1;
    for (int i = 0; i < most_names; ++i) {
      const std::wstring name = name_beside(target, name_begin, i);
      for (int again = 0; again < 2; ++again) {
        content_ = file(::CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE | DELETE, 0, nullptr, CREATE_NEW,
                                      FILE_ATTRIBUTE_NORMAL, nullptr));
        if (content_.is_open()) return delete_on_close(true);
        if (::GetLastError() != ERROR_FILE_EXISTS) return false;
        // Left behind in the moment before a file gets its name, if it can be deleted.
        if (::DeleteFileW(name.c_str()) == 0) break;
      }
    }
    return false;
  }

  file content_;
  std::wstring target_;
};

}  // namespace aeq::inline AEQ_ABI::io::os
#endif
