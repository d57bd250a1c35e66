// SPDX-License-Identifier: Apache-2.0
// Samples: the inputs of a model.
#pragma once

#include <aeq/calibrate/sample.hpp>

#include <utility>

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

[[nodiscard]] AEQ_INLINE element_type input_type(model::tensor_type type) noexcept {
  switch (type) {
    case model::tensor_type::float32: return element_type::float32;
    case model::tensor_type::float16: return element_type::float16;
    case model::tensor_type::int8: return element_type::int8;
    case model::tensor_type::uint8: return element_type::uint8;
    case model::tensor_type::int16: return element_type::int16;
    case model::tensor_type::int32: return element_type::int32;
    case model::tensor_type::int64: return element_type::int64;
    case model::tensor_type::boolean: return element_type::boolean;
    default: return element_type::absent;  // a dataset says so when it is asked for data
  }
}

[[nodiscard]] AEQ_INLINE input_description describe_input(const model::subgraph& graph, std::size_t index) {
  const model::tensor& t = graph.tensors[index];
  input_description made;
  made.tensor = t.name.value_or(std::string());
  made.name = made.tensor;
  made.type = input_type(t.type);
  made.shape = t.shape_signature.empty() ? t.shape : t.shape_signature;
  if (t.quantization && t.quantization->scale.size() == 1 && made.type != element_type::float32) {
    made.scale = t.quantization->scale[0];
    if (!t.quantization->zero_point.empty()) {
      made.zero_point = static_cast<std::int32_t>(t.quantization->zero_point[0]);
    }
  }
  return made;
}

}  // namespace detail

AEQ_INLINE std::vector<signature_description> describe_inputs(const model::model& m) {
  std::vector<signature_description> all;
  for (const model::signature& s : m.signatures) {
    signature_description& made = all.emplace_back();
    made.key = s.key.value_or(std::string());
    for (const model::tensor_map& in : s.inputs) {
      made.inputs.push_back(detail::describe_input(m.subgraphs[s.subgraph], in.tensor));
      if (in.name) made.inputs.back().name = *in.name;
    }
  }
  if (all.empty() && !m.subgraphs.empty()) {
    signature_description& made = all.emplace_back();
    for (const std::int32_t tensor : m.subgraphs[0].inputs) {
      if (tensor < 0) continue;
      made.inputs.push_back(detail::describe_input(m.subgraphs[0], static_cast<std::size_t>(tensor)));
    }
  }
  return all;
}

}  // namespace aeq::inline AEQ_ABI::calibrate
