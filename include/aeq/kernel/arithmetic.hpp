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
  /// MUL and PRELU make their factors of the scales in float32,
  static constexpr bool products_in_float = true;
  /// but SUB in double.
  static constexpr bool difference_in_float = false;
  /// LOGISTIC and TANH of 8 bits are tables of float results.
  static constexpr bool real_sigmoids = true;
  /// What the tables of SOFTMAX on 16 bits are made in.
  using softmax_table = double;
};

/// tflite-micro's reference kernels. Firmware's.
struct tflm {
  static constexpr bool real_fully_connected = false;  ///< a fixed-point multiplier, as for convolutions
  static constexpr bool products_in_float = false;
  static constexpr bool difference_in_float = true;
  static constexpr bool real_sigmoids = false;  ///< fixed-point exponentials
  using softmax_table = float;
};

}  // namespace aeq::inline AEQ_ABI::arithmetic
