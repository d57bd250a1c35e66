// SPDX-License-Identifier: Apache-2.0
// How write_header says a model, and what a program makes of it: operands for the kernels. Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernels.hpp>

namespace firmware {

/// A tensor: a constant in flash, or a place in the arena.
struct tensor {
  aeq::element_type type = aeq::element_type::absent;
  const void* data = nullptr;  ///< of a constant
  std::uint32_t bytes = 0;
  std::uint32_t offset = 0;  ///< in the arena, of others
  std::span<const std::int32_t> shape{};
  std::span<const float> scale{};
  std::span<const std::int32_t> zero_point{};
  std::int32_t channel_axis = 0;
  std::int32_t block_elements = 0;
};

/// A call of a kernel. Numbers are those of tensors; -1: an operand that is left out.
struct call {
  aeq::op::code operation{};
  aeq::computation computes{};
  std::span<const std::int16_t> inputs{};
  std::span<const std::int16_t> outputs{};
  std::span<const std::int16_t> intermediates{};
  aeq::operation_options options{};
  std::uint32_t workspace = 0;  ///< where its workspace begins
  std::uint32_t workspace_bytes = 0;
  const void* prepared = nullptr;  ///< its workspace, ready and only read; no setup is needed then
};

/// The workspace of a call: in flash, if it is ready.
[[nodiscard]] inline std::span<std::byte> workspace_of(const call& what, std::span<std::byte> memory) noexcept {
  if (what.prepared == nullptr) return memory.subspan(what.workspace, what.workspace_bytes);
  return {static_cast<std::byte*>(const_cast<void*>(what.prepared)), what.workspace_bytes};
}

/// The bytes of a tensor.
[[nodiscard]] inline std::span<std::byte> bytes_of(const tensor& t, std::span<std::byte> arena) noexcept {
  return arena.subspan(t.offset, t.bytes);
}

[[nodiscard]] inline aeq::operand operand_of(const tensor& t, std::span<std::byte> arena) noexcept {
  const bool is_constant = t.data != nullptr;
  const std::span<const std::byte> data =
      is_constant ? std::span(static_cast<const std::byte*>(t.data), t.bytes) : bytes_of(t, arena);
  return {t.type, is_constant, data, t.shape, t.scale, t.zero_point, t.channel_axis, t.block_elements};
}

[[nodiscard]] inline aeq::result_operand result_of(const tensor& t, std::span<std::byte> arena) noexcept {
  return {t.type, false, bytes_of(t, arena), t.shape, t.scale, t.zero_point, t.channel_axis, t.block_elements};
}

}  // namespace firmware
