// SPDX-License-Identifier: Apache-2.0
// What a transformation works on, and the edits that several of them share. (spec: quantization, section 8)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <aeq/model/editor.hpp>
#include <aeq/model/model.hpp>
#include <aeq/op/code.hpp>
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
  [[nodiscard]] std::string name() const;
  [[nodiscard]] bool feeds_graph_output() const;
};

/// What a transformation put in the place of the tensor, for the listed consumers.
struct transformed {
  std::optional<std::int32_t> tensor;
  std::optional<std::int32_t> operation;
};

namespace detail {

/// A float activation with the shape of a tensor.
[[nodiscard]] model::tensor like(const model::tensor& t, std::string name);

/// Subgraph outputs, and the signatures' word for them, go over to another tensor.
void redirect_outputs(const transform_context& c, std::int32_t to);

/// Listed consumers read another tensor, in every slot.
void rewire(const transform_context& c, std::int32_t to);

/// A one-input, one-output operator: before the first listed consumer, or right behind the producer where a graph
/// output is among them. Returns it as model::insertions numbers it.
std::int32_t insert(const transform_context& c, op::code builtin, std::int32_t input, std::int32_t output);

}  // namespace detail

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/transform/context.ipp>
#endif
