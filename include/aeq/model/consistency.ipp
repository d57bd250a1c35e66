// SPDX-License-Identifier: Apache-2.0
// Whether the parts of a model fit together: the definitions.
#pragma once

#include <aeq/model/consistency.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/scheme/packing.hpp>

namespace aeq::inline AEQ_ABI::model {

namespace detail {

class consistency {
 public:
  explicit consistency(const model& m) : model_(m) {}

  void check() {
    if (model_.subgraphs.empty()) fail("subgraphs", "a model has one at least");
    for (std::size_t i = 0; i < model_.operator_codes.size(); ++i) {
      if (static_cast<std::int32_t>(model_.operator_codes[i].builtin) < 0) {
        fail("operator_codes[" + std::to_string(i) + "]", "a builtin code may not be negative");
      }
    }
    for (std::size_t i = 0; i < model_.subgraphs.size(); ++i) check_graph(i);
    for (std::size_t i = 0; i < model_.metadata.size(); ++i) {
      if (model_.metadata[i].buffer >= model_.buffers.size()) {
        fail("metadata[" + std::to_string(i) + "]", "buffer " + std::to_string(model_.metadata[i].buffer) +
                                                        " does not exist; there are " +
                                                        std::to_string(model_.buffers.size()));
      }
    }
    for (std::size_t i = 0; i < model_.signatures.size(); ++i) check_signature(i);
    check_calls();
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& what) const {
    throw error(error_code::bad_input, model_.file_name() + ": " + place + ": " + what);
  }

  static std::string at(const std::string& list, std::size_t index) { return list + "[" + std::to_string(index) + "]"; }

  void check_index(const std::string& place, std::int64_t index, std::size_t count, bool may_be_left_out) const {
    if (index >= 0 && static_cast<std::uint64_t>(index) < count) return;
    if (may_be_left_out && index == -1) return;
    fail(place, "tensor " + std::to_string(index) + " does not exist; there are " + std::to_string(count));
  }

  void check_graph(std::size_t number) const {
    const subgraph& g = model_.subgraphs[number];
    const std::string graph = at("subgraphs", number);
    for (std::size_t i = 0; i < g.tensors.size(); ++i) check_tensor(graph + "." + at("tensors", i), g, g.tensors[i]);
    for (const std::int32_t i : g.inputs) check_index(graph + ".inputs", i, g.tensors.size(), false);
    for (const std::int32_t i : g.outputs) check_index(graph + ".outputs", i, g.tensors.size(), false);
    std::vector<bool> has_value(g.tensors.size());
    for (const std::int32_t i : g.inputs) has_value[static_cast<std::size_t>(i)] = true;
    for (std::size_t i = 0; i < g.operations.size(); ++i) {
      const operation& o = g.operations[i];
      const std::string place = graph + "." + at("operators", i);
      if (o.code >= model_.operator_codes.size()) {
        fail(place, "operator code " + std::to_string(o.code) + " does not exist; there are " +
                        std::to_string(model_.operator_codes.size()));
      }
      for (const std::int32_t t : o.inputs) check_index(place + ".inputs", t, g.tensors.size(), true);
      for (const std::int32_t t : o.outputs) {
        check_index(place + ".outputs", t, g.tensors.size(), true);
        if (t >= 0) check_written(place, g, t, has_value);
      }
      for (const std::int32_t t : o.intermediates) check_index(place + ".intermediates", t, g.tensors.size(), true);
    }
  }

  /// A tensor gets its value once: from the file, as an input, or by one operator.
  void check_written(const std::string& place, const subgraph& g, std::int32_t index,
                     std::vector<bool>& has_value) const {
    const auto i = static_cast<std::size_t>(index);
    if (model_.is_constant(g.tensors[i])) fail(place, "writes " + label(g, i) + ", which has data in the file");
    if (has_value[i]) fail(place, "writes " + label(g, i) + ", which is an input or written by an operator before");
    has_value[i] = true;
  }

  void check_tensor(const std::string& place, const subgraph& g, const tensor& t) const {
    if (!is_known(t.type)) {
      fail(place, "tensor type " + std::to_string(static_cast<int>(t.type)) + " is unknown; 0 to 22 are known");
    }
    if (t.buffer >= model_.buffers.size()) {
      fail(place, "buffer " + std::to_string(t.buffer) + " does not exist; there are " +
                      std::to_string(model_.buffers.size()));
    }
    // As bytes of the widest type, 16, and as an int64.
    constexpr std::uint64_t most_elements = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 16;
    std::uint64_t count = 1;
    bool empty = false;
    for (const std::int32_t size : t.shape) {
      if (size < -1 || (size < 0 && model_.is_constant(t))) {
        fail(place + ".shape", std::to_string(size) + " is no size" + (size < -1 ? "" : " of a tensor that has data"));
      }
      empty |= size <= 0;
      if (empty) continue;
      if (count > most_elements / static_cast<std::uint64_t>(size)) {
        fail(place + ".shape", "the sizes multiply to more elements than can be counted");
      }
      count *= static_cast<std::uint64_t>(size);
    }
    if (!t.shape_signature.empty() && t.shape_signature.size() != t.shape.size()) {
      fail(place + ".shape_signature", "has " + std::to_string(t.shape_signature.size()) + " sizes, the shape has " +
                                           std::to_string(t.shape.size()));
    }
    check_data(place, t, empty ? 0 : count);
    if (t.quantization) check_quantization(place + ".quantization", g, t, *t.quantization);
  }

  void check_data(const std::string& place, const tensor& t, std::uint64_t elements) const {
    const buffer& b = model_.buffers[t.buffer];
    const int bits = bits_of(t.type);
    if (t.buffer == 0 || b.size == 0 || bits == 0 || t.sparsity != nullptr) return;
    const std::uint64_t needed = packed_bytes(elements, bits);
    if (b.size < needed) {
      fail(place, "its shape takes " + std::to_string(needed) + " bytes, its buffer holds " + std::to_string(b.size));
    }
    if (t.is_variable) fail(place, "is a variable and has data; it can only be one of the two");
  }

  void check_quantization(const std::string& place, const subgraph& g, const tensor& t, const quantization& q) const {
    if (!q.scale.empty() && !q.zero_point.empty() && q.scale.size() != q.zero_point.size()) {
      fail(place, std::to_string(q.scale.size()) + " scales and " + std::to_string(q.zero_point.size()) +
                      " zero points; their numbers must be the same");
    }
    if (q.scale.size() > 1) {
      const std::int32_t axis = q.quantized_dimension;
      if (axis < 0 || static_cast<std::size_t>(axis) >= t.shape.size()) {
        fail(place, "quantized dimension " + std::to_string(axis) + " does not exist; the rank is " +
                        std::to_string(t.shape.size()));
      }
      if (q.scale.size() != static_cast<std::size_t>(t.shape[static_cast<std::size_t>(axis)])) {
        fail(place, std::to_string(q.scale.size()) + " scales for a dimension of " +
                        std::to_string(t.shape[static_cast<std::size_t>(axis)]));
      }
    }
    if (q.details.type == schema::blockwise_details && q.details.table != nullptr) {
      const view<schema::blockwise_quantization> blocks(q.details.table);
      check_index(place + ".details.scales", blocks.get<"scales">(), g.tensors.size(), false);
      check_index(place + ".details.zero_points", blocks.get<"zero_points">(), g.tensors.size(), true);
      if (blocks.get<"block_size">() < 0) fail(place + ".details", "a block size may not be negative");
    }
  }

  void check_signature(std::size_t number) const {
    const signature& s = model_.signatures[number];
    const std::string place = at("signature_defs", number);
    if (s.subgraph >= model_.subgraphs.size()) {
      fail(place, "subgraph " + std::to_string(s.subgraph) + " does not exist; there are " +
                      std::to_string(model_.subgraphs.size()));
    }
    const std::size_t count = model_.subgraphs[s.subgraph].tensors.size();
    for (const tensor_map& m : s.inputs) check_index(place + ".inputs", m.tensor, count, false);
    for (const tensor_map& m : s.outputs) check_index(place + ".outputs", m.tensor, count, false);
  }

  /// Depth first over calls; colours: 0 new, 1 on the way, 2 done.
  void check_calls() const {
    std::vector<char> colour(model_.subgraphs.size(), 0);
    std::vector<std::vector<std::int32_t>> calls(model_.subgraphs.size());
    for (std::size_t g = 0; g < model_.subgraphs.size(); ++g) {
      for (std::size_t i = 0; i < model_.subgraphs[g].operations.size(); ++i) {
        for (const std::int32_t target : called_subgraphs(model_.subgraphs[g].operations[i])) {
          if (target < 0 || static_cast<std::size_t>(target) >= model_.subgraphs.size()) {
            fail(at("subgraphs", g) + "." + at("operators", i), "subgraph " + std::to_string(target) +
                                                                    " does not exist; there are " +
                                                                    std::to_string(model_.subgraphs.size()));
          }
          calls[g].push_back(target);
        }
      }
    }
    struct step {
      std::size_t graph;
      std::size_t next;
    };
    for (std::size_t start = 0; start < calls.size(); ++start) {
      if (colour[start] != 0) continue;
      std::vector<step> way{{start, 0}};
      colour[start] = 1;
      while (!way.empty()) {
        step& now = way.back();
        if (now.next == calls[now.graph].size()) {
          colour[now.graph] = 2;
          way.pop_back();
          continue;
        }
        const auto target = static_cast<std::size_t>(calls[now.graph][now.next++]);
        if (colour[target] == 1) fail(at("subgraphs", target), "calls itself, directly or through others");
        if (colour[target] == 0) {
          colour[target] = 1;
          way.push_back({target, 0});
        }
      }
    }
  }

  const model& model_;
};

}  // namespace detail

AEQ_INLINE std::vector<std::int32_t> called_subgraphs(const operation& o) {
  std::vector<std::int32_t> result;
  const auto add = [&](const union_view& options, const schema::union_descriptor& members) {
    if (options.table == nullptr || options.type >= members.members.size()) return;
    const schema::table_descriptor& table = members.members[options.type];
    for (std::size_t id = 0; id < table.fields.size(); ++id) {
      const schema::field_descriptor& field = table.fields[id];
      const bool names_subgraph = field.name.ends_with("subgraph_index") || field.name == "subgraph";
      if (!names_subgraph || field.is_vector) continue;
      // An absent index of a StableHLO region means none.
      if (options.table->GetOptionalFieldOffset(detail::slot(id)) == 0 && &members == &schema::builtin_options_2)
        continue;
      result.push_back(options.table->GetField<std::int32_t>(detail::slot(id), 0));
    }
  };
  add(o.options, schema::builtin_options);
  add(o.options_2, schema::builtin_options_2);
  return result;
}

AEQ_INLINE void check_consistency(const model& m) {
  detail::consistency(m).check();
}

}  // namespace aeq::inline AEQ_ABI::model
