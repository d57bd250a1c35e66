// SPDX-License-Identifier: Apache-2.0
// Where two runtimes compute the same op differently, an arithmetic says which of them a kernel equals bit for bit.
// (spec: kernels, section 0) Freestanding.
//
// A kernel that does not differ takes none. One that does is a template over an arithmetic and asks it by the name of
// what differs; whoever adds such a kernel adds the name to both.
#pragma once

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::arithmetic {

/// LiteRT's reference kernels, without their defects. The host's.
struct litert {
  /// FULLY_CONNECTED multiplies its sums by a double, and rounds once.
  static constexpr bool real_fully_connected = true;
};

/// tflite-micro's reference kernels. Firmware's.
struct tflm {
  static constexpr bool real_fully_connected = false;  ///< a fixed-point multiplier, as for convolutions
};

}  // namespace aeq::inline AEQ_ABI::arithmetic
