// SPDX-License-Identifier: Apache-2.0
// How a kernel hands out pieces of its work without knowing of threads: whoever calls it says who computes them.
// Freestanding.
#pragma once

#include <algorithm>
#include <cstddef>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

/// Who does independent pieces of work. The default does them one after the other on the calling thread. Results do not
/// depend on who computes which piece.
struct work_sharing {
  using piece_function = void (*)(const void* task, std::size_t index) noexcept;
  using run_function = void (*)(void* workers, std::size_t pieces, piece_function piece, const void* task) noexcept;

  void* workers = nullptr;
  run_function run = nullptr;
  std::size_t width = 1;  ///< how many pieces are computed at a time

  /// Calls task(index) for each index below `pieces`; returns when all are done. The task must not throw.
  template <class Task>
  void for_each(std::size_t pieces, const Task& task) const noexcept {
    if (run == nullptr || width < 2 || pieces < 2) {
      for (std::size_t i = 0; i < pieces; ++i) task(i);
      return;
    }
    run(
        workers, pieces, [](const void* t, std::size_t i) noexcept { (*static_cast<const Task*>(t))(i); }, &task);
  }

  /// Calls task(begin, end) for parts of [0, count), each of `least` items or more (but for the last), so that small
  /// work stays on one thread.
  template <class Task>
  void for_ranges(std::size_t count, std::size_t least, const Task& task) const noexcept {
    const std::size_t floor = std::max<std::size_t>(least, 1);
    const std::size_t most = width < 2 || run == nullptr ? 1 : std::min(4 * width, count / floor);
    if (most < 2) {
      if (count != 0) task(std::size_t(0), count);
      return;
    }
    const std::size_t each = (count + most - 1) / most;
    for_each((count + each - 1) / each, [&](std::size_t i) { task(i * each, std::min(count, (i + 1) * each)); });
  }
};

}  // namespace aeq::inline AEQ_ABI
