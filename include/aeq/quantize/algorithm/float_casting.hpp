// SPDX-License-Identifier: Apache-2.0
// float_casting: weights become IEEE binary16; a DEQUANTIZE turns them back for the op. (spec: numerics, section 5.8)
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <aeq/quantize/parameters.hpp>
#include <aeq/quantize/weight.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// The parameters of a float32 weight of the given shape that becomes float16.
[[nodiscard]] inline parameters cast_to_float16(weight source, std::vector<std::int32_t> shape) {
  auto p = std::make_shared<tensor_parameters>();
  p->format = float16::descriptor;
  // The peer compares whole arrays: one buffer that is seen in two shapes becomes two.
  p->scale_shape = std::move(shape);
  p->source = std::make_shared<const weight>(std::move(source));
  return p;
}

/// The parameters of a weight that is float16 already: its data stays, and a DEQUANTIZE is what its op lacks.
[[nodiscard]] inline parameters keep_float16() {
  auto p = std::make_shared<tensor_parameters>();
  p->format = float16::descriptor;
  return p;
}

}  // namespace aeq::inline AEQ_ABI::quantize
