// SPDX-License-Identifier: Apache-2.0
// The order of tensors, and what each instruction leaves for the next.
#pragma once

#include <aeq/quantize/transform.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <aeq/model/editor.hpp>
#include <aeq/quantize/transform/add_dequantize.hpp>
#include <aeq/quantize/transform/add_quantize.hpp>
#include <aeq/quantize/transform/constant_data.hpp>
#include <aeq/quantize/transform/context.hpp>
#include <aeq/quantize/transform/duplicate.hpp>
#include <aeq/quantize/transform/quantize_tensor.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

AEQ_INLINE transformed carry_out(const transform_context& c) {
  switch (c.what.kind) {
    case transformation::no_quantize: break;
    case transformation::quantize_tensor: return quantize_tensor(c);
    case transformation::add_quantize: return add_quantize(c);
    case transformation::add_dequantize: return add_dequantize(c);
    case transformation::duplicate_buffer: return duplicate_buffer(c);
    case transformation::duplicate_tensor: return duplicate_tensor(c);
  }
  return {};
}

[[nodiscard]] AEQ_INLINE bool share_consumer(const std::unordered_set<std::int32_t>& consumers, const instruction& b) {
  return std::any_of(b.consumers.begin(), b.consumers.end(), [&](std::int32_t c) { return consumers.contains(c); });
}

/// Tensors in the order of processing: those of one buffer together, activations as if they shared one.
[[nodiscard]] AEQ_INLINE std::vector<std::pair<std::size_t, std::size_t>> processing_order(const model::model& m) {
  std::vector<std::vector<std::pair<std::size_t, std::size_t>>> buckets;
  std::unordered_map<std::uint32_t, std::size_t> bucket_of;
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) {
    for (std::size_t t = 0; t < m.subgraphs[g].tensors.size(); ++t) {
      const model::tensor& tensor = m.subgraphs[g].tensors[t];
      const std::uint32_t key = m.is_constant(tensor) ? tensor.buffer : 0;
      const auto [place, is_new] = bucket_of.emplace(key, buckets.size());
      if (is_new) buckets.emplace_back();
      buckets[place->second].emplace_back(g, t);
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> order;
  for (auto& bucket : buckets) order.insert(order.end(), bucket.begin(), bucket.end());
  return order;
}

/// Buffers whose content some instruction makes anew: nothing may come to share them.
[[nodiscard]] AEQ_INLINE std::vector<bool> changing_buffers(const model::model& m,
                                                            const model_instructions& instructions) {
  std::vector<bool> changing(m.buffers.size(), false);
  for (std::size_t g = 0; g < instructions.size(); ++g) {
    for (std::size_t t = 0; t < instructions[g].size(); ++t) {
      for (const instruction& i : instructions[g][t]) {
        if (i.params && i.params->source) changing[m.subgraphs[g].tensors[t].buffer] = true;
      }
    }
  }
  return changing;
}

}  // namespace detail

AEQ_INLINE void transform(model::model& m, const model_instructions& instructions,
                          const std::vector<std::vector<tensor_uses>>& uses) {
  model::editor edit(m, detail::changing_buffers(m, instructions));
  std::vector<model::insertions> inserted;
  for (const model::subgraph& g : m.subgraphs) inserted.emplace_back(g.operations.size());
  operand_lists operands(m);
  constant_data data;

  for (const auto& [graph, tensor] : detail::processing_order(m)) {
    const std::vector<instruction>& list = instructions[graph][tensor];
    struct place {
      std::int32_t tensor;
      std::int32_t producer;
    };
    std::vector<place> now(list.size(), {static_cast<std::int32_t>(tensor), uses[graph][tensor].producer});
    for (std::size_t i = 0; i < list.size(); ++i) {
      const transformed done =
          detail::carry_out({edit, inserted[graph], operands, data, graph, now[i].tensor, now[i].producer, list[i]});
      if (!done.tensor || i + 1 == list.size()) continue;
      const std::unordered_set<std::int32_t> consumers(list[i].consumers.begin(), list[i].consumers.end());
      for (std::size_t later = i + 1; later < list.size(); ++later) {
        if (!detail::share_consumer(consumers, list[later])) continue;
        // The copy is for those of its parameters only, even if the same operator reads the tensor again.
        if (list[i].kind == transformation::duplicate_tensor && !same(list[i].params, list[later].params)) continue;
        now[later].tensor = *done.tensor;
        if (done.operation) now[later].producer = *done.operation;
      }
    }
  }
  data.write(edit);
  for (std::size_t g = 0; g < inserted.size(); ++g) inserted[g].commit(m.subgraphs[g]);
}

}  // namespace aeq::inline AEQ_ABI::quantize
