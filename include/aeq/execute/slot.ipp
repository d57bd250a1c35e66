// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <aeq/execute/slot.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include <aeq/core/byte_order.hpp>
#include <aeq/core/half.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>

namespace aeq::inline AEQ_ABI::execute::detail {

AEQ_INLINE std::optional<std::uint64_t> size_of(element_type type, std::span<const std::int32_t> extents) {
  // Elements of 64 bits, in 2^60 bytes less one; and not more than kernels can count.
  constexpr std::uint64_t most =
      std::min(std::uint64_t(1) << 56u, static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max()));
  std::uint64_t elements = 1;
  bool is_empty = false;
  for (const std::int32_t extent : extents) {
    if (extent < 0) return std::nullopt;
    is_empty |= extent == 0;
    if (extent == 0) continue;
    if (elements > most / static_cast<std::uint64_t>(extent)) return std::nullopt;
    elements *= static_cast<std::uint64_t>(extent);
  }
  return is_empty ? 0 : (elements * static_cast<std::uint64_t>(bits_of(type)) + 7) / 8;
}

AEQ_INLINE std::span<std::byte> buffer_store::get(std::size_t number, std::size_t element) {
  const std::pair<std::size_t, std::size_t> key(number, is_little_endian ? 1 : element);
  if (const auto found = made_.find(key); found != made_.end()) return found->second.span();
  const model::buffer& b = model_.buffers[number];
  const bool in_order = is_little_endian || element == 1;
  if (b.produce == nullptr && in_order && reinterpret_cast<std::uintptr_t>(b.data.data()) % element == 0) {
    return {reinterpret_cast<std::byte*>(const_cast<std::uint8_t*>(b.data.data())), b.data.size()};
  }
  counted_memory memory;
  memory.reserve(account_, b.size, [&] { return model_.file_name() + ": buffer " + std::to_string(number); });
  const std::span<std::uint8_t> into(reinterpret_cast<std::uint8_t*>(memory.span().data()), memory.size());
  if (b.produce != nullptr) {
    (*b.produce)(0, into);
  } else {
    std::copy(b.data.begin(), b.data.end(), into.begin());
  }
  turn_little(into, element);
  return made_.emplace(key, std::move(memory)).first->second.span();
}

AEQ_INLINE void reset_variable(slot& s) {
  const bool has_zero_point = s.type == element_type::int8 && s.zero_point.size() == 1;
  const auto value = static_cast<std::byte>(has_zero_point ? static_cast<std::int8_t>(s.zero_point[0]) : 0);
  std::fill(s.data.begin(), s.data.end(), value);
}

/// Scales that a tensor of their own holds, one per block of neighbours.
AEQ_INLINE void read_blocks(const model::model& source, const model::subgraph& g, const model::tensor& t,
                            buffer_store& buffers, slot& s) {
  const model::view<model::schema::blockwise_quantization> blocks(t.quantization->details.table);
  const model::tensor& scales = g.tensors[static_cast<std::size_t>(blocks.get<"scales">())];
  const std::int32_t block = blocks.get<"block_size">();
  const std::uint64_t elements = model::element_count(t.shape);
  const std::uint64_t count = model::element_count(scales.shape);
  const bool is_half = scales.type == model::tensor_type::float16;
  if (blocks.get<"zero_points">() >= 0 || (!is_half && scales.type != model::tensor_type::float32) ||
      !source.is_constant(scales) || scales.sparsity != nullptr || block < 1 || t.shape.empty() ||
      t.shape.back() % block != 0 || count == 0 || elements / count != static_cast<std::uint64_t>(block) ||
      elements % count != 0) {
    s.problem = "has scales of blocks that the built-in engine does not take";
    return;
  }
  const std::span<std::byte> from = buffers.get(scales.buffer, is_half ? 2 : 4);
  s.block_elements = block;
  s.scale.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < s.scale.size(); ++i) {
    if (is_half) {
      std::uint16_t bits = 0;
      std::memcpy(&bits, from.data() + 2 * i, sizeof bits);
      s.scale[i] = float_from_float16(bits);
    } else {
      std::memcpy(&s.scale[i], from.data() + 4 * i, sizeof(float));
    }
  }
}

AEQ_INLINE void read_quantization(const model::model& source, const model::subgraph& g, const model::tensor& t,
                                  buffer_store& buffers, slot& s) {
  const model::quantization& q = *t.quantization;
  s.scale = q.scale;
  s.channel_axis = q.quantized_dimension;
  for (const std::int64_t zero : q.zero_point) s.zero_point.push_back(static_cast<std::int32_t>(zero));
  const model::buffer& b = source.buffers[t.buffer];
  if (b.late_scales != nullptr && b.late_scales->size() == s.scale.size()) {  // its producer has found them by now
    s.zero_point.resize(s.scale.size());
    for (std::size_t i = 0; i < s.scale.size(); ++i) {
      s.scale[i] = (*b.late_scales)[i].scale;
      s.zero_point[i] = (*b.late_scales)[i].zero_point;
    }
  }
  if (q.details.type == model::schema::blockwise_details && q.details.table != nullptr) {
    read_blocks(source, g, t, buffers, s);
  } else if (q.details.type != 0 && s.is_constant) {
    s.problem = "has quantization parameters of a kind that the built-in engine does not take";
  }
}

AEQ_INLINE std::vector<slot> make_slots(const model::model& source, std::size_t number, buffer_store& buffers,
                                        memory_account& account) {
  const model::subgraph& g = source.subgraphs[number];
  std::vector<char> is_made(g.tensors.size(), 0);
  for (const std::int32_t t : g.inputs) is_made[static_cast<std::size_t>(t)] = 1;
  for (const model::operation& o : g.operations) {
    for (const std::int32_t t : o.outputs) {
      if (t >= 0) is_made[static_cast<std::size_t>(t)] = 1;
    }
  }
  std::vector<slot> slots(g.tensors.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const model::tensor& t = g.tensors[i];
    slot& s = slots[i];
    s.type = element_type_of(t.type);
    s.is_variable = t.is_variable;
    // Without elements there is no data to tell a constant by: such as the shape of a scalar.
    const bool is_empty = is_made[i] == 0 && std::find(t.shape.begin(), t.shape.end(), 0) != t.shape.end();
    s.is_constant = !s.is_variable && (source.is_constant(t) || is_empty);
    std::optional<std::uint64_t> bytes;
    if (s.is_constant || s.is_variable) {
      s.extents = t.shape;
      s.has_shape = true;
      bytes = size_of(s.type, s.extents);
      if (!bytes) s.problem = "has data and an open shape";
      if (t.sparsity != nullptr) s.problem = "is stored sparsely, and the built-in engine takes dense constants only";
    }
    if (s.is_constant && s.problem.empty() && !is_empty) {
      const auto element = static_cast<std::size_t>(bits_of(s.type)) / 8;
      const std::span<std::byte> held = buffers.get(t.buffer, std::max<std::size_t>(element, 1));
      if (held.size() < *bytes) {
        s.problem = "has less data than its shape says";
      } else {
        s.data = held.first(static_cast<std::size_t>(*bytes));
      }
    }
    if (t.quantization) read_quantization(source, g, t, buffers, s);
    if (s.is_variable && s.problem.empty()) {
      s.own.reserve(account, *bytes, [&] { return source.file_name() + ": " + model::label(g, i); });
      s.data = s.own.span();
      reset_variable(s);
    }
  }
  return slots;
}

}  // namespace aeq::inline AEQ_ABI::execute::detail
