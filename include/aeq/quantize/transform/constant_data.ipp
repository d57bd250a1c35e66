// SPDX-License-Identifier: Apache-2.0
// Who shares a buffer with whom, and from which values its bytes are made.
#pragma once

#include <aeq/quantize/transform/constant_data.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include <aeq/io/error.hpp>
#include <aeq/quantize/encoder.hpp>
#include <aeq/quantize/weight.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// The parameters as they are where they were found for these very values. An op whose constants share one scale hands
/// one's parameters to another: that one has values of its own.
AEQ_INLINE parameters constant_data::for_own_values(const model::model& m, const encoding& e) {
  const model::subgraph& graph = m.subgraphs[e.graph];
  const model::tensor& t = graph.tensors[e.tensor];
  const std::span<const std::uint8_t> data = m.buffers[t.buffer].data;
  const weight& source = *e.params->source;
  const bool are_its_own = data.data() == source.bytes().data() && data.size() == source.bytes().size() &&
                           model::element_count(t.shape) == source.layout().elements();
  if (are_its_own) return e.params;
  const std::string name = m.file_name() + ": " + model::label(graph, e.tensor);
  if (e.params->late || e.params->is_blockwise() || e.params->scale.size() != 1) {
    throw error(error_code::not_quantizable, name + ": takes the scales of " + source.name() +
                                                 ", which has more than one; leave the op that reads both out with a "
                                                 "no_quantize rule");
  }
  auto own = std::make_shared<tensor_parameters>(*e.params);
  own->source = std::make_shared<const weight>(m, t, name, layout_of(t.shape));
  return own;
}

AEQ_INLINE void constant_data::write_group(model::editor& edit, const group& wanted, bool others_stay) {
  model::model& m = edit.edited();
  const auto tensor = [&](const encoding& e) -> model::tensor& { return m.subgraphs[e.graph].tensors[e.tensor]; };
  const std::uint32_t original = tensor(*wanted.front()).buffer;
  struct version {
    parameters params;
    std::uint32_t buffer;
  };
  std::vector<version> versions;
  const std::span<const std::uint8_t> data = m.buffers[original].data;
  for (const encoding* e : wanted) {
    const parameters params = for_own_values(m, *e);
    auto made =
        std::find_if(versions.begin(), versions.end(), [&](const version& v) { return same(v.params, params); });
    if (made == versions.end()) {
      std::uint32_t buffer = original;
      if (others_stay || !versions.empty()) {
        model::buffer copy;
        copy.present = true;
        copy.data = data;
        copy.size = data.size();
        buffer = edit.add_buffer(std::move(copy));
      }
      versions.push_back({params, buffer});
      made = versions.end() - 1;
    }
    tensor(*e).buffer = made->buffer;
  }
  for (const version& v : versions) encode_into(m.buffers[v.buffer], v.params);
}

AEQ_INLINE void constant_data::write(model::editor& edit) const {
  model::model& m = edit.edited();
  std::map<std::pair<std::size_t, std::size_t>, const encoding*> last;
  for (const encoding& e : wanted_) last[{e.graph, e.tensor}] = &e;
  std::map<std::uint32_t, group> groups;
  for (const auto& [place, e] : last) groups[m.subgraphs[e->graph].tensors[e->tensor].buffer].push_back(e);
  std::vector<bool> others_stay(m.buffers.size());
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) {
    for (std::size_t t = 0; t < m.subgraphs[g].tensors.size(); ++t) {
      if (!last.contains({g, t})) others_stay[m.subgraphs[g].tensors[t].buffer] = true;
    }
  }
  for (const auto& [buffer, wanted] : groups) write_group(edit, wanted, others_stay[buffer]);
}

}  // namespace aeq::inline AEQ_ABI::quantize
