// SPDX-License-Identifier: Apache-2.0
// Ops over sequences, with states: LSTM and RNN.
//
// Inside: operation.ipp includes it, other headers do not.
#pragma once

#include <array>

#include <aeq/execute/fast/float_product.hpp>
#include <aeq/execute/operation.hpp>
#include <aeq/kernel/recurrent.hpp>

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// kernel::plain_product by the processor's best loops; sums may differ from its in their last bits.
struct vector_product {
  static void add(const float* w, std::size_t rows, std::size_t depth, const float* x, float* y) noexcept {
    const fast::float_loops& loops = fast::best_float_loops();
    for (std::size_t r = 0; r < rows; r += 4) {
      const float* four[4];
      float sums[4];
      for (std::size_t i = 0; i < 4; ++i) four[i] = w + std::min(r + i, rows - 1) * depth;
      loops.dots(x, four, depth, sums);
      for (std::size_t i = 0; i < 4 && r + i < rows; ++i) y[r + i] += sums[i];
    }
  }
};

/// x with its last extent exchanged for that of axis Axis of input Weight.
template <std::size_t Weight, std::size_t Axis>
status shape_of_recurrent(std::span<const operand> inputs, const operation_options&, std::span<shape> outputs) {
  if (inputs.size() <= Weight || outputs.size() != 1) return status::wrong_operands;
  if (inputs[0].shape.empty() || inputs[Weight].shape.size() != 2) return status::wrong_shape;
  outputs[0].assign(inputs[0].shape.begin(), inputs[0].shape.end());
  outputs[0].back() = inputs[Weight].shape[Axis];
  return status::ready;
}

}  // namespace detail

namespace family {

inline constexpr std::array recurrent{
    operation{op::code::unidirectional_sequence_lstm,
              functions_of<kernel::sequence_lstm_float<detail::vector_product>>(), &detail::shape_of_recurrent<6, 1>},
    operation{op::code::unidirectional_sequence_rnn, functions_of<kernel::sequence_rnn_float<detail::vector_product>>(),
              &detail::shape_of_recurrent<1, 0>},
    operation{op::code::rnn, functions_of<kernel::sequence_rnn_float<detail::vector_product>>(),
              &detail::shape_of_recurrent<1, 0>},
};

}  // namespace family

}  // namespace aeq::inline AEQ_ABI::execute
