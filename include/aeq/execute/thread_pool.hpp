// SPDX-License-Identifier: Apache-2.0
// Threads that stay, for loops that are too short to start threads for (the kernels of one op).
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include <aeq/io/parallel.hpp>
#include <aeq/kernel/work_sharing.hpp>

namespace aeq::inline AEQ_ABI::execute {

/// Waiting threads, one less than asked for (0: one per processor): the one that calls works too. One loop at a time.
class thread_pool {
 public:
  explicit thread_pool(unsigned threads = 0) {
    const unsigned helpers = thread_count(threads) - 1;
    threads_.reserve(helpers);
    for (unsigned i = 0; i < helpers; ++i) {
      threads_.emplace_back([this](const std::stop_token& stop) { wait_for_work(stop); });
    }
  }
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;
  ~thread_pool() {
    for (std::jthread& thread : threads_) thread.request_stop();
    wake_.notify_all();
  }

  [[nodiscard]] std::size_t width() const { return threads_.size() + 1; }

  /// This pool as kernels see it; valid while the pool lives.
  [[nodiscard]] work_sharing share() {
    if (threads_.empty()) return {};
    return {this,
            [](void* pool, std::size_t pieces, work_sharing::piece_function piece, const void* task) noexcept {
              static_cast<thread_pool*>(pool)->run(pieces, piece, task);
            },
            width()};
  }

 private:
  void run(std::size_t pieces, work_sharing::piece_function piece, const void* task) noexcept {
    {
      const std::lock_guard lock(mutex_);
      piece_ = piece;
      task_ = task;
      pieces_ = pieces;
      next_ = 0;
      busy_ = threads_.size();
      ++round_;
    }
    wake_.notify_all();
    work();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }

  void work() noexcept {
    for (std::size_t i = next_++; i < pieces_; i = next_++) piece_(task_, i);
  }

  void wait_for_work(const std::stop_token& stop) noexcept {
    std::uint64_t seen = 0;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        if (!wake_.wait(lock, stop, [&] { return round_ != seen; })) return;
        seen = round_;
      }
      work();
      const std::lock_guard lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable done_;
  work_sharing::piece_function piece_ = nullptr;
  const void* task_ = nullptr;
  std::size_t pieces_ = 0;
  std::atomic<std::size_t> next_ = 0;
  std::size_t busy_ = 0;
  std::uint64_t round_ = 0;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace aeq::inline AEQ_ABI::execute
