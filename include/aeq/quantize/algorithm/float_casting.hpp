// SPDX-License-Identifier: Apache-2.0
// float_casting: weights become IEEE binary16; a DEQUANTIZE turns them back for the op. (spec: numerics, section 5.8)
#pragma once

#include <memory>
#include <utility>

#include <aeq/quantize/parameters.hpp>
#include <aeq/quantize/weight.hpp>

namespace aeq::inline v0::quantize {

[[nodiscard]] inline parameters cast_to_float16(weight source) {
  auto p = std::make_shared<tensor_parameters>();
  p->format = float16::descriptor;
  p->source = std::make_shared<const weight>(std::move(source));
  return p;
}

}  // namespace aeq::inline v0::quantize
