// SPDX-License-Identifier: Apache-2.0
// Names, wiring and insertions.
#pragma once

#include <aeq/quantize/transform/context.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE void operand_lists::replace(std::size_t graph, std::int32_t operation, std::int32_t from, std::int32_t to) {
  replace_some(graph, operation, from, to, static_cast<std::size_t>(-1));
  if (operation == graph_edge) replace_in_signatures(graph, from, to);
}

AEQ_INLINE void operand_lists::replace_first(std::size_t graph, std::int32_t operation, std::int32_t from,
                                             std::int32_t to) {
  replace_some(graph, operation, from, to, 1);
}

AEQ_INLINE void operand_lists::replace_some(std::size_t graph, std::int32_t operation, std::int32_t from,
                                            std::int32_t to, std::size_t most) {
  constexpr std::size_t short_list = 64;
  if (from == to) return;
  model::subgraph& g = model_.subgraphs[graph];
  std::vector<std::int32_t>& list =
      operation == graph_edge ? g.outputs : g.operations[static_cast<std::size_t>(operation)].inputs;
  if (list.size() <= short_list) {
    for (std::size_t i = 0; i < list.size() && most > 0; ++i) {
      if (list[i] != from) continue;
      list[i] = to;
      --most;
    }
    return;
  }
  const auto [known, is_new] = long_lists_.try_emplace({graph, operation});
  slots& of_tensors = known->second;
  for (std::size_t i = 0; is_new && i < list.size(); ++i) of_tensors.emplace(list[i], i);
  for (; most > 0; --most) {
    const auto first = of_tensors.lower_bound({from, 0});
    if (first == of_tensors.end() || first->first != from) return;
    const std::size_t slot = first->second;
    list[slot] = to;
    of_tensors.erase(first);
    of_tensors.emplace(to, slot);
  }
}

AEQ_INLINE void operand_lists::replace_in_signatures(std::size_t graph, std::int32_t from, std::int32_t to) {
  if (!signatures_[graph]) {
    outputs& all = signatures_[graph].emplace();
    for (model::signature& s : model_.signatures) {
      if (s.subgraph != graph) continue;
      for (model::tensor_map& m : s.outputs) all.emplace(m.tensor, &m);
    }
  }
  outputs& all = *signatures_[graph];
  std::vector<model::tensor_map*> moved;
  const auto [first, last] = all.equal_range(static_cast<std::uint32_t>(from));
  for (auto i = first; i != last; ++i) moved.push_back(i->second);
  all.erase(first, last);
  for (model::tensor_map* m : moved) {
    m->tensor = static_cast<std::uint32_t>(to);
    all.emplace(m->tensor, m);
  }
}

AEQ_INLINE std::string transform_context::name() const {
  const std::optional<std::string>& given = tensor_at(tensor).name;
  return given && !given->empty() ? *given : "tensor_" + std::to_string(tensor);
}

namespace detail {

AEQ_INLINE model::tensor like(const model::tensor& t, std::string name) {
  model::tensor result;
  result.name = std::move(name);
  result.shape = t.shape;
  result.shape_signature = t.shape_signature;
  return result;
}

AEQ_INLINE void rewire(const transform_context& c, std::int32_t to) {
  const std::vector<std::int32_t>& consumers = c.what.consumers;
  for (std::size_t i = 0; i < consumers.size(); ++i) {
    if (i > 0 && consumers[i] == consumers[i - 1]) continue;  // listed once per slot
    c.operands.replace(c.graph, consumers[i], c.tensor, to);
  }
}

AEQ_INLINE std::int32_t insert(const transform_context& c, op::code builtin, std::int32_t input, std::int32_t output) {
  model::operation o;
  o.code = c.edit.code(builtin);
  o.inputs = {input};
  o.outputs = {output};
  const std::int32_t first = *std::min_element(c.what.consumers.begin(), c.what.consumers.end());
  const bool consumer_comes_first = first <= c.producer;  // an original producer behind a consumer: no valid order
  if (first == graph_edge ||
      (consumer_comes_first && c.producer < static_cast<std::int32_t>(c.subgraph().operations.size()))) {
    return c.inserted.after(c.producer, std::move(o));
  }
  return c.inserted.before(first, std::move(o));
}

}  // namespace detail

}  // namespace aeq::inline AEQ_ABI::quantize
