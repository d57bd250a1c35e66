// SPDX-License-Identifier: Apache-2.0
// Calibration: the definitions.
#pragma once

#include <aeq/calibrate/calibration.hpp>

#include <algorithm>
#include <span>

#include <aeq/calibrate/range_loops.hpp>
#include <aeq/calibrate/range_loops_avx2.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

AEQ_INLINE tensor_names needed_tensors(const model::model& m, const recipe::plan& plan) {
  tensor_names needed;
  const auto is_static = [](const recipe::decision& d) {
    return d.quantize && d.scheme.execution_mode == execution::static_range;
  };
  for (std::size_t g = 0; g < m.subgraphs.size() && g < plan.subgraphs.size(); ++g) {
    const model::subgraph& graph = m.subgraphs[g];
    const recipe::subgraph_plan& decisions = plan.subgraphs[g];
    const auto add = [&](const std::vector<std::int32_t>& tensors) {
      for (const std::int32_t i : tensors) {
        if (i < 0) continue;
        const model::tensor& t = graph.tensors[static_cast<std::size_t>(i)];
        if (t.name && !m.is_constant(t)) needed.insert(*t.name);
      }
    };
    for (std::size_t i = 0; i < graph.operations.size() && i < decisions.operations.size(); ++i) {
      if (!is_static(decisions.operations[i])) continue;
      add(graph.operations[i].inputs);
      add(graph.operations[i].outputs);
    }
    if (is_static(decisions.inputs)) add(graph.inputs);
    if (is_static(decisions.outputs)) add(graph.outputs);
  }
  return needed;
}

AEQ_INLINE void tell_unreached(const model::model& m, const tensor_names* wanted, const observations& seen,
                               warnings& notes) {
  for (const execute::signature& s : execute::signatures_of(m)) {
    std::size_t missing = 0;
    bool is_reached = false;
    for (const model::tensor& t : m.subgraphs[s.subgraph].tensors) {
      if (!t.name || t.name->empty() || m.is_constant(t)) continue;
      if (wanted != nullptr ? !wanted->contains(*t.name) : t.type != model::tensor_type::float32) continue;
      const observed* found = seen.find(*t.name);
      is_reached = is_reached || (found != nullptr && found->seen);
      ++missing;
    }
    if (is_reached || missing == 0) continue;
    std::string inputs;
    for (const execute::port& in : s.inputs) {
      inputs += (inputs.empty() ? "'" : ", '") + io::escaped_utf8((s.key.empty() ? "" : s.key + "/") + in.name) + "'";
    }
    notes.add(
        s.key.empty() ? m.file_name() : "signature '" + io::escaped_utf8(s.key) + "'",
        "no sample was run for it, so that " + std::to_string(missing) +
            " activations have no range, and a recipe that needs them refuses the model; its data are arrays named " +
            (inputs.empty() ? "SIGNATURE/INDEX/INPUT" : inputs));
  }
}

AEQ_INLINE collector::collector(const model::model& m, observations& into, const tensor_names* only)
    : model_(m), into_(into), only_(only) {
  for (const model::subgraph& g : m.subgraphs) places_.emplace_back(g.tensors.size(), not_shown);
}

AEQ_INLINE std::size_t collector::place_of(std::size_t graph, std::size_t tensor) {
  const model::tensor& t = model_.subgraphs[graph].tensors[tensor];
  if (!t.name || t.name->empty() || model_.is_constant(t)) return not_wanted;
  if (only_ != nullptr && !only_->contains(*t.name)) return not_wanted;
  const std::size_t place = into_.place_of(*t.name);
  last_.resize(std::max(last_.size(), place + 1));
  return place;
}

AEQ_INLINE void collector::begin(const execute::signature& called, const sample& s, warnings* notes) {
  for (std::size_t i = 0; i < s.inputs.size() && i < called.inputs.size(); ++i) {
    const operand& value = s.inputs[i];
    if (value.type != element_type::float32 || value.elements() == 0 || !value.is_complete()) continue;
    const float_range r = range_of(value.values<float>().data(), value.elements(), best_loops());
    if (r.nans + r.infinities == 0) continue;
    const std::string input = "input '" + io::escaped_utf8(called.inputs[i].name) + "'" +
                              (called.key.empty() ? "" : " of signature '" + io::escaped_utf8(called.key) + "'");
    if (r.nans > 0) {
      throw error(error_code::bad_input, model_.file_name() + ": " + input + " holds NaN in sample " +
                                             std::to_string(number_) + " of the data; numbers are accepted");
    }
    if (notes != nullptr && told_.insert(input).second) {
      notes->add(input, "holds infinity in sample " + std::to_string(number_) + " of the data; ranges leave that out");
    }
  }
  ++number_;
}

AEQ_INLINE void collector::take(const execute::tensor_view& shown) {
  std::size_t& place = places_[shown.subgraph][shown.tensor];
  if (place == not_shown) place = place_of(shown.subgraph, shown.tensor);
  if (place == not_wanted || shown.value == nullptr) return;
  // A tensor that is shown again, in another round of a loop, and another one of the same name are of the same sample:
  // the Python tool's average takes the first alone.
  const bool again = last_[place] == number_;
  last_[place] = number_;
  into_.observe(place, *shown.value, number_ - 1, again, shown.share);
}

AEQ_INLINE void collector::end() {
  into_.count_sample();
}

}  // namespace aeq::inline AEQ_ABI::calibrate
