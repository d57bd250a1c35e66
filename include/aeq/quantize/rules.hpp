// SPDX-License-Identifier: Apache-2.0
// What materialization says of each tensor: how its producer leaves it and how each consumer wants it.
// (spec: quantization, section 5.1)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <aeq/quantize/parameters.hpp>

namespace aeq::inline AEQ_ABI::quantize {

enum class transformation : std::uint8_t {
  no_quantize,       ///< stays float
  quantize_tensor,   ///< the tensor itself becomes integers
  add_quantize,      ///< a QUANTIZE behind the tensor
  add_dequantize,    ///< the tensor becomes integers (or float16), a DEQUANTIZE behind it
  duplicate_buffer,  ///< the tensor gets a buffer of its own
  duplicate_tensor   ///< some consumers get a copy of the tensor
};

[[nodiscard]] constexpr std::string_view name_of(transformation t) {
  switch (t) {
    case transformation::no_quantize: return "NO_QUANTIZE";
    case transformation::quantize_tensor: return "QUANTIZE_TENSOR";
    case transformation::add_quantize: return "ADD_QUANTIZE";
    case transformation::add_dequantize: return "ADD_DEQUANTIZE";
    case transformation::duplicate_buffer: return "DUPLICATE_BUFFER";
    case transformation::duplicate_tensor: return "DUPLICATE_TENSOR";
  }
  return "?";
}

/// The inputs or outputs of a subgraph, where an operator's position stands.
inline constexpr std::int32_t graph_edge = -1;

/// What one op wants of a tensor: transformations in order, all with the same parameters.
struct tensor_rule {
  std::int32_t operation = graph_edge;
  std::vector<transformation> transformations;
  parameters params;  ///< null: none
};

/// Everything that is wanted of a tensor. Consumers in the order of visiting: operators, then the graph's outputs; an
/// op that reads the tensor twice is listed twice.
struct tensor_rules {
  std::optional<tensor_rule> producer;
  std::vector<tensor_rule> consumers;
};

/// Rules of every tensor, by subgraph and tensor.
using model_rules = std::vector<std::vector<tensor_rules>>;

/// Writes the rules of one subgraph's tensors.
class rule_writer {
 public:
  explicit rule_writer(std::vector<tensor_rules>& rules) : rules_(&rules) {}

  void consume(std::int32_t tensor, std::int32_t operation, transformation t, parameters p = nullptr) const {
    (*rules_)[static_cast<std::size_t>(tensor)].consumers.push_back({operation, {t}, std::move(p)});
  }
  void produce(std::int32_t tensor, std::int32_t operation, transformation t, parameters p = nullptr) const {
    (*rules_)[static_cast<std::size_t>(tensor)].producer = tensor_rule{operation, {t}, std::move(p)};
  }

 private:
  std::vector<tensor_rules>* rules_;
};

}  // namespace aeq::inline AEQ_ABI::quantize
