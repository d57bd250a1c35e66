// SPDX-License-Identifier: Apache-2.0
// How rules of one regular expression take each other's place.
#pragma once

#include <aeq/recipe/recipe.hpp>

#include <utility>

namespace aeq::inline AEQ_ABI::recipe {

AEQ_INLINE void recipe::add(rule added) {
  if (added.place.empty()) added.place = "rule " + std::to_string(added_);
  ++added_;
  const auto [known, is_new] = positions_.try_emplace(added.regex, groups_.size());
  if (is_new) groups_.emplace_back();
  std::vector<rule>& group = groups_[known->second];
  if (added.operation == "*") {
    for (rule& old : group) replaced_.push_back({std::move(old), added.place});
    group.clear();
  }
  for (rule& old : group) {
    if (old.operation != added.operation) continue;
    replaced_.push_back({std::exchange(old, std::move(added)), {}});
    replaced_.back().by = old.place;
    return;
  }
  group.push_back(std::move(added));
}

AEQ_INLINE void recipe::update(const recipe& other) {
  replaced_.insert(replaced_.end(), other.replaced_.begin(), other.replaced_.end());
  for (rule& r : other.rules()) add(std::move(r));
}

AEQ_INLINE std::vector<rule> recipe::rules() const {
  std::vector<rule> all;
  for (const std::vector<rule>& group : groups_) all.insert(all.end(), group.begin(), group.end());
  return all;
}

AEQ_INLINE bool recipe::needs_calibration() const {
  for (const std::vector<rule>& group : groups_) {
    for (const rule& r : group) {
      if (r.config.compute_precision == compute::integer && r.config.activation) return true;
    }
  }
  return false;
}

}  // namespace aeq::inline AEQ_ABI::recipe
