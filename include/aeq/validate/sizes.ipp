// SPDX-License-Identifier: Apache-2.0
// What the bytes of a model are: the definitions.
#pragma once

#include <aeq/validate/sizes.hpp>

#include <algorithm>
#include <map>

#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI::validate {

AEQ_INLINE std::vector<op_size> sizes_by_op(const model::model& m) {
  std::map<std::string, op_size> kinds;
  std::vector<bool> is_counted(m.buffers.size(), false);
  for (const model::subgraph& g : m.subgraphs) {
    // For a tensor that a DEQUANTIZE makes of a constant, the buffer of that.
    std::vector<std::uint32_t> stands_for(g.tensors.size(), 0);
    for (std::size_t i = 0; i < g.tensors.size(); ++i) {
      if (m.is_constant(g.tensors[i])) stands_for[i] = g.tensors[i].buffer;
    }
    for (const model::operation& o : g.operations) {
      const op::code code = m.builtin(o);
      std::string name(op::builtin_name(code));
      if (name.empty()) name = "operator " + std::to_string(static_cast<std::int32_t>(code));
      op_size& kind = kinds.try_emplace(name, op_size{name, 0, 0}).first->second;
      ++kind.operations;
      if (code == op::code::dequantize && o.inputs.size() == 1 && o.outputs.size() == 1 && o.inputs[0] >= 0 &&
          o.outputs[0] >= 0 && stands_for[static_cast<std::size_t>(o.inputs[0])] != 0) {
        stands_for[static_cast<std::size_t>(o.outputs[0])] = stands_for[static_cast<std::size_t>(o.inputs[0])];
        continue;
      }
      for (const std::int32_t t : o.inputs) {
        const std::uint32_t buffer = t < 0 ? 0 : stands_for[static_cast<std::size_t>(t)];
        if (buffer == 0 || is_counted[buffer]) continue;
        is_counted[buffer] = true;
        kind.bytes += m.buffers[buffer].size;
      }
    }
  }
  std::vector<op_size> result;
  for (auto& [name, kind] : kinds) result.push_back(std::move(kind));
  std::stable_sort(result.begin(), result.end(), [](const op_size& a, const op_size& b) { return a.bytes > b.bytes; });
  return result;
}

}  // namespace aeq::inline AEQ_ABI::validate
