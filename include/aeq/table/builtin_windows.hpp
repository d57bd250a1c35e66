// SPDX-License-Identifier: Apache-2.0
// Kernels of quantized ops on windows, rows and axes: pools, SOFTMAX, reductions, resizing. Freestanding.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include <aeq/kernel/arithmetic.hpp>
#include <aeq/kernel/integer/concatenation.hpp>
#include <aeq/kernel/integer/pool_2d.hpp>
#include <aeq/kernel/integer/reduce.hpp>
#include <aeq/kernel/integer/resize.hpp>
#include <aeq/kernel/integer/softmax.hpp>
#include <aeq/table/handler.hpp>

namespace aeq::inline AEQ_ABI::detail {

template <class Arithmetic>
struct window_kernels {
  /// Of all three types.
  template <class X>
  static constexpr kernel_entry of_integers[]{
      kernel_entry{op::code::average_pool_2d, functions_of<kernel::integer_pool_2d<X, true>>()},
      kernel_entry{op::code::max_pool_2d, functions_of<kernel::integer_pool_2d<X, false>>()},
      kernel_entry{op::code::mean, functions_of<kernel::integer_reduction<X, true>>()},
      kernel_entry{op::code::sum, functions_of<kernel::integer_reduction<X, false>>()},
  };
  /// Of int8 and uint8.
  template <class X>
  static constexpr kernel_entry of_bytes[]{
      kernel_entry{op::code::softmax, functions_of<kernel::integer_softmax_8<X>>()},
      kernel_entry{op::code::log_softmax, functions_of<kernel::integer_log_softmax<X>>()},
      kernel_entry{op::code::l2_normalization, functions_of<kernel::integer_l2_normalization<X>>()},
  };
  /// Of int8 and int16.
  template <class X>
  static constexpr kernel_entry of_signed[]{
      kernel_entry{op::code::resize_bilinear, functions_of<kernel::integer_resize_bilinear<X>>()},
      kernel_entry{op::code::reduce_prod, functions_of<kernel::integer_reduce_prod<X>>()},
  };
  /// Of int16; and of uint8.
  template <class X>
  requires std::is_same_v<X, std::int16_t>
  static constexpr kernel_entry of_int16[]{
      kernel_entry{op::code::softmax, functions_of<kernel::integer_softmax_16<typename Arithmetic::softmax_table>>()},
  };
  template <class X>
  requires std::is_same_v<X, std::uint8_t>
  static constexpr kernel_entry of_uint8[]{
      kernel_entry{op::code::concatenation, functions_of<kernel::integer_concatenation>()},
      kernel_entry{op::code::resize_bilinear, functions_of<kernel::byte_resize_bilinear>()},
  };
};

}  // namespace aeq::inline AEQ_ABI::detail
