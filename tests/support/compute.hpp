// SPDX-License-Identifier: Apache-2.0
// One op on given values, through the interpreter's list of ops: shape, setup, check, evaluate.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <aeq/execute/arena.hpp>
#include <aeq/execute/families.hpp>
#include <aeq/execute/operation.hpp>

namespace aeq_test {

/// Bytes for a tensor, which can be copied.
struct tensor_bytes : aeq::execute::aligned_bytes {
  using aligned_bytes::aligned_bytes;
  tensor_bytes(const tensor_bytes& other) : aligned_bytes(other.size()) {
    if (other.size() != 0) std::memcpy(span().data(), other.span().data(), other.size());
  }
  tensor_bytes(tensor_bytes&&) noexcept = default;
  tensor_bytes& operator=(const tensor_bytes& other) { return *this = tensor_bytes(other); }
  tensor_bytes& operator=(tensor_bytes&&) noexcept = default;
  ~tensor_bytes() = default;
};

/// A tensor that owns its data.
struct value {
  aeq::element_type type = aeq::element_type::absent;
  std::vector<std::int32_t> shape;
  tensor_bytes data{};
  std::vector<float> scale{};
  std::vector<std::int32_t> zero_point{};
  std::int32_t channel_axis = 0;
  bool is_constant = false;
  std::int32_t block_elements = 0;

  template <class T>
  [[nodiscard]] std::vector<T> as() const {
    std::vector<T> result(data.size() / sizeof(T));
    if (!result.empty()) std::memcpy(result.data(), data.span().data(), result.size() * sizeof(T));
    return result;
  }
  [[nodiscard]] std::vector<float> floats() const { return as<float>(); }
};

template <class T>
[[nodiscard]] value make(aeq::element_type type, std::vector<std::int32_t> shape, const std::vector<T>& values) {
  value v{type, std::move(shape), tensor_bytes(values.size() * sizeof(T))};
  if (!values.empty()) std::memcpy(v.data.span().data(), values.data(), v.data.size());
  return v;
}
[[nodiscard]] inline value floats(std::vector<std::int32_t> shape, const std::vector<float>& values) {
  return make(aeq::element_type::float32, std::move(shape), values);
}
[[nodiscard]] inline value ints(std::vector<std::int32_t> shape, const std::vector<std::int32_t>& values) {
  return make(aeq::element_type::int32, std::move(shape), values);
}

/// Outputs of an op, of the given types and the shapes that the op says. Throws std::runtime_error with the words of a
/// status that is not ready. `share` may be a thread pool's.
[[nodiscard]] inline std::vector<value> compute(aeq::op::code code, const std::vector<value>& inputs,
                                                const aeq::operation_options& options = {},
                                                std::vector<value> outputs = {}, const aeq::work_sharing& share = {}) {
  const aeq::execute::operation* what = aeq::execute::find_operation(code);
  if (what == nullptr) throw std::runtime_error("no such op");
  const auto expect = [](const char* where, aeq::status s) {
    if (s != aeq::status::ready) throw std::runtime_error(std::string(where) + ": " + std::string(name_of(s)));
  };
  if (outputs.empty()) outputs.resize(1);
  std::vector<aeq::operand> views;
  for (const value& v : inputs) {
    views.push_back(
        {v.type, v.is_constant, v.data.span(), v.shape, v.scale, v.zero_point, v.channel_axis, v.block_elements});
  }
  std::vector<aeq::execute::shape> shapes(outputs.size());
  expect("shape", what->shapes(views, options, shapes));
  std::vector<aeq::result_operand> results;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    value& v = outputs[i];
    if (v.type == aeq::element_type::absent) v.type = aeq::element_type::float32;
    v.shape = shapes[i];
    std::size_t elements = 1;
    for (const std::int32_t extent : v.shape) elements *= static_cast<std::size_t>(extent);
    v.data = tensor_bytes((elements * static_cast<std::size_t>(bits_of(v.type)) + 7) / 8);
    std::fill(v.data.span().begin(), v.data.span().end(), std::byte(0xa5));  // nothing may be left as it was
    results.push_back({v.type, false, v.data.span(), v.shape, v.scale, v.zero_point, v.channel_axis, v.block_elements});
  }
  aeq::kernel_arguments call{views, results, options, {}, share};
  const aeq::kernel_functions kernel = aeq::execute::kernel_for(*what, views);
  const aeq::execute::aligned_bytes workspace(kernel.workspace_bytes(call));
  const aeq::execute::aligned_bytes scratch(kernel.scratch_bytes == nullptr ? 0 : kernel.scratch_bytes(call));
  expect("setup", kernel.setup(call, workspace.span()));
  call.scratch = scratch.span();
  if (kernel.check != nullptr) expect("check", kernel.check(call));
  kernel.evaluate(call, workspace.span());
  return outputs;
}

}  // namespace aeq_test
