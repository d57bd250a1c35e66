// SPDX-License-Identifier: Apache-2.0
// Which rules can live together, and the duplicates where they can't.
#pragma once

#include <aeq/quantize/sharing.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

[[nodiscard]] AEQ_INLINE bool leaves_source_float(transformation t) {
  return t == transformation::add_quantize || t == transformation::no_quantize;
}
[[nodiscard]] AEQ_INLINE bool turns_source_into_integers(transformation t) {
  return t == transformation::quantize_tensor || t == transformation::add_dequantize;
}

/// Whether one tensor can serve both.
[[nodiscard]] AEQ_INLINE bool compatible(const tensor_rule& a, const tensor_rule& b) {
  const bool equal_params = same(a.params, b.params);
  if (a.transformations == b.transformations && equal_params) return true;
  const transformation first = a.transformations.front();
  const transformation second = b.transformations.front();
  if (leaves_source_float(first) && leaves_source_float(second)) return true;
  return turns_source_into_integers(first) && turns_source_into_integers(second) && equal_params;
}

/// Whether two tensors can stay on one buffer.
[[nodiscard]] AEQ_INLINE bool compatible(const tensor_rules& a, const tensor_rules& b) {
  if (a.producer.has_value() != b.producer.has_value() || a.consumers.empty() != b.consumers.empty()) return false;
  if (a.producer && !compatible(*a.producer, *b.producer)) return false;
  return a.consumers.empty() || compatible(a.consumers.front(), b.consumers.front());
}

struct tensor_place {
  std::size_t graph;
  std::size_t tensor;
};

}  // namespace detail

AEQ_INLINE void resolve_sharing(const model::model& m, model_rules& rules) {
  std::vector<std::vector<detail::tensor_place>> tensors_of(m.buffers.size());
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) {
    for (std::size_t t = 0; t < m.subgraphs[g].tensors.size(); ++t) {
      const model::tensor& tensor = m.subgraphs[g].tensors[t];
      const tensor_rules& wanted = rules[g][t];
      if (!m.is_constant(tensor)) continue;
      if (wanted.consumers.empty() && !wanted.producer) continue;  // nobody reads it: it has no say
      tensors_of[tensor.buffer].push_back({g, t});
    }
  }
  for (const std::vector<detail::tensor_place>& tensors : tensors_of) {
    if (tensors.empty()) continue;
    const auto rules_of = [&](const detail::tensor_place& p) -> tensor_rules& { return rules[p.graph][p.tensor]; };
    std::vector<bool> split(tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const std::vector<tensor_rule>& consumers = rules_of(tensors[i]).consumers;
      split[i] = std::any_of(consumers.begin(), consumers.end(),
                             [&](const tensor_rule& r) { return !detail::compatible(consumers.front(), r); });
    }
    bool split_buffer = split[0];
    for (std::size_t i = 1; i < tensors.size(); ++i) {
      split_buffer = split_buffer || split[i] || !detail::compatible(rules_of(tensors[0]), rules_of(tensors[i]));
    }
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      for (tensor_rule& r : rules_of(tensors[i]).consumers) {
        std::vector<transformation>& list = r.transformations;
        const bool is_last = i + 1 == tensors.size();  // it keeps the buffer
        if (split_buffer && !is_last) list.insert(list.begin(), transformation::duplicate_buffer);
        if (split[i]) list.insert(list.begin(), transformation::duplicate_tensor);
      }
    }
  }
}

}  // namespace aeq::inline AEQ_ABI::quantize
