// SPDX-License-Identifier: Apache-2.0
// The hot loop of calibration: the least and greatest of many floats, at the speed of memory. This is the portable
// variant; all variants give the same bits.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <aeq/config.hpp>
#include <aeq/kernel/work_sharing.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

/// From here on a float stands for infinity: models fill with such numbers what is to be left out. (spec: numerics,
/// section 7.2)
inline constexpr float unbounded = 3e38f;

/// What a run of floats holds.
struct float_range {
  float lowest = 0;
  float highest = 0;
  std::size_t nans = 0;
  std::size_t infinities = 0;
};

/// The first look at floats. Where `magnitude_bits` shows something unbounded, the other two mean nothing.
struct float_scan {
  float lowest = 0;
  float highest = 0;
  std::uint32_t magnitude_bits = 0;
};

struct range_loops {
  const char* name;
  /// Of `count` floats, which is at least 1.
  float_scan (*scan)(const float* values, std::size_t count);
};

namespace portable {

inline void scan_one(float_scan& s, float value) {
  s.lowest = value < s.lowest ? value : s.lowest;
  s.highest = value > s.highest ? value : s.highest;
  s.magnitude_bits = std::max(s.magnitude_bits, std::bit_cast<std::uint32_t>(value) & 0x7fffffffu);
}

inline float_scan scan(const float* values, std::size_t count) {
  float_scan s{values[0], values[0], 0};
  for (std::size_t i = 0; i < count; ++i) scan_one(s, values[i]);
  return s;
}

}  // namespace portable

inline constexpr range_loops portable_loops{"portable", &portable::scan};

/// Where something is unbounded. The least of the values above -3e38, the greatest of those below 3e38; where there is
/// none, or it is infinite, those of all values, of which a NaN makes NaN.
[[nodiscard]] inline float_range careful_range(const float* values, std::size_t count) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  float_range r{infinity, -infinity, 0, 0};
  float lowest_of_all = infinity;
  float highest_of_all = -infinity;
  for (std::size_t i = 0; i < count; ++i) {
    const float v = values[i];
    if (v > -unbounded && v < r.lowest) r.lowest = v;
    if (v < unbounded && v > r.highest) r.highest = v;
    lowest_of_all = v < lowest_of_all ? v : lowest_of_all;
    highest_of_all = v > highest_of_all ? v : highest_of_all;
    r.nans += v != v ? 1u : 0u;
    r.infinities += v == infinity || v == -infinity ? 1u : 0u;
  }
  const float nan = std::numeric_limits<float>::quiet_NaN();
  if (r.lowest == infinity) r.lowest = r.nans > 0 ? nan : lowest_of_all;
  if (r.highest == -infinity) r.highest = r.nans > 0 ? nan : highest_of_all;
  return r;
}

/// A scan in parts: no other result than that of the whole.
[[nodiscard]] inline float_scan shared_scan(const float* values, std::size_t count, const range_loops& loops,
                                            const work_sharing& share) {
  constexpr std::size_t worth = 32768;  // floats that are worth another thread
  std::array<float_scan, 16> parts;
  const std::size_t pieces = std::min({share.width, count / worth, parts.size()});
  if (pieces < 2) return loops.scan(values, count);
  share.for_each(pieces, [&](std::size_t i) {
    const std::size_t begin = count * i / pieces;
    parts[i] = loops.scan(values + begin, count * (i + 1) / pieces - begin);
  });
  float_scan all = parts[0];
  for (std::size_t i = 1; i < pieces; ++i) {
    all.lowest = std::min(all.lowest, parts[i].lowest);
    all.highest = std::max(all.highest, parts[i].highest);
    all.magnitude_bits = std::max(all.magnitude_bits, parts[i].magnitude_bits);
  }
  return all;
}

/// The range of `count` floats, which is at least 1. A zero is +0.
[[nodiscard]] inline float_range range_of(const float* values, std::size_t count, const range_loops& loops,
                                          const work_sharing& share = {}) {
  float_range r;
  if (const float_scan s = shared_scan(values, count, loops, share);
      s.magnitude_bits < std::bit_cast<std::uint32_t>(unbounded)) {
    r = {s.lowest, s.highest, 0, 0};
  } else {
    r = careful_range(values, count);
  }
  r.lowest += 0.0f;
  r.highest += 0.0f;
  return r;
}

}  // namespace aeq::inline AEQ_ABI::calibrate
