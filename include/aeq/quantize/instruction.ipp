// SPDX-License-Identifier: Apache-2.0
// Merging the rules of a tensor, step by step.
#pragma once

#include <aeq/quantize/instruction.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <unordered_map>
#include <utility>

#include <aeq/io/error.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// Consumers of equal rule at a depth of their lists. A group stands for its first member.
struct consumer_group {
  std::vector<std::size_t> members;  ///< positions in tensor_rules::consumers
  std::size_t parent = 0;
};

/// Groups of consumers that want the same at `depth`, of those that were in one group before.
AEQ_INLINE std::vector<consumer_group> group_consumers(const std::vector<tensor_rule>& consumers, std::size_t depth,
                                                       std::vector<std::size_t>& group_of) {
  std::vector<consumer_group> groups;
  std::vector<std::size_t> now = group_of;
  for (std::size_t i = 0; i < consumers.size(); ++i) {
    if (consumers[i].transformations.size() <= depth) continue;
    const auto matches = [&](const consumer_group& g) {
      const tensor_rule& first = consumers[g.members.front()];
      return g.parent == group_of[i] && first.transformations[depth] == consumers[i].transformations[depth] &&
             same(first.params, consumers[i].params);
    };
    auto place = std::find_if(groups.begin(), groups.end(), matches);
    if (place == groups.end()) {
      groups.push_back({{}, group_of[i]});
      place = groups.end() - 1;
    }
    place->members.push_back(i);
    now[i] = static_cast<std::size_t>(place - groups.begin());
  }
  group_of = std::move(now);
  return groups;
}

[[nodiscard]] AEQ_INLINE instruction instruction_of(const std::vector<tensor_rule>& consumers,
                                                    const consumer_group& group, std::size_t depth) {
  const tensor_rule& first = consumers[group.members.front()];
  instruction result{first.transformations[depth], {}, first.params};
  for (const std::size_t i : group.members) result.consumers.push_back(consumers[i].operation);
  return result;
}

/// Takes each of `gone` out of `from` once: the first ones that are equal.
AEQ_INLINE void remove_each(std::vector<std::int32_t>& from, const std::vector<std::int32_t>& gone) {
  std::unordered_map<std::int32_t, std::size_t> counts;
  for (const std::int32_t c : gone) ++counts[c];
  std::erase_if(from, [&](std::int32_t c) {
    const auto left = counts.find(c);
    return left != counts.end() && left->second > 0 && left->second-- > 0;
  });
}

/// First-level instructions meet the producer: a dequantize and quantize of equal parameters vanish, of different ones
/// become a requantize. (7.2)
AEQ_INLINE std::vector<instruction> meet_producer(const tensor_rule& producer, std::vector<std::int32_t> all_consumers,
                                                  std::vector<instruction> first_level) {
  std::vector<instruction> result;
  const bool dequantizes = producer.transformations.front() == transformation::add_dequantize;
  for (instruction& i : first_level) {
    if (dequantizes && i.kind == transformation::add_quantize) {
      remove_each(all_consumers, i.consumers);
      const bool equal = same(producer.params, i.params);
      result.push_back({transformation::quantize_tensor, i.consumers, producer.params});
      if (!equal) result.push_back(std::move(i));
    } else if (dequantizes && i.kind == transformation::no_quantize) {
      remove_each(all_consumers, i.consumers);
      result.push_back({transformation::add_dequantize, std::move(i.consumers), producer.params});
    } else {
      result.push_back(std::move(i));
    }
  }
  if (!all_consumers.empty()) {
    result.insert(result.begin(), {producer.transformations.front(), std::move(all_consumers), producer.params});
  }
  return result;
}

/// The original tensor serves one of the groups that disagree; copies with buffers of their own need no second one.
/// (7.3)
AEQ_INLINE void drop_needless_duplicates(std::vector<instruction>& list) {
  const auto last = std::find_if(list.rbegin(), list.rend(),
                                 [](const instruction& i) { return i.kind == transformation::duplicate_tensor; });
  if (last != list.rend()) list.erase(std::next(last).base());
  // An operator that reads the tensor twice may want it once as it is: the parameters tell which of the two is meant.
  const auto copied = [&](std::int32_t consumer, const parameters& params) {
    return std::any_of(list.begin(), list.end(), [&](const instruction& i) {
      return i.kind == transformation::duplicate_tensor && same(i.params, params) &&
             std::find(i.consumers.begin(), i.consumers.end(), consumer) != i.consumers.end();
    });
  };
  std::erase_if(list, [&](const instruction& i) {
    return i.kind == transformation::duplicate_buffer &&
           std::all_of(i.consumers.begin(), i.consumers.end(), [&](std::int32_t c) { return copied(c, i.params); });
  });
}

/// A producer whose output parameters are free writes in its only consumer's scale: no requantize is needed. (7.4)
AEQ_INLINE void fuse_requantize(const tensor_uses& uses, std::vector<instruction>& list) {
  if (list.size() != 2 || list[0].kind != transformation::quantize_tensor ||
      list[1].kind != transformation::add_quantize || list[0].consumers != list[1].consumers) {
    return;
  }
  if (uses.producer < 0 || !uses.producer_is_free || !list[0].params || !list[1].params) return;
  if (!list[0].params->format.is_integer() || !list[1].params->format.is_integer()) return;
  tensor_parameters with_other_scale = *list[0].params;
  with_other_scale.scale = list[1].params->scale;
  with_other_scale.scale_shape = list[1].params->scale_shape;
  with_other_scale.zero_point = list[1].params->zero_point;
  if (!(with_other_scale == *list[1].params)) return;
  list[0].params = list[1].params;
  list.pop_back();
}

}  // namespace detail

AEQ_INLINE std::vector<instruction> instructions_of(const tensor_rules& rules, const tensor_uses& uses,
                                                    const std::string& name) {
  std::vector<instruction> first_level;
  std::vector<instruction> deeper;
  std::vector<std::size_t> group_of(rules.consumers.size(), 0);
  std::size_t depths = 0;
  for (const tensor_rule& r : rules.consumers) depths = std::max(depths, r.transformations.size());
  for (std::size_t depth = 0; depth < depths; ++depth) {
    for (const detail::consumer_group& g : detail::group_consumers(rules.consumers, depth, group_of)) {
      (depth == 0 ? first_level : deeper).push_back(detail::instruction_of(rules.consumers, g, depth));
    }
  }
  std::vector<instruction> list = rules.producer
                                      ? detail::meet_producer(*rules.producer, uses.consumers, std::move(first_level))
                                      : std::move(first_level);
  if (rules.producer && rules.producer->operation >= 0 && uses.consumers.empty() &&
      rules.producer->transformations.front() == transformation::add_dequantize) {
    // Nobody reads it: it still comes out as integers.
    list.push_back({transformation::quantize_tensor, {}, rules.producer->params});
  }
  list.insert(list.end(), std::make_move_iterator(deeper.begin()), std::make_move_iterator(deeper.end()));
  detail::drop_needless_duplicates(list);

  const bool duplicates = std::any_of(list.begin(), list.end(),
                                      [](const instruction& i) { return i.kind == transformation::duplicate_tensor; });
  const auto has = [&](transformation a, transformation b) {
    return std::any_of(list.begin(), list.end(), [&](const instruction& i) { return i.kind == a || i.kind == b; });
  };
  using t = transformation;
  if (!duplicates && !rules.producer && has(t::no_quantize, t::no_quantize) &&
      has(t::quantize_tensor, t::add_dequantize)) {
    throw error(error_code::not_quantizable, name + ": is wanted both as it is and quantized");
  }
  detail::fuse_requantize(uses, list);
  return list;
}

}  // namespace aeq::inline AEQ_ABI::quantize
