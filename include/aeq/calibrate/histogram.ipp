// SPDX-License-Identifier: Apache-2.0
// How often values of a tensor occur: the definitions.
#pragma once

#include <aeq/calibrate/histogram.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <aeq/calibrate/range_loops.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

AEQ_INLINE histogram::histogram(int exponent, std::uint64_t zeros, std::vector<std::uint64_t> negative,
                                std::vector<std::uint64_t> positive)
    : exponent_(exponent), zeros_(zeros), negative_(std::move(negative)), positive_(std::move(positive)) {
  for (std::vector<std::uint64_t>* side : {&negative_, &positive_}) {
    while (!side->empty() && side->back() == 0) side->pop_back();
  }
}

AEQ_INLINE void histogram::widen(int exponent) {
  if (exponent <= exponent_) return;
  const int by = exponent - exponent_;
  for (std::vector<std::uint64_t>* side : {&negative_, &positive_}) {
    for (std::size_t i = 0; i < side->size(); ++i) {
      const std::size_t to = by < 32 ? i >> by : 0;
      const std::uint64_t moved = std::exchange((*side)[i], 0);
      (*side)[to] += moved;
    }
    while (!side->empty() && side->back() == 0) side->pop_back();
  }
  exponent_ = exponent;
}

AEQ_INLINE void histogram::add(std::span<const float> values, float largest) {
  constexpr int bits_of_bins = 11;
  if (largest > 0 && largest < unbounded) {
    widen(std::clamp(std::ilogb(largest) - bits_of_bins + 1, least_exponent, most_exponent));
  }
  std::array<std::uint64_t, 2 * most_bins> counts{};
  const float per_width = std::ldexp(1.0f, -exponent_);  // a power of two: the product is exact, or less than 1
  std::uint64_t zeros = 0;
  for (const float v : values) {
    const float size = std::fabs(v);
    if (!(size < unbounded)) continue;
    zeros += size == 0 ? 1u : 0u;
    const std::size_t bin = std::min(static_cast<std::size_t>(size * per_width), most_bins - 1);
    ++counts[(v < 0 ? most_bins : 0) + bin];
  }
  counts[0] -= zeros;  // zeros, of either sign, are counted apart
  zeros_ += zeros;
  const auto take = [&](std::size_t from, std::vector<std::uint64_t>& side) {
    std::size_t used = most_bins;
    while (used > 0 && counts[from + used - 1] == 0) --used;
    side.resize(std::max(side.size(), used));
    for (std::size_t i = 0; i < used; ++i) side[i] += counts[from + i];
  };
  take(0, positive_);
  take(most_bins, negative_);
}

AEQ_INLINE void histogram::merge(const histogram& other) {
  widen(other.exponent_);
  histogram copy = other;
  copy.widen(exponent_);
  zeros_ += copy.zeros_;
  const auto take = [](const std::vector<std::uint64_t>& from, std::vector<std::uint64_t>& side) {
    side.resize(std::max(side.size(), from.size()));
    for (std::size_t i = 0; i < from.size(); ++i) side[i] += from[i];
  };
  take(copy.negative_, negative_);
  take(copy.positive_, positive_);
}

AEQ_INLINE std::uint64_t histogram::count() const {
  const auto sum = [](const std::vector<std::uint64_t>& side) {
    return std::accumulate(side.begin(), side.end(), std::uint64_t(0));
  };
  return sum(negative_) + zeros_ + sum(positive_);
}

AEQ_INLINE histogram::limits histogram::percentile(double percent, limits all) const {
  const double width = std::ldexp(1.0, exponent_);
  const double cut = static_cast<double>(count()) * (100.0 - percent) / 200.0;
  if (!(cut > 0) || !(all.lowest <= all.highest)) return all;
  // The magnitude, seen from one end, below which the cut ends; `far` is the side of that end.
  const auto end_of_cut = [&](const std::vector<std::uint64_t>& far, const std::vector<std::uint64_t>& near) {
    double left = cut;
    const auto inside = [&](double n) {
      if (left < n) return true;
      left -= n;
      return false;
    };
    for (std::size_t i = far.size(); i-- > 0;) {
      const auto n = static_cast<double>(far[i]);
      if (inside(n)) return (static_cast<double>(i) + 1 - left / n) * width;
    }
    if (inside(static_cast<double>(zeros_))) return 0.0;
    for (std::size_t i = 0; i < near.size(); ++i) {
      const auto n = static_cast<double>(near[i]);
      if (inside(n)) return -(static_cast<double>(i) + left / n) * width;
    }
    return 0.0;
  };
  const double lowest = -end_of_cut(negative_, positive_);
  const double highest = end_of_cut(positive_, negative_);
  return {std::clamp(lowest, all.lowest, all.highest), std::clamp(highest, all.lowest, all.highest)};
}

AEQ_INLINE histogram::limits histogram::least_divergence(limits all) const {
  const std::size_t bins = std::max(negative_.size(), positive_.size());
  const std::size_t levels = negative_.empty() || positive_.empty() ? 256 : 128;
  // Sums over the bins before one: of values, of bins that hold some, and of n log n.
  std::vector<double> values(bins + 1);
  std::vector<double> filled(bins + 1);
  std::vector<double> logs(bins + 1);
  const auto at = [](const std::vector<std::uint64_t>& side, std::size_t i) { return i < side.size() ? side[i] : 0; };
  const auto n_log_n = [](double n) { return n > 0 ? n * std::log(n) : 0.0; };
  for (std::size_t i = 0; i < bins; ++i) {
    const auto n = static_cast<double>(at(negative_, i) + at(positive_, i));
    values[i + 1] = values[i] + n;
    filled[i + 1] = filled[i] + (n > 0 ? 1 : 0);
    logs[i + 1] = logs[i] + n_log_n(n);
  }
  const double count = values[bins];
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = bins;
  std::size_t last = bins;  // bins up to the last one that holds something
  for (std::size_t kept = bins; kept >= levels && count > 0; --kept) {
    const double cut = count - values[kept];
    while (last > 0 && (last > kept || values[last] == values[last - 1])) --last;
    if (last == 0) break;
    // Values that are cut count as the last ones that are kept in what is wanted, and not at all in what levels hold.
    double divergence = logs[last - 1] + n_log_n(values[last] - values[last - 1] + cut);
    std::size_t from = 0;
    for (std::size_t level = 0; level < levels; ++level) {
      const std::size_t to = kept * (level + 1) / levels;
      const double inside = values[to] - values[from];
      if (inside > 0) {
        const double wanted = inside + (from < last && last <= to ? cut : 0.0);
        divergence -= wanted * std::log(inside / (filled[to] - filled[from]));
      }
      from = to;
    }
    divergence = divergence / count + std::log(values[kept] / count);
    if (divergence < least) {
      least = divergence;
      best = kept;
    }
  }
  if (best == bins) return all;
  const double bound = std::ldexp(static_cast<double>(best), exponent_);
  return {std::max(all.lowest, -bound), std::min(all.highest, bound)};
}

}  // namespace aeq::inline AEQ_ABI::calibrate
