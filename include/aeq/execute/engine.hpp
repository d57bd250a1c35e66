// SPDX-License-Identifier: Apache-2.0
// What calibration and validation ask of whoever runs a model: our interpreter, LiteRT, or an engine of one's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <aeq/kernel/operand.hpp>
#include <aeq/kernel/work_sharing.hpp>

namespace aeq::inline AEQ_ABI::execute {

/// An input or output of a signature.
struct port {
  std::string name;         ///< the signature's; the tensor's where a model has no signatures
  std::string tensor_name;  ///< empty if the tensor has no name
  std::size_t tensor = 0;   ///< index in the signature's subgraph
  element_type type = element_type::float32;
  std::vector<std::int32_t> shape;  ///< -1 where any extent will do
  std::vector<float> scale;         ///< none: not quantized
  std::vector<std::int32_t> zero_point;
};

/// A way of calling a model. A model without signatures has one with an empty key, which is its first subgraph.
struct signature {
  std::string key;
  std::size_t subgraph = 0;
  std::vector<port> inputs;
  std::vector<port> outputs;
};

/// A tensor with the data that it has just got. Valid during the call that hands it over.
struct tensor_view {
  std::size_t subgraph = 0;
  std::size_t tensor = 0;
  const operand* value = nullptr;
  work_sharing share{};  ///< who may compute on it, during the call
};

/// Sees tensors when they have been computed: a subgraph's inputs first, then each op's outputs, in the order of the
/// ops. Bodies of loops show theirs in every round.
using tensor_visitor = std::function<void(const tensor_view&)>;

/// Runs one model. `run` takes a value per input of the signature, in its order, throws aeq::error where a value does
/// not fit, and shows every tensor that has data to the visitor (which may be empty); `output` is an output's value
/// until the next run. State (variables, caches of keys and values) stays from run to run until `reset`.
template <class Engine>
concept inference_engine = requires(Engine& engine, const Engine& constant, std::size_t index,
                                    std::span<const operand> inputs, const tensor_visitor& visitor) {
  { constant.signatures() } -> std::convertible_to<std::span<const signature>>;
  engine.run(index, inputs, visitor);
  { constant.output(index) } -> std::convertible_to<operand>;
  engine.reset();
};

}  // namespace aeq::inline AEQ_ABI::execute
