// SPDX-License-Identifier: Apache-2.0
// Parameters without scales.
#pragma once

#include <aeq/quantize/algorithm/float_casting.hpp>

#include <memory>
#include <utility>

#include <aeq/scheme/number_format.hpp>

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE parameters cast_to_float16(weight source, std::vector<std::int32_t> shape) {
  auto p = std::make_shared<tensor_parameters>();
  p->format = float16::descriptor;
  // The peer compares whole arrays: one buffer that is seen in two shapes becomes two.
  p->scale_shape = std::move(shape);
  p->source = std::make_shared<const weight>(std::move(source));
  return p;
}

AEQ_INLINE parameters keep_float16() {
  auto p = std::make_shared<tensor_parameters>();
  p->format = float16::descriptor;
  return p;
}

}  // namespace aeq::inline AEQ_ABI::quantize
