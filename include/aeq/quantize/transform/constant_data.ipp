// SPDX-License-Identifier: Apache-2.0
// Who shares a buffer with whom.
#pragma once

#include <aeq/quantize/transform/constant_data.hpp>

#include <algorithm>
#include <map>
#include <utility>

#include <aeq/quantize/encoder.hpp>

namespace aeq::inline AEQ_ABI::quantize {

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
    auto made =
        std::find_if(versions.begin(), versions.end(), [&](const version& v) { return same(v.params, e->params); });
    if (made == versions.end()) {
      std::uint32_t buffer = original;
      if (others_stay || !versions.empty()) {
        model::buffer copy;
        copy.present = true;
        copy.data = data;
        copy.size = data.size();
        buffer = edit.add_buffer(std::move(copy));
      }
      versions.push_back({e->params, buffer});
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
