// SPDX-License-Identifier: Apache-2.0
// Our kernels on quantized numbers: one per op, computation and arithmetic. Freestanding.
//
// A new family: its kernels in kernel/, by the contract of kernel/kernel.hpp; an array of entries per computation here,
// like those of `matrix`; a line in builtin_kernels. The interpreter runs them from then on, and rows of built-in
// schemes have them. Where runtimes differ the kernel is a template over the arithmetic (kernel/arithmetic.hpp).
//
// The arrays are plain ones: of a std::array whose length is deduced g++ 12 makes writable data in some files and
// constant data in others, which costs a device RAM and which a linker for Windows refuses.
//
// An entry need not take all that its computation may bring: its setup says what it takes. Ops without an entry run
// their plain kernel, if that takes integers with scales (data that only move).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <aeq/kernel/arithmetic.hpp>
#include <aeq/kernel/computation.hpp>
#include <aeq/kernel/hybrid/batch_matmul.hpp>
#include <aeq/kernel/hybrid/convolution.hpp>
#include <aeq/kernel/hybrid/fully_connected.hpp>
#include <aeq/kernel/integer/batch_matmul.hpp>
#include <aeq/kernel/integer/convolution.hpp>
#include <aeq/kernel/integer/fully_connected.hpp>
#include <aeq/kernel/integer/recurrent.hpp>
#include <aeq/table/builtin_elementwise.hpp>
#include <aeq/table/builtin_windows.hpp>
#include <aeq/table/descriptor.hpp>
#include <aeq/table/handler.hpp>

namespace aeq::inline AEQ_ABI {

namespace detail {

/// Ops with a weight, or with two matrices.
template <class Arithmetic>
struct matrix_kernels {
  template <class X>
  static constexpr kernel_entry of_integers[]{
      kernel_entry{op::code::fully_connected, functions_of<kernel::integer_fully_connected<X, Arithmetic>>()},
      kernel_entry{op::code::conv_2d, functions_of<kernel::integer_conv_2d<X>>()},
      kernel_entry{op::code::depthwise_conv_2d, functions_of<kernel::integer_depthwise_conv_2d<X>>()},
      kernel_entry{op::code::transpose_conv, functions_of<kernel::integer_transpose_conv<X>>()},
  };
  /// Of int8 and int16.
  template <class X>
  static constexpr kernel_entry of_products[]{
      kernel_entry{op::code::batch_matmul, functions_of<kernel::integer_batch_matmul<X>>()},
  };
  /// Of int8 alone.
  template <class X>
  static constexpr kernel_entry of_int8[]{
      kernel_entry{op::code::unidirectional_sequence_lstm, functions_of<kernel::sequence_lstm_integer<X>>()},
  };
  static constexpr kernel_entry of_hybrids[]{
      kernel_entry{op::code::fully_connected, functions_of<kernel::hybrid_fully_connected>()},
      kernel_entry{op::code::conv_2d, functions_of<kernel::hybrid_conv_2d>()},
      kernel_entry{op::code::depthwise_conv_2d, functions_of<kernel::hybrid_depthwise_conv_2d>()},
      kernel_entry{op::code::transpose_conv, functions_of<kernel::hybrid_transpose_conv>()},
      kernel_entry{op::code::batch_matmul, functions_of<kernel::hybrid_batch_matmul>()},
  };
};

/// The first entry for an op.
[[nodiscard]] constexpr kernel_functions first_kernel(op::code code,
                                                      std::span<const std::span<const kernel_entry>> families) {
  for (const std::span<const kernel_entry> family : families) {
    if (const kernel_functions found = kernel_for(code, family); found.present()) return found;
  }
  return {};
}

}  // namespace detail

/// Our kernel for an op in a computation; none (not present) where there is none. As a template over the computation it
/// instantiates the kernels of this one only.
template <class Arithmetic, computation Computation>
[[nodiscard]] constexpr kernel_functions builtin_kernel(op::code code) {
  using matrix = detail::matrix_kernels<Arithmetic>;
  using elementwise = detail::elementwise_kernels<Arithmetic>;
  using windows = detail::window_kernels<Arithmetic>;
  if constexpr (Computation == computation::integer8) {
    constexpr std::array<std::span<const kernel_entry>, 11> families{matrix::template of_int8<std::int8_t>,
                                                                     matrix::template of_integers<std::int8_t>,
                                                                     matrix::template of_products<std::int8_t>,
                                                                     elementwise::template of_integers<std::int8_t>,
                                                                     elementwise::template of_bytes<std::int8_t>,
                                                                     elementwise::template of_signed<std::int8_t>,
                                                                     elementwise::of_int8_sigmoids(),
                                                                     elementwise::template of_int8<std::int8_t>,
                                                                     windows::template of_integers<std::int8_t>,
                                                                     windows::template of_bytes<std::int8_t>,
                                                                     windows::template of_signed<std::int8_t>};
    return detail::first_kernel(code, families);
  } else if constexpr (Computation == computation::unsigned8) {
    constexpr std::array<std::span<const kernel_entry>, 7> families{
        matrix::template of_integers<std::uint8_t>,   elementwise::template of_integers<std::uint8_t>,
        elementwise::template of_bytes<std::uint8_t>, elementwise::template of_real_sigmoids<std::uint8_t>,
        windows::template of_integers<std::uint8_t>,  windows::template of_bytes<std::uint8_t>,
        windows::template of_uint8<std::uint8_t>};
    return detail::first_kernel(code, families);
  } else if constexpr (Computation == computation::integer16) {
    constexpr std::array<std::span<const kernel_entry>, 8> families{
        matrix::template of_integers<std::int16_t>,      matrix::template of_products<std::int16_t>,
        elementwise::template of_integers<std::int16_t>, elementwise::template of_signed<std::int16_t>,
        elementwise::template of_int16<std::int16_t>,    windows::template of_integers<std::int16_t>,
        windows::template of_signed<std::int16_t>,       windows::template of_int16<std::int16_t>};
    return detail::first_kernel(code, families);
  } else if constexpr (Computation == computation::hybrid) {
    constexpr std::array<std::span<const kernel_entry>, 1> families{matrix::of_hybrids};
    return detail::first_kernel(code, families);
  } else {
    return {};
  }
}

/// The same for a computation that is known in a run only. plain has none: kernels on floats are the interpreter's.
template <class Arithmetic>
[[nodiscard]] constexpr kernel_functions builtin_kernel(op::code code, computation of) {
  switch (of) {
    case computation::integer8: return builtin_kernel<Arithmetic, computation::integer8>(code);
    case computation::unsigned8: return builtin_kernel<Arithmetic, computation::unsigned8>(code);
    case computation::integer16: return builtin_kernel<Arithmetic, computation::integer16>(code);
    case computation::hybrid: return builtin_kernel<Arithmetic, computation::hybrid>(code);
    case computation::plain: break;
  }
  return {};
}

/// The kernel of a row: what its scheme brings, else ours for the arithmetic that the scheme needs.
template <class Arithmetic>
[[nodiscard]] constexpr kernel_functions kernel_of(const table_row& row) {
  if (row.kernel.present()) return row.kernel;
  return builtin_kernel<Arithmetic>(row.key.operation, computation_of(*row.scheme));
}

}  // namespace aeq::inline AEQ_ABI
