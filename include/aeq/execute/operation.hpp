// SPDX-License-Identifier: Apache-2.0
// What the interpreter knows of an op: its kernel on numbers as they are, and how shapes follow from shapes. Kernels on
// quantized numbers stand in table/builtin_kernels.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <aeq/kernel/extents.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI::execute {

using shape = std::vector<std::int32_t>;

/// Shapes of an op's outputs from its inputs. An input's shape is known; its data only where `shape_inputs` asks for it
/// (it is empty else). Answers status::wrong_… where the op has no such result; extents fit an int32 and none is
/// negative.
using shape_function = status (*)(std::span<const operand> inputs, const operation_options& options,
                                  std::span<shape> outputs);

/// What an output may share with the op's first input, if both have as many bytes.
enum class storage : std::uint8_t {
  own,        ///< nothing
  in_place,   ///< the memory, where nobody needs the input any more: the kernel may overwrite it as it reads
  same_bytes  ///< the memory, always: the output has the input's bytes, and the kernel is not called then
};

/// An op as the interpreter runs it.
struct operation {
  op::code code = op::code::add;
  kernel_functions kernel{};  ///< on numbers as they are
  shape_function shapes = nullptr;
  std::uint32_t shape_inputs = 0;  ///< bit i: the data of input i decides the shape
  storage output = storage::own;
};

/// Bits for `shape_inputs`.
template <class... Index>
[[nodiscard]] constexpr std::uint32_t data_of_inputs(Index... index) {
  return ((std::uint32_t(1) << index) | ... | 0u);
}

namespace detail {

/// An extent that was computed in 64 bits; false if it is none.
[[nodiscard]] constexpr bool to_extent(std::int64_t value, std::int32_t& extent) {
  if (value < 0 || value > std::numeric_limits<std::int32_t>::max()) return false;
  extent = static_cast<std::int32_t>(value);
  return true;
}

using kernel::is_index;
using kernel::to_axis;
/// The element of an index operand, which must be complete.
[[nodiscard]] inline std::int64_t integer_at(const operand& values, std::size_t i) {
  return kernel::index_at(values, i);
}

/// Numpy's rules, right aligned: the shape of two operands together; false if an extent does not fit.
[[nodiscard]] inline bool broadcast(std::span<const std::int32_t> a, std::span<const std::int32_t> b, shape& result) {
  const std::size_t rank = a.size() > b.size() ? a.size() : b.size();
  shape both(rank, 1);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int32_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int32_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) return false;
    both[rank - 1 - i] = x == 1 ? y : x;
  }
  result = std::move(both);
  return true;
}

// Shapes that several families have.

/// Of a kernel that says the shape of its one output.
template <class Kernel>
status shape_of_kernel(std::span<const operand> inputs, const operation_options& options, std::span<shape> outputs) {
  kernel::extents result;
  if (outputs.size() != 1) return status::wrong_operands;
  const status known = Kernel::shape(inputs, options, result);
  if (known == status::ready) outputs[0].assign(result.span().begin(), result.span().end());
  return known;
}

/// The row of such a kernel.
template <class Kernel>
[[nodiscard]] constexpr operation row_of(op::code code, storage output = storage::own) {
  return {code, functions_of<Kernel>(), &shape_of_kernel<Kernel>, Kernel::data_inputs, output};
}

inline status shape_of_first(std::span<const operand> inputs, const operation_options&, std::span<shape> outputs) {
  if (inputs.empty() || outputs.size() != 1) return status::wrong_operands;
  outputs[0].assign(inputs[0].shape.begin(), inputs[0].shape.end());
  return status::ready;
}

inline status shape_of_two(std::span<const operand> inputs, const operation_options&, std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.size() != 1) return status::wrong_operands;
  return broadcast(inputs[0].shape, inputs[1].shape, outputs[0]) ? status::ready : status::wrong_shape;
}

}  // namespace detail

}  // namespace aeq::inline AEQ_ABI::execute
