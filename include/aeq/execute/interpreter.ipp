// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <aeq/execute/interpreter.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aeq/execute/graph.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/execute/thread_pool.hpp>
#include <aeq/io/error.hpp>
#include <aeq/model/consistency.hpp>

namespace aeq::inline AEQ_ABI::execute {

class interpreter::machine final : detail::environment {
 public:
  machine(model::model source, const interpreter_options& options)
      : model_(std::move(source)),
        options_(options),
        signatures_((model::check_consistency(model_), signatures_of(model_))),
        pool_(options.threads),
        memory_(options.max_memory),
        buffers_(model_, memory_),
        graphs_(model_.subgraphs.size()),
        has_run_once_(model_.subgraphs.size(), false),
        is_active_(model_.subgraphs.size(), false) {
    check_signatures();
  }

  [[nodiscard]] std::span<const signature> signatures() const { return signatures_; }
  [[nodiscard]] std::uint64_t peak_memory() const { return memory_.peak(); }

  [[nodiscard]] std::string_view scheme_of(std::size_t subgraph, std::size_t operation) const {
    if (subgraph >= graphs_.size() || operation >= model_.subgraphs[subgraph].operations.size()) {
      throw error(error_code::wrong_usage, model_.file_name() + ": has no op " + std::to_string(operation) +
                                               " in a subgraph " + std::to_string(subgraph));
    }
    if (graphs_[subgraph] == nullptr) return {};
    const table_row* row = graphs_[subgraph]->steps()[operation].row;
    return row == nullptr ? std::string_view() : row->scheme->name;
  }

  void run(std::size_t number, std::span<const operand> inputs, const tensor_visitor& visitor) {
    last_ = nullptr;
    if (number >= signatures_.size()) {
      throw error(error_code::wrong_usage, model_.file_name() + ": has " + std::to_string(signatures_.size()) +
                                               " signatures, none of number " + std::to_string(number));
    }
    const signature& called = signatures_[number];
    check_inputs(model_, called, inputs);
    operations_left_ = options_.max_operations;
    detail::graph& g = at(called.subgraph);
    // A signature may list its inputs in another order than its subgraph does, and may leave some out.
    std::vector<operand> values(g.source().inputs.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto tensor = static_cast<std::size_t>(g.source().inputs[i]);
      for (std::size_t k = 0; k < called.inputs.size(); ++k) {
        if (called.inputs[k].tensor == tensor) values[i] = inputs[k];
      }
      if (!values[i].present() && !g.at(tensor).is_constant && !g.at(tensor).is_variable) {
        throw error(error_code::bad_input, model_.file_name() + ": signature '" + called.key + "' gives no value to " +
                                               model::label(g.source(), tensor));
      }
    }
    visitor_ = visitor ? &visitor : nullptr;
    run_graph(g, values);
    last_ = &called;
  }

  [[nodiscard]] operand output(std::size_t index) const {
    if (last_ == nullptr || index >= last_->outputs.size()) {
      throw error(error_code::wrong_usage, model_.file_name() + ": there is no output " + std::to_string(index) +
                                               (last_ == nullptr ? ", for no run has ended well" : ""));
    }
    return graphs_[last_->subgraph]->view(static_cast<std::int32_t>(last_->outputs[index].tensor));
  }

  void reset() {
    for (const auto& g : graphs_) {
      if (g != nullptr) g->reset_variables();
    }
    for (value& variable : variables_) variable = value();
    std::fill(has_run_once_.begin(), has_run_once_.end(), false);
  }

 private:
  /// A value outside of any graph: a variable, or what a loop carries.
  struct value {
    element_type type = element_type::absent;  ///< absent: none yet
    shape extents;
    std::size_t bytes = 0;
    detail::counted_memory memory;

    template <class Who>
    void assign(detail::memory_account& account, const operand& from, const Who& who) {
      type = element_type::absent;
      memory.reserve(account, from.data.size(), who);
      type = from.type;
      extents.assign(from.shape.begin(), from.shape.end());
      bytes = from.data.size();
      std::copy(from.data.begin(), from.data.end(), memory.span().begin());
    }
    [[nodiscard]] operand view() const { return {type, false, memory.span().first(bytes), extents, {}, {}, 0, 0}; }
  };

  /// Graphs that are made ready or run within each other: calls take room on the thread's stack.
  class descent {
   public:
    descent(machine& of, const detail::graph& into) : of_(of), number_(into.number()) {
      if (of.is_active_[number_]) {
        throw error(error_code::bad_input, of.model_.file_name() + ": subgraph " + std::to_string(number_) +
                                               " calls itself, directly or through others");
      }
      if (of.depth_ == most) {
        throw error(error_code::bad_input,
                    of.model_.file_name() + ": subgraphs call each other more than " + std::to_string(most) + " deep");
      }
      ++of.depth_;
      of.is_active_[number_] = true;
    }
    descent(const descent&) = delete;
    descent& operator=(const descent&) = delete;
    ~descent() {
      --of_.depth_;
      of_.is_active_[number_] = false;
    }

   private:
    static constexpr std::size_t most = 200;
    machine& of_;
    std::size_t number_;
  };

  /// Values can be given to the inputs of a subgraph only.
  void check_signatures() const {
    for (const signature& s : signatures_) {
      const std::vector<std::int32_t>& inputs = model_.subgraphs[s.subgraph].inputs;
      for (const port& p : s.inputs) {
        if (std::find(inputs.begin(), inputs.end(), static_cast<std::int32_t>(p.tensor)) == inputs.end()) {
          throw error(error_code::bad_input, model_.file_name() + ": signature '" + s.key + "', input '" + p.name +
                                                 "' is no input of subgraph " + std::to_string(s.subgraph));
        }
      }
    }
  }

  detail::graph& at(std::size_t number) {
    if (graphs_[number] == nullptr) {
      graphs_[number] = std::make_unique<detail::graph>(model_, number, static_cast<detail::environment&>(*this));
    }
    return *graphs_[number];
  }

  // What graphs ask for.

  bool shapes_of_call(std::size_t number, std::span<const shape> inputs, std::span<shape> outputs) override {
    detail::graph& callee = at(number);
    if (inputs.size() != callee.source().inputs.size() || outputs.size() != callee.source().outputs.size())
      return false;
    const descent deeper(*this, callee);
    callee.prepare(inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const detail::slot& output = callee.at(static_cast<std::size_t>(callee.source().outputs[i]));
      if (!output.has_shape) return false;
      outputs[i] = output.extents;
    }
    return true;
  }

  std::size_t variable(const std::string& container, const std::string& name) override {
    const std::pair<std::string, std::string> key(container, name);
    const auto found = std::find(variable_names_.begin(), variable_names_.end(), key);
    if (found != variable_names_.end()) return static_cast<std::size_t>(found - variable_names_.begin());
    variable_names_.push_back(key);
    variables_.emplace_back();
    return variables_.size() - 1;
  }

  detail::memory_account& memory() override { return memory_; }
  detail::buffer_store& buffers() override { return buffers_; }
  work_sharing share() override { return pool_.share(); }
  std::span<const table_row> kernels() override { return options_.kernels; }

  std::span<std::byte> scratch(std::size_t bytes) override {
    scratch_.reserve(memory_, bytes, [&] { return model_.file_name() + ": scratch memory of an op"; });
    return scratch_.span().first(bytes);
  }

  void count(const detail::graph& g, const detail::step& s) override {
    if (operations_left_-- == 0) {
      operations_left_ = 0;
      throw error(error_code::bad_input, g.place(s) + ": " + std::to_string(options_.max_operations) +
                                             " ops have run, and the model has not ended; raise the limit if it is "
                                             "meant to take so many");
    }
  }

  // Running.

  void visit(const detail::graph& g, std::int32_t tensor) {
    if (visitor_ == nullptr || tensor < 0) return;
    const operand seen = g.view(tensor);
    if (!seen.present()) return;  // a constant of a type that no op reads, as an input
    (*visitor_)({g.number(), static_cast<std::size_t>(tensor), &seen, pool_.share()});
  }

  void run_graph(detail::graph& g, std::span<const operand> inputs) {
    const descent deeper(*this, g);
    std::vector<shape> shapes;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const detail::slot& s = g.at(static_cast<std::size_t>(g.source().inputs[i]));
      shapes.push_back(inputs[i].present() ? shape(inputs[i].shape.begin(), inputs[i].shape.end()) : s.extents);
    }
    g.prepare(shapes);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto tensor = g.source().inputs[i];
      const detail::slot& s = g.at(static_cast<std::size_t>(tensor));
      if (inputs[i].present() && !s.is_constant) {
        if (!std::ranges::equal(s.extents, inputs[i].shape)) {  // a variable, or an input that is listed twice
          throw error(error_code::bad_input,
                      model_.file_name() + ": " + model::label(g.source(), static_cast<std::size_t>(tensor)) +
                          ", input " + std::to_string(i) + " of subgraph " + std::to_string(g.number()) + ", holds " +
                          described(s.type, s.extents) + ", not " + described(inputs[i].type, inputs[i].shape));
        }
        std::copy_n(inputs[i].data.begin(), s.data.size(), s.data.begin());
      }
      visit(g, tensor);
    }
    for (detail::step& s : g.steps()) {
      count(g, s);
      run_step(g, s);
      for (std::size_t i = 0; i < s.results; ++i) visit(g, s.outputs[i]);
    }
  }

  void run_step(detail::graph& g, detail::step& s) {
    if (s.is_folded || s.is_alias) return;
    if (s.flow != detail::control::none) return run_control(g, s);
    if (s.is_dynamic) g.prepare_step(s);
    g.evaluate(s);
  }

  [[noreturn]] void fail(const detail::graph& g, const detail::step& s, const std::string& sentence) const {
    throw error(error_code::bad_input, g.place(s) + ": " + sentence);
  }

  void run_control(detail::graph& g, detail::step& s) {
    using detail::control;
    std::vector<operand> inputs;
    for (const std::int32_t tensor : s.inputs) inputs.push_back(g.view(tensor));
    switch (s.flow) {
      case control::call:
        if (s.graphs.size() != 1) fail(g, s, "names no subgraph to call");
        return call(g, s, s.graphs[0], inputs);
      case control::call_once:
        if (s.graphs.size() != 1) fail(g, s, "names no subgraph to call");
        if (has_run_once_[static_cast<std::size_t>(s.graphs[0])]) return;
        check_count(g, s, at(static_cast<std::size_t>(s.graphs[0])), 0, 0);
        run_graph(at(static_cast<std::size_t>(s.graphs[0])), {});
        has_run_once_[static_cast<std::size_t>(s.graphs[0])] = true;
        return;
      case control::if_: {
        if (s.graphs.size() != 2 || inputs.empty()) fail(g, s, "wants a condition and two subgraphs");
        const bool condition = truth(g, s, inputs[0]);
        return call(g, s, s.graphs[condition ? 0 : 1], std::span<const operand>(inputs).subspan(1));
      }
      case control::while_: return loop(g, s, inputs);
      case control::variable: {
        const auto number = static_cast<std::int32_t>(s.variable);
        if (s.results != 1 || g.at(static_cast<std::size_t>(s.outputs[0])).type != element_type::int32) {
          fail(g, s, "wants one output for a variable");
        }
        std::memcpy(g.at(static_cast<std::size_t>(s.outputs[0])).data.data(), &number, sizeof number);
        return;
      }
      case control::read_variable: {
        if (s.results != 1) fail(g, s, "has one output");
        const value& variable = variable_of(g, s, inputs);
        if (variable.type == element_type::absent) fail(g, s, "reads a variable that nothing has been assigned to");
        return store(g, s, 0, variable.view());
      }
      case control::assign_variable:
        if (inputs.size() < 2 || !inputs[1].present()) fail(g, s, "wants a variable and a value");
        return variable_of(g, s, inputs).assign(memory_, inputs[1], [&] { return g.place(s); });
      case control::none: return;
    }
  }

  [[nodiscard]] bool truth(const detail::graph& g, const detail::step& s, const operand& condition) const {
    if (condition.type != element_type::boolean || condition.elements() != 1)
      fail(g, s, "the condition is no single bool");
    return condition.data[0] != std::byte(0);
  }

  [[nodiscard]] value& variable_of(const detail::graph& g, const detail::step& s, std::span<const operand> inputs) {
    if (inputs.empty() || inputs[0].type != element_type::int32 || inputs[0].data.size() < 4) {
      fail(g, s, "wants a variable");
    }
    const auto number = static_cast<std::size_t>(inputs[0].values<std::int32_t>()[0]);
    if (number >= variables_.size()) fail(g, s, "wants a variable");
    return variables_[number];
  }

  /// Puts a value into an output of a step.
  void store(detail::graph& g, detail::step& s, std::size_t result, const operand& from) {
    const auto tensor = static_cast<std::size_t>(s.outputs[result]);
    if (g.at(tensor).type != from.type)
      fail(g, s, "output " + std::to_string(result) + " gets a value of another type");
    if (s.is_dynamic) g.resize(tensor, from.shape);
    if (!std::ranges::equal(g.at(tensor).extents, from.shape)) {
      fail(g, s, "output " + std::to_string(result) + " gets a value of another shape than expected");
    }
    std::copy(from.data.begin(), from.data.end(), g.at(tensor).data.begin());
  }

  void check_count(const detail::graph& g, const detail::step& s, const detail::graph& callee, std::size_t inputs,
                   std::size_t outputs) const {
    if (callee.source().inputs.size() != inputs || callee.source().outputs.size() != outputs) {
      fail(g, s,
           "gives subgraph " + std::to_string(callee.number()) + " " + std::to_string(inputs) + " inputs for " +
               std::to_string(outputs) + " outputs; it has " + std::to_string(callee.source().inputs.size()) + " and " +
               std::to_string(callee.source().outputs.size()));
    }
  }

  void check_types(const detail::graph& g, const detail::step& s, const detail::graph& callee,
                   std::span<const operand> inputs) const {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const detail::slot& input = callee.at(static_cast<std::size_t>(callee.source().inputs[i]));
      if (input.type != inputs[i].type || input.type == element_type::absent) {
        fail(g, s,
             "input " + std::to_string(i) + " of subgraph " + std::to_string(callee.number()) +
                 " has another type than the value for it");
      }
    }
  }

  void call(detail::graph& g, detail::step& s, std::int32_t number, std::span<const operand> inputs) {
    detail::graph& callee = at(static_cast<std::size_t>(number));
    check_count(g, s, callee, inputs.size(), s.results);
    check_types(g, s, callee, inputs);
    run_graph(callee, inputs);
    for (std::size_t i = 0; i < s.results; ++i) store(g, s, i, callee.view(callee.source().outputs[i]));
  }

  void loop(detail::graph& g, detail::step& s, std::span<const operand> inputs) {
    if (s.graphs.size() != 2) fail(g, s, "wants two subgraphs, a condition and a body");
    detail::graph& condition = at(static_cast<std::size_t>(s.graphs[0]));
    detail::graph& body = at(static_cast<std::size_t>(s.graphs[1]));
    check_count(g, s, condition, inputs.size(), 1);
    check_count(g, s, body, inputs.size(), inputs.size());
    if (s.results != inputs.size()) fail(g, s, "has as many outputs as inputs");
    std::vector<value> carried(inputs.size());
    std::vector<operand> views(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!inputs[i].present()) fail(g, s, "leaves an input out");
      carried[i].assign(memory_, inputs[i], [&] { return g.place(s); });
      views[i] = carried[i].view();
    }
    while (true) {
      count(g, s);  // rounds may be without ops
      check_types(g, s, condition, views);
      run_graph(condition, views);
      if (!truth(g, s, condition.view(condition.source().outputs[0]))) break;
      check_types(g, s, body, views);
      run_graph(body, views);
      for (std::size_t i = 0; i < carried.size(); ++i) {
        carried[i].assign(memory_, body.view(body.source().outputs[i]), [&] { return g.place(s); });
        views[i] = carried[i].view();
      }
    }
    for (std::size_t i = 0; i < carried.size(); ++i) store(g, s, i, views[i]);
  }

  model::model model_;
  interpreter_options options_;
  std::vector<signature> signatures_;
  thread_pool pool_;
  detail::memory_account memory_;
  detail::buffer_store buffers_;
  std::vector<std::unique_ptr<detail::graph>> graphs_;
  std::vector<bool> has_run_once_;
  std::vector<value> variables_;
  std::vector<std::pair<std::string, std::string>> variable_names_;
  detail::counted_memory scratch_;
  const tensor_visitor* visitor_ = nullptr;
  std::uint64_t operations_left_ = 0;
  std::size_t depth_ = 0;
  std::vector<bool> is_active_;  ///< subgraphs that are being run or made ready
  const signature* last_ = nullptr;
};

AEQ_INLINE interpreter::interpreter(model::model source, const interpreter_options& options)
    : machine_(std::make_unique<machine>(std::move(source), options)) {}
AEQ_INLINE interpreter::interpreter(interpreter&&) noexcept = default;
AEQ_INLINE interpreter& interpreter::operator=(interpreter&&) noexcept = default;
AEQ_INLINE std::string_view interpreter::scheme_of(std::size_t subgraph, std::size_t operation) const {
  return machine_->scheme_of(subgraph, operation);
}
AEQ_INLINE interpreter::~interpreter() = default;

AEQ_INLINE std::span<const signature> interpreter::signatures() const {
  return machine_->signatures();
}
AEQ_INLINE void interpreter::run(std::size_t signature, std::span<const operand> inputs,
                                 const tensor_visitor& visitor) {
  machine_->run(signature, inputs, visitor);
}
AEQ_INLINE operand interpreter::output(std::size_t index) const {
  return machine_->output(index);
}
AEQ_INLINE void interpreter::reset() {
  machine_->reset();
}
AEQ_INLINE std::uint64_t interpreter::peak_memory() const {
  return machine_->peak_memory();
}

}  // namespace aeq::inline AEQ_ABI::execute
