// SPDX-License-Identifier: Apache-2.0
// Which composites a plan selects, which decompositions stay as they are, and what runs under control flow.
#pragma once

#include <aeq/quantize/composite.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <aeq/model/consistency.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

inline constexpr std::uint8_t composite_options = 21;
inline constexpr model::schema::table_descriptor composite_table =
    model::schema::builtin_options_2_members[composite_options];

struct composite {
  std::string_view name;
  std::int32_t decomposition = -1;
};

[[nodiscard]] AEQ_INLINE composite composite_of(const model::operation& o) {
  if (o.options_2.type != composite_options || o.options_2.table == nullptr) return {};
  const model::view<composite_table> options(o.options_2.table);
  return {options.get<"name">().value_or(""), options.get<"decomposition_subgraph_index">()};
}

}  // namespace detail

AEQ_INLINE bool is_quantizable_composite(const model::operation& o) {
  const std::string_view name = detail::composite_of(o).name;
  return std::find(quantizable_composites.begin(), quantizable_composites.end(), name) != quantizable_composites.end();
}

AEQ_INLINE std::vector<bool> skipped_subgraphs(const model::model& m, const recipe::plan& plan) {
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
      const bool selected = !skipped[g] && is_quantizable_composite(o) && plan.subgraphs[g].operations[i].quantize;
      if (selected || c.decomposition < 0) continue;
      const auto target = static_cast<std::size_t>(c.decomposition);
      if (skipped[target]) continue;
      skipped[target] = true;
      to_visit.push_back(target);  // what it calls is skipped with it
    }
  }
  return skipped;
}

AEQ_INLINE std::vector<bool> control_flow_bodies(const model::model& m) {
  std::vector<bool> result(m.subgraphs.size(), false);
  for (const model::subgraph& g : m.subgraphs) {
    for (const model::operation& o : g.operations) {
      if (m.builtin(o) == op::code::stablehlo_composite) continue;
      for (const std::int32_t body : model::called_subgraphs(o)) {
        if (body >= 0) result[static_cast<std::size_t>(body)] = true;
      }
    }
  }
  return result;
}

}  // namespace aeq::inline AEQ_ABI::quantize
