// SPDX-License-Identifier: Apache-2.0
// Static range: ops whose activations are integers. Each op's constraint says how the parameters of its operands hang
// together. Included by definitions only. (spec: quantization, sections 5.1, 5.3 and 5.4)
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>
#include <aeq/quantize/activations.hpp>
#include <aeq/quantize/constants.hpp>
#include <aeq/quantize/rules.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::quantize::detail {

/// An op as messages name it.
[[nodiscard]] std::string place_of(const model::model& m, const decided_operation& at);

class static_range {
 public:
  static_range(const model::model& m, constants& shared, activations& ranges)
      : model_(m), constants_(shared), activations_(ranges) {}

  /// The rules of one op's operands. Throws error (not_quantizable).
  void materialize(const decided_operation& at, const rule_writer& rules);

  /// The rule of a subgraph's input: it arrives as integers.
  void materialize_input(std::size_t graph, std::int32_t tensor, const recipe::decision& d, const rule_writer& rules);
  /// The rule of a subgraph's output: it leaves as integers.
  void materialize_output(std::size_t graph, std::int32_t tensor, const recipe::decision& d, const rule_writer& rules);

  /// Biases follow from the scales of inputs and weights: call it when those of the weights are there. `notes`, unless
  /// null, gets biases that are too large for their scale.
  void finish_biases(warnings* notes);

 private:
  struct operand {
    std::int32_t tensor;
    bool takes_part;  ///< else it stays as it is
  };
  /// A bias whose scale is the product of two others.
  struct pending_bias {
    std::shared_ptr<tensor_parameters> target;
    parameters input;
    parameters weight;
    std::vector<std::int32_t> shape;
  };

  [[nodiscard]] const model::tensor& tensor(std::size_t graph, std::int32_t index) const {
    return model_.subgraphs[graph].tensors[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] std::vector<operand> inputs_of(const decided_operation& at) const;
  [[nodiscard]] std::vector<operand> outputs_of(const decided_operation& at) const;
  [[nodiscard]] static std::int32_t only_one(const decided_operation& at, const std::vector<operand>& operands,
                                             const char* what);

  [[nodiscard]] parameters of_input(const decided_operation& at, std::int32_t tensor);
  [[nodiscard]] parameters of_activation(const decided_operation& at, std::int32_t tensor) const;
  [[nodiscard]] parameters fixed_output(const decided_operation& at) const;
  [[nodiscard]] parameters stored(const decided_operation& at, std::int32_t tensor) const;
  void hand_on(const decided_operation& at, const std::vector<operand>& inputs, const std::vector<operand>& outputs,
               const parameters& p);
  void add_bias(const decided_operation& at, const std::vector<parameters>& of_inputs, std::size_t slot,
                const rule_writer& rules);

  const model::model& model_;
  constants& constants_;
  activations& activations_;
  std::vector<pending_bias> biases_;
};

}  // namespace aeq::inline AEQ_ABI::quantize::detail

#if AEQ_DEFINITIONS
#include <aeq/quantize/static_range.ipp>
#endif
