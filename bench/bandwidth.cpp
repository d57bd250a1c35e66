// SPDX-License-Identifier: Apache-2.0
// How fast this machine reads memory, with all processors: bytes per second on standard output. The yardstick of the
// loops over weights.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <thread>
#include <vector>

int main() {
  constexpr std::size_t words = std::size_t(1) << 26;  // 512 MiB: no cache holds it
  std::vector<std::uint64_t> memory(words, 1);
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  double best = 0;
  std::uint64_t sum = 0;
  for (int round = 0; round < 5; ++round) {
    std::vector<std::uint64_t> sums(threads);
    const auto start = std::chrono::steady_clock::now();
    {
      std::vector<std::jthread> pool;
      for (unsigned t = 0; t < threads; ++t) {
        pool.emplace_back([&, t] {
          const std::size_t part = words / threads;
          const std::uint64_t* first = memory.data() + t * part;
          std::uint64_t a = 0, b = 0, c = 0, d = 0;
          for (std::size_t i = 0; i + 4 <= part; i += 4)
            a += first[i], b += first[i + 1], c += first[i + 2], d += first[i + 3];
          sums[t] = a + b + c + d;
        });
      }
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = std::max(best, static_cast<double>(words * sizeof(std::uint64_t)) / seconds);
    sum += std::accumulate(sums.begin(), sums.end(), std::uint64_t(0));
  }
  std::printf("%.0f\n", sum != 0 ? best : 0.0);
}
