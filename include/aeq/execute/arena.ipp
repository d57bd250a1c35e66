// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <aeq/execute/arena.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// Free room by place and by size; neighbours are joined.
class free_room {
 public:
  /// Takes `bytes` (not 0) from the smallest hole that has them, or from the end.
  std::uint64_t take(std::uint64_t bytes) {
    const auto smallest = by_size_.lower_bound({bytes, 0});
    if (smallest != by_size_.end()) {
      const auto [size, offset] = *smallest;
      remove(by_offset_.find(offset));
      if (size > bytes) add(offset + bytes, size - bytes);
      return offset;
    }
    std::uint64_t offset = end_;
    if (!by_offset_.empty()) {  // a hole at the end grows
      const auto last = std::prev(by_offset_.end());
      if (last->first + last->second == end_) {
        offset = last->first;
        remove(last);
      }
    }
    end_ = offset + bytes;
    return offset;
  }

  void give_back(std::uint64_t offset, std::uint64_t bytes) {
    auto next = by_offset_.lower_bound(offset);
    if (next != by_offset_.end() && next->first == offset + bytes) {
      bytes += next->second;
      next = remove(next);
    }
    if (next != by_offset_.begin()) {
      const auto before = std::prev(next);
      if (before->first + before->second == offset) {
        offset = before->first;
        bytes += before->second;
        remove(before);
      }
    }
    add(offset, bytes);
  }

  [[nodiscard]] std::uint64_t end() const { return end_; }

 private:
  using places = std::map<std::uint64_t, std::uint64_t>;

  void add(std::uint64_t offset, std::uint64_t bytes) {
    by_offset_.emplace(offset, bytes);
    by_size_.emplace(bytes, offset);
  }
  places::iterator remove(places::iterator hole) {
    by_size_.erase({hole->second, hole->first});
    return by_offset_.erase(hole);
  }

  places by_offset_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> by_size_;
  std::uint64_t end_ = 0;
};

}  // namespace detail

AEQ_INLINE arena_plan plan_arena(std::span<const lifetime> wanted) {
  arena_plan plan;
  plan.offsets.assign(wanted.size(), 0);
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  // Among those that begin together the large ones choose first.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (wanted[a].first != wanted[b].first) return wanted[a].first < wanted[b].first;
    if (wanted[a].bytes != wanted[b].bytes) return wanted[a].bytes > wanted[b].bytes;
    return a < b;
  });
  const auto rounded = [&](std::size_t i) {
    return (wanted[i].bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
  };
  detail::free_room room;
  std::multimap<std::size_t, std::size_t> ends;  // last step, index
  for (const std::size_t i : order) {
    while (!ends.empty() && ends.begin()->first < wanted[i].first) {
      const std::size_t ended = ends.begin()->second;
      room.give_back(plan.offsets[ended], rounded(ended));
      ends.erase(ends.begin());
    }
    if (rounded(i) == 0) continue;
    plan.offsets[i] = room.take(rounded(i));
    ends.emplace(wanted[i].last, i);
  }
  plan.bytes = room.end();
  return plan;
}

}  // namespace aeq::inline AEQ_ABI::execute
