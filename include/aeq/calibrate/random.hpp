// SPDX-License-Identifier: Apache-2.0
// Random numbers as NumPy's default_rng makes them, so that dummy data are those of the Python tool. (spec: numerics,
// section 9)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/config.hpp>
#include <aeq/kernel/operand.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed);

  [[nodiscard]] std::uint64_t next_64();
  /// Half of a 64-bit number; the other half comes next time.
  [[nodiscard]] std::uint32_t next_32();
  /// In [0, 1).
  [[nodiscard]] double uniform();
  /// Of the normal distribution with mean 0 and variance 1.
  [[nodiscard]] double normal();

  /// Fills a tensor: floats are normal, 8 and 16 bit integers take all values, truth values both, and 32 and 64 bit
  /// integers, which are mostly places to look up, are 0 and 1. (The Python tool's take all values.)
  void fill(element_type type, std::span<std::byte> data);

 private:
  struct wide {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
  };
  void step();

  wide state_;
  wide increment_;
  std::uint32_t kept_ = 0;
  bool has_kept_ = false;
};

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/random.ipp>
#endif
