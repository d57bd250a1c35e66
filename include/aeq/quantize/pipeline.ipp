// SPDX-License-Identifier: Apache-2.0
// The steps of the pipeline, one after the other.
#pragma once

#include <aeq/quantize/pipeline.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <aeq/op/catalogue.hpp>
#include <aeq/quantize/integers_only.hpp>
#include <aeq/quantize/sharing.hpp>
#include <aeq/quantize/transform/remove_fake_quant.hpp>

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE std::vector<std::vector<tensor_uses>> uses_of(const model::model& m) {
  std::vector<std::vector<tensor_uses>> all;
  for (const model::subgraph& g : m.subgraphs) {
    std::vector<tensor_uses>& uses = all.emplace_back(g.tensors.size());
    for (const std::int32_t t : g.outputs) uses[static_cast<std::size_t>(t)].consumers.push_back(graph_edge);
    for (std::size_t i = 0; i < g.operations.size(); ++i) {
      const model::operation& o = g.operations[i];
      const op::operation_descriptor* entry = op::find(m.builtin(o));
      for (const std::int32_t t : o.outputs) {
        if (t < 0) continue;
        uses[static_cast<std::size_t>(t)].producer = static_cast<std::int32_t>(i);
        uses[static_cast<std::size_t>(t)].producer_is_free = entry != nullptr && entry->output == op::constraint::free;
      }
      for (const std::int32_t t : o.inputs) {
        if (t >= 0) uses[static_cast<std::size_t>(t)].consumers.push_back(static_cast<std::int32_t>(i));
      }
    }
  }
  return all;
}

AEQ_INLINE model_instructions instruct(const model::model& m, const model_rules& rules,
                                       const std::vector<std::vector<tensor_uses>>& uses) {
  model_instructions result(m.subgraphs.size());
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) {
    for (std::size_t t = 0; t < m.subgraphs[g].tensors.size(); ++t) {
      const std::string name = m.file_name() + ": " + model::label(m.subgraphs[g], t);
      result[g].push_back(instructions_of(rules[g][t], uses[g][t], name));
    }
  }
  return result;
}

namespace detail {

AEQ_INLINE model::model carry_out_plan(model::model m, const recipe::plan& plan, const pipeline_options& options,
                                       const trained_parameters& trained) {
  model_rules rules = materialize(m, plan, options, trained);
  if (options.integers_only) require_integers(m, plan, rules);
  resolve_sharing(m, rules);
  const std::vector<std::vector<tensor_uses>> uses = uses_of(m);
  const model_instructions instructions = instruct(m, rules, uses);
  transform(m, instructions, uses);
  return m;
}

}  // namespace detail

AEQ_INLINE model::model quantize_model(model::model m, const recipe::plan& plan, const pipeline_options& options) {
  if (!has_fake_quant(m)) return detail::carry_out_plan(std::move(m), plan, options, {});
  recipe::plan without = plan;
  const trained_parameters trained = remove_fake_quant(m, without, options.notes);
  return detail::carry_out_plan(std::move(m), without, options, trained);
}

}  // namespace aeq::inline AEQ_ABI::quantize
