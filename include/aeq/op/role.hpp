// SPDX-License-Identifier: Apache-2.0
// Roles of operands and constraints between an op's inputs and outputs, as data. Freestanding.
// (spec: quantization, section 5.3)
#pragma once

#include <cstdint>
#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::op {

enum class role : std::uint8_t {
  activation,  ///< quantized with the activation format
  weight,      ///< quantized with the weight format where it is constant
  bias,        ///< static range: int32 (int64) at scale input x weight; else float
  index,       ///< positions, axes, ids: never quantized
  shape,       ///< a shape, sizes, paddings: never quantized
  condition    ///< a mask: never quantized
};

[[nodiscard]] constexpr std::string_view name_of(role value) noexcept {
  switch (value) {
    case role::activation: return "activation";
    case role::weight: return "weight";
    case role::bias: return "bias";
    case role::index: return "index";
    case role::shape: return "shape";
    case role::condition: return "condition";
  }
  return "?";
}

/// How the parameters of an op's inputs and outputs hang together under static quantization.
enum class constraint : std::uint8_t {
  free,            ///< each operand has its own
  same_as_input,   ///< outputs take the input's
  same_as_output,  ///< inputs take the output's
  fixed_output     ///< the output's are constants of the op, per bit width
};

[[nodiscard]] constexpr std::string_view name_of(constraint value) noexcept {
  switch (value) {
    case constraint::free: return "free";
    case constraint::same_as_input: return "same scale as input";
    case constraint::same_as_output: return "same scale over all inputs";
    case constraint::fixed_output: return "fixed scale and zero point";
  }
  return "?";
}

/// Which axis of the weight has a scale per index where the granularity is channelwise.
enum class channel_axis : std::uint8_t {
  none,           ///< channelwise means tensorwise
  first,          ///< 0
  fourth,         ///< 3
  matrix_columns  ///< last, or last but one if the op says adj_y
};

}  // namespace aeq::inline AEQ_ABI::op
