// SPDX-License-Identifier: Apache-2.0
// float_casting: weights become IEEE binary16; a DEQUANTIZE turns them back for the op. (spec: numerics, section 5.8)
#pragma once

#include <cstdint>
#include <vector>

#include <aeq/quantize/parameters.hpp>
#include <aeq/quantize/weight.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// The parameters of a float32 weight of the given shape that becomes float16.
[[nodiscard]] parameters cast_to_float16(weight source, std::vector<std::int32_t> shape);

/// The parameters of a weight that is float16 already: its data stays, and a DEQUANTIZE is what its op lacks.
[[nodiscard]] parameters keep_float16();

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/algorithm/float_casting.ipp>
#endif
