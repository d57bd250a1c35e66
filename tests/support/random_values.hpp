// SPDX-License-Identifier: Apache-2.0
// Values for tests: the same at every run, on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "support/compute.hpp"

namespace aeq_test {

/// A linear congruential generator; the standard library's distributions differ from one to the next.
struct generator {
  std::uint64_t state;

  explicit generator(std::uint64_t seed) : state(seed * 2862933555777941757u + 3037000493u) {}
  std::uint32_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state >> 33u);
  }
  /// In [low, high].
  std::int32_t integer(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(next() % static_cast<std::uint32_t>(high - low + 1));
  }
  /// In [-1, 1), a multiple of 2^-20.
  float real() { return static_cast<float>(next() % (1u << 21u)) / static_cast<float>(1u << 20u) - 1.0f; }

  value floats(std::vector<std::int32_t> shape) {
    std::size_t elements = 1;
    for (const std::int32_t extent : shape) elements *= static_cast<std::size_t>(extent);
    std::vector<float> values(elements);
    for (float& x : values) x = real();
    return aeq_test::floats(std::move(shape), values);
  }
};

}  // namespace aeq_test
