// SPDX-License-Identifier: Apache-2.0
// FAKE_QUANT operators, their tensors and their places in the plan.
#pragma once

#include <aeq/quantize/transform/remove_fake_quant.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <flatbuffers/flatbuffers.h>

#include <aeq/op/code.hpp>
#include <aeq/quantize/weight.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

class fake_quant_removal {
 public:
  fake_quant_removal(model::model& m, recipe::plan& plan, warnings* notes) : model_(m), plan_(plan), notes_(notes) {}

  trained_parameters run() {
    count_buffers();
    for (graph_ = 0; graph_ < model_.subgraphs.size(); ++graph_) remove_from_graph();
    drop_code();
    return std::move(result_);
  }

 private:
  /// Who stands around a tensor; an edge of the graph counts as an operator with the edge's decision.
  struct uses {
    std::vector<const recipe::decision*> readers;
    const recipe::decision* producer = nullptr;
    std::int32_t producing_operation = -1;
    bool is_input = false;
    bool is_output = false;
    std::size_t reads = 0;  ///< slots of operators and of the graph's outputs
  };

  [[nodiscard]] model::subgraph& graph() { return model_.subgraphs[graph_]; }
  [[nodiscard]] model::tensor& tensor(std::int32_t t) { return graph().tensors[static_cast<std::size_t>(t)]; }

  void count_buffers() {
    tensors_on_.assign(model_.buffers.size(), 0);
    for (const model::subgraph& g : model_.subgraphs) {
      for (const model::tensor& t : g.tensors) ++tensors_on_[t.buffer];
    }
    for (const model::metadata_entry& entry : model_.metadata) ++tensors_on_[entry.buffer];
    for (const std::int32_t b : model_.metadata_buffer) {
      if (b >= 0 && static_cast<std::size_t>(b) < tensors_on_.size()) ++tensors_on_[static_cast<std::size_t>(b)];
    }
  }

  void find_uses() {
    const recipe::subgraph_plan& decisions = plan_.subgraphs[graph_];
    uses_.assign(graph().tensors.size(), {});
    const auto read = [&](std::int32_t t, const recipe::decision& d) -> uses& {
      uses& u = uses_[static_cast<std::size_t>(t)];
      u.readers.push_back(&d);
      ++u.reads;
      return u;
    };
    for (const std::int32_t t : graph().inputs) {
      uses& u = uses_[static_cast<std::size_t>(t)];
      u.producer = &decisions.inputs;
      u.is_input = true;
    }
    for (std::size_t i = 0; i < graph().operations.size(); ++i) {
      const model::operation& o = graph().operations[i];
      for (const std::int32_t t : o.inputs) {
        if (t >= 0) read(t, decisions.operations[i]);
      }
      for (const std::int32_t t : o.outputs) {
        if (t < 0) continue;
        uses_[static_cast<std::size_t>(t)].producer = &decisions.operations[i];
        uses_[static_cast<std::size_t>(t)].producing_operation = static_cast<std::int32_t>(i);
      }
    }
    for (const std::int32_t t : graph().outputs) read(t, decisions.outputs).is_output = true;
  }

  [[nodiscard]] static bool is_static(const recipe::decision* d) {
    return d != nullptr && d->quantize && d->scheme.execution_mode == execution::static_range;
  }

  /// The tensor that stands in the place of another.
  [[nodiscard]] std::int32_t now(std::int32_t t) const {
    while (t >= 0 && instead_[static_cast<std::size_t>(t)] != t) t = instead_[static_cast<std::size_t>(t)];
    return t;
  }

  void remove_from_graph() {
    const auto is_fake_quant = [&](const model::operation& o) { return model_.builtin(o) == op::code::fake_quant; };
    if (std::none_of(graph().operations.begin(), graph().operations.end(), is_fake_quant)) return;
    find_uses();
    instead_.resize(graph().tensors.size());
    for (std::size_t t = 0; t < instead_.size(); ++t) instead_[t] = static_cast<std::int32_t>(t);
    ranges_.assign(graph().tensors.size(), std::nullopt);
    std::vector<bool> gone(graph().operations.size(), false);
    for (std::size_t i = 0; i < gone.size(); ++i) {
      const std::optional<calibrate::fake_quant> f = calibrate::fake_quant_of(model_, graph_, i);
      if (f) gone[i] = remove(*f, i);
    }
    for (std::size_t t = 0; t < ranges_.size(); ++t) {
      if (ranges_[t] && instead_[t] == static_cast<std::int32_t>(t)) {
        result_.ranges.push_back({graph_, static_cast<std::int32_t>(t), *ranges_[t]});
      }
    }
    rewire();
    erase(gone);
  }

  /// Whether the operator can go.
  bool remove(const calibrate::fake_quant& f, std::size_t position) {
    const std::int32_t from = graph().operations[position].inputs[0];
    const std::int32_t to = graph().operations[position].outputs[0];
    if (tensor(from).type != model::tensor_type::float32 || tensor(to).type != model::tensor_type::float32)
      return false;
    if (!is_new(from, to)) return false;
    const uses& behind = uses_[static_cast<std::size_t>(to)];
    if (model_.is_constant(tensor(from))) {
      const bool is_wanted = std::any_of(behind.readers.begin(), behind.readers.end(),
                                         [](const recipe::decision* d) { return d->quantize; });
      return is_wanted && fold(f, from, to);
    }
    const uses& before = uses_[static_cast<std::size_t>(from)];
    if (!is_static(before.producer) && std::none_of(behind.readers.begin(), behind.readers.end(), is_static))
      return false;
    return merge(f.range(), from, to);
  }

  /// Whether an operator's output is its own tensor, like its input: else the two can't become one.
  [[nodiscard]] bool is_new(std::int32_t from, std::int32_t to) {
    return now(to) == to && now(from) != to && !uses_[static_cast<std::size_t>(to)].is_input &&
           !model_.is_constant(tensor(to)) && !tensor(to).is_variable && tensor(from).shape == tensor(to).shape;
  }

  /// The tensors before and behind a FAKE_QUANT become one: that of the graph's edge, or the first.
  bool merge(const calibrate::tensor_range& range, std::int32_t from, std::int32_t to) {
    const std::int32_t first = now(from);
    std::optional<calibrate::tensor_range>& known = ranges_[static_cast<std::size_t>(first)];
    if (known && *known != range) {
      if (notes_ != nullptr) {
        notes_->add(model_.file_name() + ": " + model::label(graph(), static_cast<std::size_t>(to)),
                    "its FAKE_QUANT stays: that of " + model::label(graph(), static_cast<std::size_t>(from)) +
                        " has another range, " + calibrate::describe(*known) + " in place of " +
                        calibrate::describe(range));
      }
      ranges_[static_cast<std::size_t>(to)] = range;
      return false;
    }
    const uses& before = uses_[static_cast<std::size_t>(first)];
    const bool is_edge = before.is_input || before.is_output || tensor(first).is_variable;
    const bool keeps_output =
        uses_[static_cast<std::size_t>(to)].is_output && !is_edge && before.producing_operation >= 0;
    const std::int32_t kept = keeps_output ? to : first;
    const std::int32_t dropped = keeps_output ? first : to;
    instead_[static_cast<std::size_t>(dropped)] = kept;
    ranges_[static_cast<std::size_t>(kept)] = range;
    if (keeps_output) {
      uses_[static_cast<std::size_t>(kept)].producing_operation = before.producing_operation;
    } else {
      uses_[static_cast<std::size_t>(kept)].is_output |= uses_[static_cast<std::size_t>(to)].is_output;
    }
    return true;
  }

  /// The tensor behind the FAKE_QUANT becomes a constant of the rounded values.
  bool fold(const calibrate::fake_quant& f, std::int32_t from, std::int32_t to) {
    const model::tensor& source = tensor(from);
    const auto count = static_cast<std::size_t>(model::element_count(source.shape));
    if (source.sparsity != nullptr) return false;
    const weight values(model_, source, model::label(graph(), static_cast<std::size_t>(from)), layout_of(source.shape));
    const calibrate::fake_quant_grid grid = f.grid();
    calibrate::fake_quant_grid used{grid.scale, 0, 0};
    std::vector<float> scratch;
    const float* const floats = values.values(0, count, scratch);
    std::vector<std::uint8_t> bytes(count * sizeof(float));
    bool is_on_grid = grid.scale > 0;
    for (std::size_t i = 0; i < count; ++i) {
      const bool is_number = !std::isnan(floats[i]);
      is_on_grid = is_on_grid && is_number;  // who asks for its scale refuses the weight
      const std::int32_t step = is_number ? grid.step_of(floats[i]) : 0;
      used.lowest = std::min(used.lowest, step);
      used.highest = std::max(used.highest, step);
      flatbuffers::WriteScalar(bytes.data() + i * sizeof(float),
                               is_number ? static_cast<float>(step) * grid.scale : floats[i]);
    }
    const std::shared_ptr<const std::vector<std::uint8_t>> kept =
        std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
    model_.storage.push_back(kept);
    model::buffer made;
    made.present = true;
    made.data = *kept;
    made.size = kept->size();
    // Nobody else wants the values as they were: they need not be in the file.
    const bool is_alone = uses_[static_cast<std::size_t>(from)].reads == 1 && tensors_on_[source.buffer] == 1;
    if (is_alone) {
      tensor(to).buffer = std::exchange(tensor(from).buffer, 0);
      model_.buffers[tensor(to).buffer] = std::move(made);
    } else {
      tensor(to).buffer = static_cast<std::uint32_t>(model_.buffers.size());
      model_.buffers.push_back(std::move(made));
      tensors_on_.push_back(1);
    }
    if (is_on_grid) result_.grids.push_back({graph_, to, used});
    return true;
  }

  void rewire() {
    const auto all = [&](std::vector<std::int32_t>& list) {
      for (std::int32_t& t : list) t = now(t);
    };
    for (model::operation& o : graph().operations) {
      all(o.inputs);
      all(o.outputs);
    }
    all(graph().outputs);
    for (model::signature& s : model_.signatures) {
      if (s.subgraph != graph_) continue;
      for (model::tensor_map& entry : s.outputs) {
        entry.tensor = static_cast<std::uint32_t>(now(static_cast<std::int32_t>(entry.tensor)));
      }
    }
  }

  void erase(const std::vector<bool>& gone) {
    std::vector<model::operation>& operations = graph().operations;
    std::vector<recipe::decision>& decisions = plan_.subgraphs[graph_].operations;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < gone.size(); ++i) {
      if (gone[i]) {
        result_.removed.push_back({graph_, i});
        continue;
      }
      if (kept != i) {
        operations[kept] = std::move(operations[i]);
        decisions[kept] = std::move(decisions[i]);
      }
      ++kept;
    }
    operations.resize(kept);
    decisions.resize(kept);
  }

  /// The operator code goes too, if nobody is left: a runtime may not know it.
  void drop_code() {
    for (std::size_t c = model_.operator_codes.size(); c-- > 0;) {
      if (model_.operator_codes[c].builtin != op::code::fake_quant) continue;
      const auto has_it = [&](const model::operation& o) { return o.code == c; };
      const bool is_used = std::any_of(model_.subgraphs.begin(), model_.subgraphs.end(), [&](const model::subgraph& g) {
        return std::any_of(g.operations.begin(), g.operations.end(), has_it);
      });
      if (is_used) continue;
      model_.operator_codes.erase(model_.operator_codes.begin() + static_cast<std::ptrdiff_t>(c));
      for (model::subgraph& g : model_.subgraphs) {
        for (model::operation& o : g.operations) o.code -= o.code > c ? 1 : 0;
      }
    }
  }

  model::model& model_;
  recipe::plan& plan_;
  warnings* notes_;
  trained_parameters result_;
  std::size_t graph_ = 0;
  std::vector<std::size_t> tensors_on_;  ///< by buffer
  std::vector<uses> uses_;               ///< by tensor of the graph
  std::vector<std::int32_t> instead_;  ///< by tensor: the next one on the way to what takes its place; itself: it stays
  std::vector<std::optional<calibrate::tensor_range>> ranges_;  ///< by tensor that stays
};

}  // namespace detail

AEQ_INLINE bool has_fake_quant(const model::model& m) {
  return std::any_of(m.operator_codes.begin(), m.operator_codes.end(),
                     [](const model::operator_code& c) { return c.builtin == op::code::fake_quant; });
}

AEQ_INLINE trained_parameters remove_fake_quant(model::model& m, recipe::plan& plan, warnings* notes) {
  return detail::fake_quant_removal(m, plan, notes).run();
}

}  // namespace aeq::inline AEQ_ABI::quantize
