// SPDX-License-Identifier: Apache-2.0
// A subgraph made ready to run for given shapes of its inputs: where each tensor lies, and the ops as calls of kernels.
//
// Inside: interpreter.ipp includes it, other headers do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <aeq/execute/engine.hpp>
#include <aeq/execute/families.hpp>
#include <aeq/execute/memory.hpp>
#include <aeq/execute/operation.hpp>
#include <aeq/execute/options.hpp>
#include <aeq/execute/slot.hpp>
#include <aeq/model/model.hpp>
#include <aeq/table/descriptor.hpp>

namespace aeq::inline AEQ_ABI::execute::detail {

/// Ops that are no kernels.
enum class control : std::uint8_t { none, call, call_once, if_, while_, variable, read_variable, assign_variable };

struct step {
  std::size_t number = 0;  ///< of the operator in its subgraph
  op::code code = op::code::add;
  const execute::operation* what = nullptr;  ///< null for control
  kernel_functions kernel{};                 ///< that it was set up with
  const table_row* row = nullptr;            ///< whose kernel that is; null: ours
  control flow = control::none;
  operation_options options;
  option_lists option_values;         ///< that `options` views
  std::vector<std::int32_t> inputs;   ///< tensors, -1: left out
  std::vector<std::int32_t> outputs;  ///< of the op; then, if it has state, those of its inputs that are variables
  std::size_t results = 0;            ///< how many of `outputs` are the op's
  std::vector<std::int32_t> graphs;   ///< that control calls
  std::size_t variable = 0;

  bool is_folded = false;   ///< has been computed; its outputs are constants
  bool is_dynamic = false;  ///< shapes are known when it runs only
  bool is_alias = false;    ///< outputs lie where the input lies
  std::vector<operand> input_views;
  std::vector<result_operand> output_views;
  std::vector<operand> intermediate_views;
  counted_memory workspace;
  std::size_t scratch = 0;
  bool is_set_up = false;
  std::vector<shape> set_up_for;  ///< a dynamic step: shapes of its operands when it was set up
};

class graph;

/// What a graph needs from the machine that it is a part of.
class environment {
 public:
  virtual ~environment() = default;
  /// Prepares a called graph and says the shapes of its outputs; false if they are known in a run only.
  virtual bool shapes_of_call(std::size_t graph, std::span<const shape> inputs, std::span<shape> outputs) = 0;
  virtual std::size_t variable(const std::string& container, const std::string& name) = 0;
  virtual memory_account& memory() = 0;
  virtual buffer_store& buffers() = 0;
  virtual std::span<std::byte> scratch(std::size_t bytes) = 0;
  /// Counts an op that is made ready or run; throws when there have been too many.
  virtual void count(const graph& g, const step& s) = 0;
  virtual work_sharing share() = 0;
  /// Rows with kernels that are asked before ours.
  virtual std::span<const table_row> kernels() = 0;
};

class graph {
 public:
  graph(const model::model& source, std::size_t number, environment& around);

  /// Makes everything ready for inputs of these shapes, one per input of the subgraph. Does nothing if it is already.
  void prepare(std::span<const shape> inputs);

  /// A dynamic step right before it runs: shapes, memory, setup.
  void prepare_step(step& s);
  /// Checks the data, and evaluates.
  void evaluate(step& s);
  /// Gives an output of a dynamic step a shape, and memory to it.
  void resize(std::size_t tensor, std::span<const std::int32_t> extents);

  [[nodiscard]] operand view(std::int32_t tensor) const {
    return tensor < 0 ? operand() : slots_[static_cast<std::size_t>(tensor)].view();
  }
  [[nodiscard]] std::span<step> steps() { return steps_; }
  [[nodiscard]] slot& at(std::size_t tensor) { return slots_[tensor]; }
  [[nodiscard]] const slot& at(std::size_t tensor) const { return slots_[tensor]; }
  [[nodiscard]] const model::subgraph& source() const { return model_.subgraphs[number_]; }
  [[nodiscard]] std::size_t number() const { return number_; }
  void reset_variables();

  /// "m.tflite: FULLY_CONNECTED 3 ('name of its output')", the beginning of messages.
  [[nodiscard]] std::string place(const step& s) const;

 private:
  void make_steps();
  [[nodiscard]] std::string unreadable(std::int32_t tensor) const;
  void begin(step& s);
  void forget_run();
  [[nodiscard]] bool infer(step& s, bool is_running);
  [[nodiscard]] bool infer_control(const step& s, std::span<shape> results);
  void fold(step& s);
  void plan_memory();
  void bind(step& s);
  void setup(step& s);
  [[nodiscard]] status setup_with(step& s, const kernel_functions& kernel);
  [[nodiscard]] storage sharing_of(const step& s) const;
  void own(std::size_t tensor, const step* s);
  [[nodiscard]] std::uint64_t bytes_of(std::size_t tensor, const step* s) const;
  [[noreturn]] void fail(const step& s, const std::string& sentence) const;
  [[noreturn]] void fail(const step& s, status why) const;

  const model::model& model_;
  std::size_t number_;
  environment& around_;
  std::vector<slot> slots_;
  std::vector<step> steps_;
  std::vector<std::int32_t> kept_;  ///< tensors that are read after a run
  std::vector<shape> prepared_for_;
  bool is_prepared_ = false;
  counted_memory arena_;
};

}  // namespace aeq::inline AEQ_ABI::execute::detail

#if AEQ_DEFINITIONS
#include <aeq/execute/graph.ipp>
#endif
