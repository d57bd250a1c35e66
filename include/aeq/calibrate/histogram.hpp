// SPDX-License-Identifier: Apache-2.0
// How often values of a tensor occur. Bins are as wide as a power of two and begin at zero; when a larger value comes,
// they get wider by joining neighbours. So what a histogram holds follows from the values alone, in whatever order and
// parts they came: adding and merging are associative, and exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

class histogram {
 public:
  static constexpr std::size_t most_bins = 2048;  ///< on either side of zero; the larger side uses more than half
  static constexpr int least_exponent = -126;
  static constexpr int most_exponent = 117;

  struct limits {
    double lowest = 0;
    double highest = 0;
    friend bool operator==(const limits&, const limits&) = default;
  };

  histogram() = default;
  /// From its parts: bin i of `positive` counts values from i * 2^exponent on, and `negative` likewise downwards.
  histogram(int exponent, std::uint64_t zeros, std::vector<std::uint64_t> negative,
            std::vector<std::uint64_t> positive);

  /// Counts values, whose bounded ones are no larger in magnitude than `largest`. Unbounded values and NaN are left
  /// out.
  void add(std::span<const float> values, float largest);
  void merge(const histogram& other);

  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] int exponent() const { return exponent_; }
  [[nodiscard]] std::uint64_t zeros() const { return zeros_; }
  [[nodiscard]] const std::vector<std::uint64_t>& negative() const { return negative_; }
  [[nodiscard]] const std::vector<std::uint64_t>& positive() const { return positive_; }

  /// The range that `percent` of the values lie in, when as many are cut off below as above. Within a bin values count
  /// as evenly spread. `all` is the range of all values.
  [[nodiscard]] limits percentile(double percent, limits all) const;

  /// The range, bounded by one magnitude on both sides, whose values in 8 bits resemble all values most, by the
  /// Kullback-Leibler divergence. Zeros, which every scale represents, do not count.
  [[nodiscard]] limits least_divergence(limits all) const;

  friend bool operator==(const histogram&, const histogram&) = default;

 private:
  void widen(int exponent);

  int exponent_ = least_exponent;
  std::uint64_t zeros_ = 0;
  std::vector<std::uint64_t> negative_;  ///< the last bin, if there is one, is not empty
  std::vector<std::uint64_t> positive_;
};

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/histogram.ipp>
#endif
