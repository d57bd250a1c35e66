// SPDX-License-Identifier: Apache-2.0
// Samples: what a model is fed, whoever made it, and the inputs that it has. A dataset (dataset.hpp) reads samples from
// files; any range of samples of one's own serves as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/kernel/operand.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

/// An input of a signature.
struct input_description {
  std::string name;    ///< in the signature
  std::string tensor;  ///< of the tensor
  element_type type = element_type::absent;
  std::vector<std::int32_t> shape;  ///< -1: any extent
  float scale = 0;                  ///< of an integer input; 0: none
  std::int32_t zero_point = 0;
};

/// A way to call a model. A model without signatures has one with an empty key, the inputs of its first subgraph.
struct signature_description {
  std::string key;
  std::vector<input_description> inputs;
};

/// The data of one input: elements in C order, in the machine's byte order, aligned for their type.
struct sample_input {
  element_type type = element_type::absent;
  std::vector<std::int32_t> shape;
  std::span<const std::byte> data{};
};

/// One call of a model: data for every input of one of its signatures, in the order of the inputs. The data belong to
/// someone else and must live until the next sample is asked for.
struct sample {
  std::size_t signature = 0;  ///< its place among the signatures
  std::vector<sample_input> inputs;
};

/// The signatures of a model. An input of a type that no data can be given for is `absent`.
[[nodiscard]] std::vector<signature_description> describe_inputs(const model::model& m);

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/sample.ipp>
#endif
