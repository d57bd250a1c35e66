// SPDX-License-Identifier: Apache-2.0
// Progress of long work, as bytes done of bytes in all.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

/// Counts work from many threads and tells a listener now and then, from one thread at a time.
class progress {
 public:
  using listener = std::function<void(std::uint64_t done_bytes, std::uint64_t all_bytes)>;

  progress() = default;
  explicit progress(listener tell) : tell_(std::move(tell)) {}

  void expect(std::uint64_t bytes) { all_ += bytes; }
  void advance(std::uint64_t bytes) {
    const std::uint64_t done = done_ += bytes;
    if (!tell_) return;
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock.owns_lock()) tell_(done, all_);
  }
  /// Tells the final state; call it when the work is over.
  void finish() {
    if (tell_) tell_(all_, all_);
  }

 private:
  listener tell_;
  std::mutex mutex_;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<std::uint64_t> all_ = 0;
};

}  // namespace aeq::inline AEQ_ABI
