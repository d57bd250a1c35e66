// SPDX-License-Identifier: Apache-2.0
// Names, wiring and insertions.
#pragma once

#include <aeq/quantize/transform/context.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE std::string transform_context::name() const {
  const std::optional<std::string>& given = tensor_at(tensor).name;
  return given && !given->empty() ? *given : "tensor_" + std::to_string(tensor);
}

AEQ_INLINE bool transform_context::feeds_graph_output() const {
  return std::find(what.consumers.begin(), what.consumers.end(), graph_edge) != what.consumers.end();
}

namespace detail {

AEQ_INLINE model::tensor like(const model::tensor& t, std::string name) {
  model::tensor result;
  result.name = std::move(name);
  result.shape = t.shape;
  result.shape_signature = t.shape_signature;
  return result;
}

AEQ_INLINE void redirect_outputs(const transform_context& c, std::int32_t to) {
  std::replace(c.subgraph().outputs.begin(), c.subgraph().outputs.end(), c.tensor, to);
  for (model::signature& s : c.edit.edited().signatures) {
    if (s.subgraph != c.graph) continue;
    for (model::tensor_map& m : s.outputs) {
      if (m.tensor == static_cast<std::uint32_t>(c.tensor)) m.tensor = static_cast<std::uint32_t>(to);
    }
  }
}

AEQ_INLINE void rewire(const transform_context& c, std::int32_t to) {
  for (const std::int32_t consumer : c.what.consumers) {
    if (consumer == graph_edge) continue;
    std::vector<std::int32_t>& inputs = c.subgraph().operations[static_cast<std::size_t>(consumer)].inputs;
    std::replace(inputs.begin(), inputs.end(), c.tensor, to);
  }
  if (c.feeds_graph_output()) redirect_outputs(c, to);
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
