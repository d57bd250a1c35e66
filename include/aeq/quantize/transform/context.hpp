// SPDX-License-Identifier: Apache-2.0
// What a transformation works on, and the edits that several of them share. (spec: quantization, section 8)
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <aeq/model/editor.hpp>
#include <aeq/model/model.hpp>
#include <aeq/op/code.hpp>
#include <aeq/quantize/instruction.hpp>
#include <aeq/quantize/transform/constant_data.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Who reads which tensor: inputs of operators, outputs of subgraphs and of signatures. Where a list is long its
/// tensors are looked up rather than searched for, so that an edit of each of n operands takes no n squared steps.
class operand_lists {
 public:
  /// The model must outlive it, and its operators stay where they are.
  explicit operand_lists(model::model& m) : model_(m), signatures_(m.subgraphs.size()) {}

  /// `operation`, or graph_edge for the subgraph's outputs, reads tensor `to` in place of `from`, in every slot.
  void replace(std::size_t graph, std::int32_t operation, std::int32_t from, std::int32_t to);

  /// The same in the first slot that reads `from`.
  void replace_first(std::size_t graph, std::int32_t operation, std::int32_t from, std::int32_t to);

 private:
  /// Slots by the tensor in them.
  using slots = std::set<std::pair<std::int32_t, std::size_t>>;
  /// Outputs of signatures of a subgraph, by tensor.
  using outputs = std::unordered_multimap<std::uint32_t, model::tensor_map*>;

  void replace_some(std::size_t graph, std::int32_t operation, std::int32_t from, std::int32_t to, std::size_t most);
  void replace_in_signatures(std::size_t graph, std::int32_t from, std::int32_t to);

  model::model& model_;
  std::map<std::pair<std::size_t, std::int32_t>, slots> long_lists_;
  std::vector<std::optional<outputs>> signatures_;
};

/// One instruction about to be carried out.
struct transform_context {
  model::editor& edit;
  model::insertions& inserted;  ///< of the subgraph
  operand_lists& operands;
  constant_data& data;
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
};

/// What a transformation put in the place of the tensor, for the listed consumers.
struct transformed {
  std::optional<std::int32_t> tensor;
  std::optional<std::int32_t> operation;
};

namespace detail {

/// A float activation with the shape of a tensor.
[[nodiscard]] model::tensor like(const model::tensor& t, std::string name);

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
