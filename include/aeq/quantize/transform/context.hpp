// SPDX-License-Identifier: Apache-2.0
// What a transformation works on, and the edits that several of them share. (spec: quantization, section 8)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/model/editor.hpp>
#include <aeq/model/model.hpp>
#include <aeq/quantize/instruction.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// One instruction about to be carried out.
struct transform_context {
  model::editor& edit;
  model::insertions& inserted;  ///< of the subgraph
  std::size_t graph;
  std::int32_t tensor;    ///< the tensor now; an earlier instruction may have put another in its place
  std::int32_t producer;  ///< the operator now, as model::insertions numbers them; -1: none
  const instruction& what;

  [[nodiscard]] model::subgraph& subgraph() const { return edit.edited().subgraphs[graph]; }
  [[nodiscard]] model::tensor& tensor_at(std::int32_t index) const {
    return subgraph().tensors[static_cast<std::size_t>(index)];
  }
  /// The name that new tensors add their suffix to.
  [[nodiscard]] std::string name() const {
    const std::optional<std::string>& given = tensor_at(tensor).name;
    return given && !given->empty() ? *given : "tensor_" + std::to_string(tensor);
  }
  [[nodiscard]] bool feeds_graph_output() const {
    return std::find(what.consumers.begin(), what.consumers.end(), graph_edge) != what.consumers.end();
  }
};

/// What a transformation put in the place of the tensor, for the listed consumers.
struct transformed {
  std::optional<std::int32_t> tensor;
  std::optional<std::int32_t> operation;
};

namespace detail {

/// A float activation with the shape of a tensor.
[[nodiscard]] inline model::tensor like(const model::tensor& t, std::string name) {
  model::tensor result;
  result.name = std::move(name);
  result.shape = t.shape;
  result.shape_signature = t.shape_signature;
  return result;
}

/// Subgraph outputs, and the signatures' word for them, go over to another tensor.
inline void redirect_outputs(const transform_context& c, std::int32_t to) {
  std::replace(c.subgraph().outputs.begin(), c.subgraph().outputs.end(), c.tensor, to);
  for (model::signature& s : c.edit.edited().signatures) {
    if (s.subgraph != c.graph) continue;
    for (model::tensor_map& m : s.outputs) {
      if (m.tensor == static_cast<std::uint32_t>(c.tensor)) m.tensor = static_cast<std::uint32_t>(to);
    }
  }
}

/// Listed consumers read another tensor, in every slot.
inline void rewire(const transform_context& c, std::int32_t to) {
  for (const std::int32_t consumer : c.what.consumers) {
    if (consumer == graph_edge) continue;
    std::vector<std::int32_t>& inputs = c.subgraph().operations[static_cast<std::size_t>(consumer)].inputs;
    std::replace(inputs.begin(), inputs.end(), c.tensor, to);
  }
  if (c.feeds_graph_output()) redirect_outputs(c, to);
}

/// A one-input, one-output operator: before the first listed consumer, or right behind the producer where a graph
/// output is among them.
inline std::int32_t insert(const transform_context& c, op::code builtin, std::int32_t input, std::int32_t output) {
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
