// SPDX-License-Identifier: Apache-2.0
// Editing a model: new tensors, buffers, operator codes, and operators at the right places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <list>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/model/model.hpp>
#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI::model {

/// Adds parts to a model. The model must outlive it.
class editor {
 public:
  /// `changing`: buffers of the model whose content will not stay what it is.
  explicit editor(model& m, const std::vector<bool>& changing = {});

  std::uint32_t add_buffer(buffer b);

  /// A buffer with these bytes: one of the model that does not change, or one that this made earlier; else a new one.
  std::uint32_t add_constant(std::vector<std::uint8_t> bytes);

  std::int32_t add_tensor(std::size_t graph, tensor t);

  /// The first operator code with a builtin; a new one of version 1 if there is none.
  std::uint32_t code(op::code builtin);

  /// An option table of int32 fields, each {id, value}, that lives as long as the model.
  const flatbuffers::Table* add_table(std::initializer_list<std::pair<std::size_t, std::int32_t>> fields);

  [[nodiscard]] model& edited() { return model_; }

 private:
  using buffers_by_hash = std::unordered_multimap<std::size_t, std::uint32_t>;

  std::span<const std::uint8_t> keep(std::vector<std::uint8_t> bytes);
  [[nodiscard]] buffers_by_hash& of_size(std::uint64_t bytes);

  model& model_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_size_;  ///< whose content nobody has looked at yet
  std::unordered_map<std::uint64_t, buffers_by_hash> by_content_;
  std::unordered_map<op::code, std::uint32_t> codes_;  ///< those that were asked for
};

/// New operators of one subgraph, gathered in the gaps between the original ones; `commit` puts them in. An operator is
/// known by its original position, or by a number beyond those that `insert` returns.
class insertions {
 public:
  explicit insertions(std::size_t originals) : gaps_(originals + 1) {}

  /// Right before an original operator, behind what was put there earlier.
  std::int32_t before(std::int32_t consumer, operation o);

  /// Right behind an operator; -1: at the very start.
  std::int32_t after(std::int32_t producer, operation o);

  void commit(subgraph& g);

 private:
  struct insertion {
    operation what;
    std::size_t gap;
    std::list<std::int32_t>::iterator place;
  };

  std::int32_t place(operation o, std::size_t gap, std::list<std::int32_t>::iterator before);

  std::vector<std::list<std::int32_t>> gaps_;  ///< gap i lies before original operator i
  std::deque<insertion> inserted_;
};

}  // namespace aeq::inline AEQ_ABI::model

#if AEQ_DEFINITIONS
#include <aeq/model/editor.ipp>
#endif
