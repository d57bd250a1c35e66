// SPDX-License-Identifier: Apache-2.0
// Compute precision and execution mode, the two other axes of a scheme. Freestanding.
#pragma once

#include <cstdint>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

/// The arithmetic that the op's inner loop runs in.
enum class compute : std::uint8_t { integer, floating };

/// Who quantizes the activations, and when.
enum class execution : std::uint8_t {
  dynamic_range,  ///< the kernel, at run time, from each input's own range; weights are integers in the file
  weight_only,    ///< nobody: a DEQUANTIZE turns the stored weights into floats
  static_range    ///< the file: scales and zero points from calibration
};

}  // namespace aeq::inline AEQ_ABI
