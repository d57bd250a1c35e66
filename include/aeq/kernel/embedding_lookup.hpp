// SPDX-License-Identifier: Apache-2.0
// EMBEDDING_LOOKUP. (spec: kernels, section 2) Freestanding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/kernel.hpp>
#include <aeq/scheme/packing.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y[i, ...] = table[indices[i], ...], the bytes as they are; or, where the table is int8, int4 or int2 and y float32,
/// its integers times the scale of the table, of the row, or of the block.
///
/// indices: [n], int32; table: [R, ...], rows of whole bytes, zero points 0; y: [n, ...]. Check looks at the indices.
struct embedding_lookup {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 2 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& indices = call.inputs[0];
    const operand& table = call.inputs[1];
    const result_operand& y = call.outputs[0];
    if (!table.present() || !y.present()) return status::wrong_operands;
    if (indices.type != element_type::int32) return status::wrong_type;
    if (!indices.is_complete() || !table.is_complete() || !y.is_complete()) return status::wrong_shape;
    if (indices.shape.size() != 1 || table.shape.empty() || y.shape.size() != table.shape.size() ||
        y.shape[0] != indices.shape[0] || !std::equal(y.shape.begin() + 1, y.shape.end(), table.shape.begin() + 1) ||
        row_elements(table) * static_cast<std::size_t>(bits_of(table.type)) % 8 != 0) {
      return status::wrong_shape;
    }
    if (y.type == table.type) return status::ready;
    const bool is_integer =
        table.type == element_type::int8 || table.type == element_type::int4 || table.type == element_type::int2;
    if (!is_integer || y.type != element_type::float32) return status::wrong_type;
    const bool per_row = table.channel_axis == 0 && table.scale.size() == static_cast<std::size_t>(table.shape[0]);
    if (table.block_elements != 0) {
      if (scales_of_row(table) == 0 ||
          table.scale.size() != scales_of_row(table) * static_cast<std::size_t>(table.shape[0])) {
        return status::wrong_parameters;
      }
    } else if (table.scale.size() != 1 && !per_row) {
      return status::wrong_parameters;
    }
    const bool is_symmetric =
        std::all_of(table.zero_point.begin(), table.zero_point.end(), [](std::int32_t zero) { return zero == 0; });
    return is_symmetric ? status::ready : status::wrong_parameters;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    const std::int32_t rows = call.inputs[1].shape[0];
    for (std::size_t i = 0; i < call.inputs[0].elements(); ++i) {
      const std::int32_t row = call.inputs[0].values<std::int32_t>()[i];
      if (row < 0 || row >= rows) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& table = call.inputs[1];
    const result_operand& y = call.outputs[0];
    const auto indices = call.inputs[0].values<std::int32_t>();
    const std::size_t elements = row_elements(table);
    const std::size_t bytes = elements * static_cast<std::size_t>(bits_of(table.type)) / 8;
    for (std::size_t i = 0; i < call.inputs[0].elements(); ++i) {
      const auto row = static_cast<std::size_t>(indices[i]);
      const auto from = table.data.subspan(row * bytes, bytes);
      if (y.type == table.type) {
        std::copy(from.begin(), from.end(), y.data.begin() + static_cast<std::ptrdiff_t>(i * bytes));
        continue;
      }
      const std::size_t blocks = table.block_elements != 0 ? scales_of_row(table) : 1;
      const std::size_t run = elements / blocks;
      const float* const scales = table.scale.data() + (table.scale.size() == 1 ? 0 : row * blocks);
      const std::span<const std::uint8_t> packed(reinterpret_cast<const std::uint8_t*>(from.data()), from.size());
      float* const to = y.values<float>().data() + i * elements;
      for (std::size_t k = 0; k < elements; ++k) {
        const std::int8_t value = table.type == element_type::int8   ? static_cast<std::int8_t>(packed[k])
                                  : table.type == element_type::int4 ? unpack<4>(packed, k)
                                                                     : unpack<2>(packed, k);
        to[k] = static_cast<float>(value) * scales[k / run];
      }
    }
  }

 private:
  /// Of a table in blocks; 0 if a row is no whole number of them.
  [[nodiscard]] static std::size_t scales_of_row(const operand& table) noexcept {
    const auto block = static_cast<std::size_t>(table.block_elements < 0 ? 0 : table.block_elements);
    return table.shape.size() == 2 && block != 0 && row_elements(table) % block == 0 ? row_elements(table) / block : 0;
  }

  [[nodiscard]] static std::size_t row_elements(const operand& table) noexcept {
    std::size_t product = 1;
    for (const std::int32_t extent : table.shape.subspan(1)) product *= static_cast<std::size_t>(extent);
    return product;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
