// SPDX-License-Identifier: Apache-2.0
// Memory that is counted against a limit for as long as it is held.
//
// Inside: the interpreter's definitions include it, other headers do not.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <utility>

#include <aeq/execute/arena.hpp>
#include <aeq/io/error.hpp>

namespace aeq::inline AEQ_ABI::execute::detail {

/// How many bytes are in use, and have been at most.
class memory_account {
 public:
  explicit memory_account(std::uint64_t limit) : limit_(limit) {}

  /// Whether there is room for so many more.
  [[nodiscard]] bool has_room(std::uint64_t bytes) const { return bytes <= limit_ - std::min(limit_, used_); }
  void take(std::uint64_t bytes) {
    used_ += bytes;
    peak_ = std::max(peak_, used_);
  }
  void give_back(std::uint64_t bytes) { used_ -= bytes; }

  [[nodiscard]] std::uint64_t limit() const { return limit_; }
  [[nodiscard]] std::uint64_t used() const { return used_; }
  [[nodiscard]] std::uint64_t peak() const { return peak_; }

 private:
  std::uint64_t limit_;
  std::uint64_t used_ = 0;
  std::uint64_t peak_ = 0;
};

/// Memory that an account knows of; the account must live longer.
class counted_memory {
 public:
  counted_memory() = default;
  counted_memory(counted_memory&& other) noexcept
      : account_(std::exchange(other.account_, nullptr)), bytes_(std::move(other.bytes_)) {}
  counted_memory& operator=(counted_memory&& other) noexcept {
    release();
    account_ = std::exchange(other.account_, nullptr);
    bytes_ = std::move(other.bytes_);
    return *this;
  }
  ~counted_memory() { release(); }

  /// Has room for `bytes` afterwards. Where there was less, what was held is lost, also if this throws: aeq::error that
  /// begins with what `who()` says, bad_input where the limit is passed.
  template <class Who>
  void reserve(memory_account& account, std::uint64_t bytes, const Who& who) {
    if (bytes <= size()) return;
    release();
    if (!account.has_room(bytes)) {
      throw error(error_code::bad_input, who() + ": wants " + std::to_string(bytes) + " bytes, " +
                                             std::to_string(account.used()) + " are in use and the limit is " +
                                             std::to_string(account.limit()) +
                                             "; raise it (--max-memory) if the model is meant to be so large");
    }
    if (bytes > static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
      throw error(error_code::io, who() + ": wants " + std::to_string(bytes) +
                                      " bytes, for which a program of 32 bits has no addresses; run one of 64 bits");
    }
    try {
      bytes_ = aligned_bytes(static_cast<std::size_t>(bytes));
    } catch (const std::bad_alloc&) {
      throw error(error_code::io, who() + ": the system has no " + std::to_string(bytes) + " bytes of memory left");
    }
    account_ = &account;
    account.take(bytes);
  }

  void release() {
    if (account_ != nullptr) account_->give_back(bytes_.size());
    account_ = nullptr;
    bytes_ = aligned_bytes();
  }

  [[nodiscard]] std::span<std::byte> span() const { return bytes_.span(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  memory_account* account_ = nullptr;
  aligned_bytes bytes_;
};

}  // namespace aeq::inline AEQ_ABI::execute::detail
