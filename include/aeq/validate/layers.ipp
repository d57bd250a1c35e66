// SPDX-License-Identifier: Apache-2.0
// The ops of a model one by one: the definitions.
#pragma once

#include <aeq/validate/layers.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include <aeq/execute/signatures.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI::validate {

AEQ_INLINE std::vector<tensor_pair> pair_tensors(const model::subgraph& reference, const model::subgraph& target) {
  const auto counts = [](const model::tensor& t) {
    return t.name && !t.name->empty() && t.name->find("scratch") == std::string::npos &&
           t.type != model::tensor_type::resource && execute::element_type_of(t.type) != element_type::absent;
  };
  std::unordered_map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < target.tensors.size(); ++i) {
    if (target.tensors[i].name) by_name[*target.tensors[i].name] = i;
  }
  std::vector<tensor_pair> pairs;
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < reference.tensors.size(); ++i) {
    const model::tensor& t = reference.tensors[i];
    if (!counts(t)) continue;
    const auto found = by_name.find(*t.name);
    if (found == by_name.end() || !counts(target.tensors[found->second])) continue;
    const auto [place, is_new] = known.emplace(*t.name, pairs.size());
    if (is_new) pairs.push_back({i, found->second});
    pairs[place->second].reference = i;
  }
  return pairs;
}

namespace detail {

/// Makes layers of one subgraph.
class layer_maker {
 public:
  layer_maker(const model::model& target, std::size_t subgraph, const std::vector<tensor_pair>& pairs,
              const model::model& reference, std::size_t reference_subgraph, layer_model& into)
      : target_(target),
        subgraph_(subgraph),
        reference_subgraph_(reference_subgraph),
        graph_(target.subgraphs[subgraph]),
        into_(into) {
    pair_of_.resize(graph_.tensors.size());
    writer_of_.resize(graph_.tensors.size());
    const model::subgraph& other = reference.subgraphs[reference_subgraph];
    for (const tensor_pair& p : pairs) {
      if (!reference.is_constant(other.tensors[p.reference])) pair_of_[p.target] = p;
    }
    for (std::size_t i = 0; i < graph_.operations.size(); ++i) {
      for (const std::int32_t t : graph_.operations[i].outputs) {
        if (t >= 0) writer_of_[static_cast<std::size_t>(t)] = i;
      }
    }
  }

  void make_all() {
    for (std::size_t i = 0; i < graph_.operations.size(); ++i) make(i);
  }

 private:
  void make(std::size_t number) {
    const op::code code = target_.builtin(graph_.operations[number]);
    layer made{reference_subgraph_, subgraph_, number, std::string(op::builtin_name(code)), 0, {}, {}};
    if (made.op.empty()) made.op = "operator " + std::to_string(static_cast<std::int32_t>(code));
    std::vector<std::size_t> outputs;
    for (const std::int32_t t : graph_.operations[number].outputs) {
      if (t < 0 || !pair_of_[static_cast<std::size_t>(t)]) continue;
      made.outputs.push_back(*pair_of_[static_cast<std::size_t>(t)]);
    }
    if (made.outputs.empty()) return;
    std::map<std::size_t, bool> operations;  // true: its inputs have been looked at
    if (!gather(number, operations, made)) return;
    add(operations, std::move(made));
  }

  /// Collects an op and what stands before it, as far as paired tensors; false if it depends on something else.
  bool gather(std::size_t first, std::map<std::size_t, bool>& operations, layer& made) const {
    std::vector<std::size_t> open{first};
    operations[first] = true;
    while (!open.empty()) {
      const model::operation& o = graph_.operations[open.back()];
      open.pop_back();
      for (const std::int32_t t : o.inputs) {
        if (t < 0) continue;
        const auto i = static_cast<std::size_t>(t);
        const model::tensor& read = graph_.tensors[i];
        if (read.type == model::tensor_type::resource) return false;  // its state is made elsewhere
        if (target_.is_constant(read) || read.is_variable) continue;
        if (pair_of_[i]) {
          const bool is_there =
              std::any_of(made.inputs.begin(), made.inputs.end(), [&](const tensor_pair& p) { return p.target == i; });
          if (!is_there) made.inputs.push_back(*pair_of_[i]);
          continue;
        }
        if (!writer_of_[i]) return false;
        if (operations.emplace(*writer_of_[i], true).second) open.push_back(*writer_of_[i]);
      }
    }
    return true;
  }

  [[nodiscard]] bool has_blocks(std::int32_t tensor) const {
    if (tensor < 0) return false;
    const auto& q = graph_.tensors[static_cast<std::size_t>(tensor)].quantization;
    return q && q->details.type != 0;
  }

  void add(const std::map<std::size_t, bool>& operations, layer made) {
    model::model& m = into_.made;
    if (into_.layers.empty()) {
      m = target_;
      m.signatures.clear();
    }
    model::subgraph alone;
    std::unordered_map<std::int32_t, std::int32_t> places;
    // Scales of blocks are tensors that their tensor names by number.
    bool keeps_numbers = false;
    for (const auto& [number, seen] : operations) {
      const model::operation& o = graph_.operations[number];
      keeps_numbers =
          keeps_numbers || std::any_of(o.inputs.begin(), o.inputs.end(), [&](std::int32_t t) { return has_blocks(t); });
    }
    if (keeps_numbers) alone.tensors = graph_.tensors;
    const auto placed = [&](std::int32_t t) {
      if (t < 0 || keeps_numbers) return t;
      const auto [place, is_new] = places.emplace(t, static_cast<std::int32_t>(alone.tensors.size()));
      if (is_new) alone.tensors.push_back(graph_.tensors[static_cast<std::size_t>(t)]);
      return place->second;
    };
    for (const auto& [number, seen] : operations) {
      model::operation o = graph_.operations[number];
      for (std::int32_t& t : o.inputs) t = placed(t);
      for (std::int32_t& t : o.outputs) t = placed(t);
      for (std::int32_t& t : o.intermediates) t = placed(t);
      o.debug_metadata_index = -1;
      alone.operations.push_back(std::move(o));
    }
    model::signature called;
    called.key = "layer " + std::to_string(made.subgraph) + ":" + std::to_string(made.operation);
    called.subgraph = static_cast<std::uint32_t>(m.subgraphs.size());
    const auto add_port = [&](const tensor_pair& p, std::vector<std::int32_t>& ports,
                              std::vector<model::tensor_map>& named) {
      const std::int32_t t = placed(static_cast<std::int32_t>(p.target));
      ports.push_back(t);
      named.push_back({std::to_string(named.size()), static_cast<std::uint32_t>(t)});
      return static_cast<std::size_t>(t);
    };
    for (const tensor_pair& p : made.inputs) {
      model::tensor& input = alone.tensors[add_port(p, alone.inputs, called.inputs)];
      input.shape_signature.assign(input.shape.size(), -1);  // what the sample makes of it
    }
    for (const tensor_pair& p : made.outputs) add_port(p, alone.outputs, called.outputs);
    made.signature = m.signatures.size();
    m.subgraphs.push_back(std::move(alone));
    m.signatures.push_back(std::move(called));
    into_.layers.push_back(std::move(made));
  }

  const model::model& target_;
  std::size_t subgraph_;
  std::size_t reference_subgraph_;
  const model::subgraph& graph_;
  layer_model& into_;
  std::vector<std::optional<tensor_pair>> pair_of_;  ///< of the target's tensors; none for constants
  std::vector<std::optional<std::size_t>> writer_of_;
};

}  // namespace detail

AEQ_INLINE void add_layers(const model::model& target, std::size_t subgraph, const std::vector<tensor_pair>& pairs,
                           const model::model& reference, std::size_t reference_subgraph, layer_model& into) {
  detail::layer_maker(target, subgraph, pairs, reference, reference_subgraph, into).make_all();
}

}  // namespace aeq::inline AEQ_ABI::validate
