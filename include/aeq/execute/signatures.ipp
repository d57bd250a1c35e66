// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <aeq/execute/signatures.hpp>

#include <cstddef>
#include <string_view>

#include <aeq/io/error.hpp>

namespace aeq::inline AEQ_ABI::execute {

AEQ_INLINE element_type element_type_of(model::tensor_type type) {
  using from = model::tensor_type;
  switch (type) {
    case from::float32: return element_type::float32;
    case from::float16: return element_type::float16;
    case from::int2: return element_type::int2;
    case from::int4: return element_type::int4;
    case from::int8: return element_type::int8;
    case from::uint8: return element_type::uint8;
    case from::int16: return element_type::int16;
    case from::int32: return element_type::int32;
    case from::resource: return element_type::int32;  // a variable's number
    case from::int64: return element_type::int64;
    case from::boolean: return element_type::boolean;
    default: return element_type::absent;
  }
}

namespace detail {

[[nodiscard]] AEQ_INLINE port port_of(const model::subgraph& g, std::size_t tensor, const std::string* name) {
  const model::tensor& t = g.tensors[tensor];
  port p;
  p.tensor_name = t.name.value_or("");
  p.name = name != nullptr ? *name : p.tensor_name;
  p.tensor = tensor;
  p.type = element_type_of(t.type);
  p.shape = t.shape_signature.empty() ? t.shape : t.shape_signature;
  if (t.quantization) {
    p.scale = t.quantization->scale;
    for (const std::int64_t zero : t.quantization->zero_point) p.zero_point.push_back(static_cast<std::int32_t>(zero));
  }
  return p;
}

}  // namespace detail

AEQ_INLINE std::vector<signature> signatures_of(const model::model& m) {
  std::vector<signature> result;
  for (const model::signature& s : m.signatures) {
    const model::subgraph& g = m.subgraphs[s.subgraph];
    signature made{s.key.value_or(""), s.subgraph, {}, {}};
    const auto add = [&](const std::vector<model::tensor_map>& from, std::vector<port>& into) {
      for (const model::tensor_map& entry : from) {
        const std::string name = entry.name.value_or("");
        into.push_back(detail::port_of(g, entry.tensor, &name));
      }
    };
    add(s.inputs, made.inputs);
    add(s.outputs, made.outputs);
    result.push_back(std::move(made));
  }
  if (result.empty() && !m.subgraphs.empty()) {
    const model::subgraph& g = m.subgraphs[0];
    signature made;
    for (const std::int32_t t : g.inputs)
      made.inputs.push_back(detail::port_of(g, static_cast<std::size_t>(t), nullptr));
    for (const std::int32_t t : g.outputs)
      made.outputs.push_back(detail::port_of(g, static_cast<std::size_t>(t), nullptr));
    result.push_back(std::move(made));
  }
  return result;
}

AEQ_INLINE std::string described(element_type type, std::span<const std::int32_t> extents) {
  std::string text(name_of(type));
  text += " [";
  for (std::size_t i = 0; i < extents.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(extents[i]);
  return text + "]";
}

AEQ_INLINE void check_inputs(const model::model& m, const signature& called, std::span<const operand> inputs) {
  const std::string place = m.file_name() + ": signature '" + called.key + "'";
  if (inputs.size() != called.inputs.size()) {
    throw error(error_code::bad_input, place + ": got " + std::to_string(inputs.size()) + " values for " +
                                           std::to_string(called.inputs.size()) + " inputs");
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const port& wanted = called.inputs[i];
    bool fits = wanted.type != element_type::absent && inputs[i].type == wanted.type &&
                inputs[i].shape.size() == wanted.shape.size();
    for (std::size_t k = 0; fits && k < wanted.shape.size(); ++k) {
      const std::int32_t extent = inputs[i].shape[k];
      fits = extent >= 0 && (wanted.shape[k] < 0 || wanted.shape[k] == extent);
    }
    if (!fits || !inputs[i].is_complete()) {
      throw error(error_code::bad_input, place + ", input '" + wanted.name + "': takes " +
                                             described(wanted.type, wanted.shape) + ", not " +
                                             described(inputs[i].type, inputs[i].shape) +
                                             (fits ? ", for which there is too little data" : ""));
    }
  }
}

}  // namespace aeq::inline AEQ_ABI::execute
