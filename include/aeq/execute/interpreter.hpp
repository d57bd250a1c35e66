// SPDX-License-Identifier: Apache-2.0
// The built-in engine: runs a model op by op with the house's own kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <aeq/execute/engine.hpp>
#include <aeq/model/model.hpp>
#include <aeq/table/descriptor.hpp>

namespace aeq::inline AEQ_ABI::execute {

struct interpreter_options {
  unsigned threads = 0;                                ///< 0: one per processor
  std::uint64_t max_memory = std::uint64_t(8) << 30u;  ///< bytes of activations, folded constants and workspaces
  std::uint64_t max_operations = 100'000'000;          ///< ops per run, so that a loop without end ends

  /// Rows of a kernel table. Those that bring a kernel and whose scheme's formats an op's operands have
  /// (table/own_kernels.hpp) are asked in their order, and the first whose setup is ready runs the op; then ours. They
  /// must live as long as the interpreter, as those of `kernel_table` do.
  std::span<const table_row> kernels{};
};

/// Models inference_engine. Shapes are worked out before a run where they follow from the inputs' shapes; the tensors
/// then share one arena. Ops whose operands are all constant run once. Equal inputs give equal outputs at any number of
/// threads.
///
/// Everything throws aeq::error (bad_input) naming model, op and tensor: an op that there is no kernel for, operands
/// that it does not take, an index out of range, a limit of the options that is passed.
class interpreter {
 public:
  /// Keeps a copy of the model's metadata; looks at no op before its subgraph is first run.
  explicit interpreter(model::model source, const interpreter_options& options = {});
  interpreter(interpreter&&) noexcept;
  interpreter& operator=(interpreter&&) noexcept;
  ~interpreter();

  [[nodiscard]] std::span<const signature> signatures() const;

  /// Runs a signature on one value per input: of the input's type, with a shape that agrees with its open or fixed
  /// extents.
  void run(std::size_t signature, std::span<const operand> inputs, const tensor_visitor& visitor = {});

  /// Value of output `index` of the signature that ran last; valid until the next run.
  [[nodiscard]] operand output(std::size_t index) const;

  /// Variables and states as they were before the first run.
  void reset();

  /// Name of the scheme whose own kernel ran an op of a subgraph when it last ran; empty if it was ours, or if the op
  /// has not run.
  [[nodiscard]] std::string_view scheme_of(std::size_t subgraph, std::size_t operation) const;

  /// Bytes that runs have needed at most: arenas, values of their own, workspaces; without the model's weights.
  [[nodiscard]] std::uint64_t peak_memory() const;

 private:
  class machine;
  std::unique_ptr<machine> machine_;
};

}  // namespace aeq::inline AEQ_ABI::execute

#if AEQ_DEFINITIONS
#include <aeq/execute/interpreter.ipp>
#endif
