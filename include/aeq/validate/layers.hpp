// SPDX-License-Identifier: Apache-2.0
// The ops of a model one by one: a model in which each op that computes a tensor of the other model is a subgraph with
// a signature of its own. So any engine runs an op alone, on inputs that carry nobody else's error.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/execute/engine.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// Tensors of two subgraphs that have one name, which is how they belong together.
struct tensor_pair {
  std::size_t reference = 0;
  std::size_t target = 0;
};

/// The named tensors of the reference's subgraph that the target's has too, in the reference's order; a name that comes
/// twice means its last tensor. Left out: names with "scratch" in them, and what is no number.
[[nodiscard]] std::vector<tensor_pair> pair_tensors(const model::subgraph& reference, const model::subgraph& target);

/// An op of the target that can run alone.
struct layer {
  std::size_t reference_subgraph = 0;  ///< whose values it is fed with
  std::size_t subgraph = 0;            ///< of the target
  std::size_t operation = 0;           ///< its number there
  std::string op;                      ///< CONV_2D
  std::size_t signature = 0;           ///< in the model of layers
  std::vector<tensor_pair> inputs;     ///< in the order of the signature's
  std::vector<tensor_pair> outputs;    ///< likewise
};

struct layer_model {
  model::model made;  ///< without signatures if there is no layer
  std::vector<layer> layers;
};

/// Adds to `into`, which was made from the target or is empty, the ops of a subgraph of the target that compute a
/// paired tensor. What stands between their inputs and paired tensors, such as a QUANTIZE that the reference does not
/// have, comes along. Ops that depend on anything else are left out.
void add_layers(const model::model& target, std::size_t subgraph, const std::vector<tensor_pair>& pairs,
                const model::model& reference, std::size_t reference_subgraph, layer_model& into);

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/layers.ipp>
#endif
