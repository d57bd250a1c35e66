// SPDX-License-Identifier: Apache-2.0
// STABLEHLO_COMPOSITE: a decomposition subgraph is quantized only where its composite is. (spec: quantization,
// section 5.6)
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <aeq/model/model.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Composites that are quantized as an op; others stay as they are.
inline constexpr std::array<std::string_view, 3> quantizable_composites{"odml.npu_call", "odml.rms_norm",
                                                                        "odml.l2_norm"};

namespace detail {

inline constexpr std::uint8_t composite_options = 21;
inline constexpr model::schema::table_descriptor composite_table =
    model::schema::builtin_options_2_members[composite_options];

struct composite {
  std::string_view name;
  std::int32_t decomposition = -1;
};

[[nodiscard]] inline composite composite_of(const model::operation& o) {
  if (o.options_2.type != composite_options || o.options_2.table == nullptr) return {};
  const model::view<composite_table> options(o.options_2.table);
  return {options.get<"name">().value_or(""), options.get<"decomposition_subgraph_index">()};
}

}  // namespace detail

/// Subgraphs in which nothing is quantized, whatever the plan says: decompositions of composites that stay as they are.
[[nodiscard]] inline std::vector<bool> skipped_subgraphs(const model::model& m, const recipe::plan& plan) {
  std::vector<bool> skipped(m.subgraphs.size(), false);
  std::vector<std::size_t> to_visit;
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) to_visit.push_back(g);
  while (!to_visit.empty()) {
    const std::size_t g = to_visit.back();
    to_visit.pop_back();
    for (std::size_t i = 0; i < m.subgraphs[g].operations.size(); ++i) {
      const model::operation& o = m.subgraphs[g].operations[i];
      if (m.builtin(o) != op::code::stablehlo_composite) continue;
      const detail::composite c = detail::composite_of(o);
      const bool known = std::find(quantizable_composites.begin(), quantizable_composites.end(), c.name) !=
                         quantizable_composites.end();
      const bool selected = !skipped[g] && known && plan.subgraphs[g].operations[i].quantize;
      if (selected || c.decomposition < 0) continue;
      const auto target = static_cast<std::size_t>(c.decomposition);
      if (skipped[target]) continue;
      skipped[target] = true;
      to_visit.push_back(target);  // what it calls is skipped with it
    }
  }
  return skipped;
}

}  // namespace aeq::inline AEQ_ABI::quantize
