// SPDX-License-Identifier: Apache-2.0
// Statistics: what calibration has seen of each activation. (spec: numerics, sections 7.2 to 7.4)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

/// The least and greatest value of a tensor. Statistics keep the type that they were computed in, because every scale
/// is computed in the type of its statistics.
struct tensor_range {
  double lowest = 0;
  double highest = 0;
  bool wide = false;                ///< float64; else both are values of float32
  std::vector<std::int32_t> shape;  ///< of the arrays that the range comes from: ones, or none for a scalar

  friend bool operator==(const tensor_range&, const tensor_range&) = default;
};

/// A range in words: "-1 to 6", in the fewest digits that say which numbers these are.
[[nodiscard]] std::string describe(const tensor_range& range);

/// Ranges by the names of tensors, in the order of being added.
class statistics {
 public:
  /// The range of a tensor; null if there is none.
  [[nodiscard]] const tensor_range* find(std::string_view tensor) const {
    const auto place = index_.find(std::string(tensor));
    return place == index_.end() ? nullptr : &entries_[place->second].second;
  }
  /// Adds a range, or replaces the one that a tensor has.
  void set(std::string_view tensor, tensor_range range) {
    const auto [place, is_new] = index_.emplace(std::string(tensor), entries_.size());
    if (is_new) {
      entries_.emplace_back(std::string(tensor), std::move(range));
    } else {
      entries_[place->second].second = std::move(range);
    }
  }
  [[nodiscard]] const std::vector<std::pair<std::string, tensor_range>>& entries() const { return entries_; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  std::vector<std::pair<std::string, tensor_range>> entries_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/statistics.ipp>
#endif
