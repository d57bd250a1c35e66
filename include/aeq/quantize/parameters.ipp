// SPDX-License-Identifier: Apache-2.0
// When parameters are equal.
#pragma once

#include <aeq/quantize/parameters.hpp>

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE bool operator==(const tensor_parameters& a, const tensor_parameters& b) {
  return a.format.kind == b.format.kind && a.format.bits == b.format.bits && a.format.zero == b.format.zero &&
         a.format.granularity.block_elements == b.format.granularity.block_elements &&
         tensor_parameters::same_placing(a, b) && a.scale == b.scale && a.zero_point == b.zero_point &&
         a.block_scale == b.block_scale && a.fit == b.fit;
}

AEQ_INLINE bool tensor_parameters::same_placing(const tensor_parameters& a, const tensor_parameters& b) {
  if (!a.source || !b.source) return a.source == b.source && a.axis == b.axis && a.scale_shape == b.scale_shape;
  const bool same_shape = a.format.is_integer() || a.scale_shape == b.scale_shape;
  return a.source->buffer() == b.source->buffer() && a.source->layout() == b.source->layout() && same_shape;
}

AEQ_INLINE bool same(const parameters& a, const parameters& b) {
  return a == b || (a && b && *a == *b);
}

}  // namespace aeq::inline AEQ_ABI::quantize
