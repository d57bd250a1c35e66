// SPDX-License-Identifier: Apache-2.0
// Parallel loops over independent pieces of work. What a piece computes may not depend on who computes it: results are
// the same at any number of threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

/// Threads to use: what is asked for, else one per processor.
[[nodiscard]] inline unsigned thread_count(unsigned asked) {
  return asked != 0 ? asked : std::max(1u, std::thread::hardware_concurrency());
}

namespace detail {

/// Waits for its threads. (std::jthread does so by itself; libc++ has had it only since version 20.)
struct joined_threads {
  std::vector<std::thread> threads;

  joined_threads() = default;
  joined_threads(const joined_threads&) = delete;
  joined_threads& operator=(const joined_threads&) = delete;
  ~joined_threads() {
    for (std::thread& one : threads) one.join();
  }
};

}  // namespace detail

/// Calls work(i) for every i < count on up to `threads` threads, in order of i as threads get free. The first exception
/// stops the rest and is thrown here. One piece, or one thread: no thread is started.
template <class Work>
void parallel_for(std::size_t count, unsigned threads, const Work& work) {
  const auto helpers = static_cast<unsigned>(std::min<std::size_t>(thread_count(threads), count));
  if (helpers <= 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    detail::joined_threads pool;
    pool.threads.reserve(helpers - 1);
    for (unsigned i = 1; i < helpers; ++i) pool.threads.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace aeq::inline AEQ_ABI
