// SPDX-License-Identifier: Apache-2.0
// Inside: what a comparison keeps of tensors, layers and signatures while samples go by; comparison.ipp includes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/execute/engine.hpp>
#include <aeq/kernel/operand.hpp>
#include <aeq/validate/layers.hpp>
#include <aeq/validate/metrics.hpp>
#include <aeq/validate/result.hpp>
#include <aeq/validate/values.hpp>

namespace aeq::inline AEQ_ABI::validate::detail {

inline constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// A tensor's value in the sample at hand.
struct seen_value {
  bool is_there = false;
  element_type type = element_type::absent;
  std::vector<std::byte> bytes;  ///< of what is no float32
  std::vector<std::int32_t> shape;
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;
  std::vector<float> floats;
  limit_counts limits;

  void set(const operand& value, bool keep_bytes) {
    is_there = true;
    type = value.type;
    shape.assign(value.shape.begin(), value.shape.end());
    scale.assign(value.scale.begin(), value.scale.end());
    zero_point.assign(value.zero_point.begin(), value.zero_point.end());
    bytes.clear();
    if (keep_bytes && type != element_type::float32) bytes.assign(value.data.begin(), value.data.end());
    to_floats(value, floats);
  }

  [[nodiscard]] operand view() const {
    const auto held =
        type == element_type::float32 ? std::as_bytes(std::span(floats)) : std::span<const std::byte>(bytes);
    return {type, false, held, shape, scale, zero_point, 0, 0};
  }
};

/// A tensor of both models, over all samples.
struct compared_tensor {
  tensor_pair pair;
  tensor_result result;
  accumulation errors;
  seen_value reference;
  seen_value target;
  bool is_told = false;  ///< that it can't be compared
};

/// An op of the target that can run alone, over all samples.
struct compared_layer {
  const layer* what = nullptr;
  std::vector<std::size_t> inputs;   ///< places of compared tensors
  std::vector<std::size_t> outputs;  ///< likewise
  power own;
  power inherited;
  bool works = true;
};

/// A way of calling both models.
struct compared_signature {
  execute::signature reference;
  execute::signature target;
  std::size_t target_number = 0;
  std::vector<std::size_t> input_of;  ///< for each input of the target the place of the reference's
  std::vector<compared_tensor> tensors;
  std::vector<std::size_t> reference_places;  ///< of the subgraph's tensors among `tensors`
  std::vector<std::size_t> target_places;
  std::vector<std::size_t> outputs;  ///< for each output of the reference its place among `tensors`
  std::vector<compared_layer> layers;
  std::uint64_t samples = 0;
};

}  // namespace aeq::inline AEQ_ABI::validate::detail
