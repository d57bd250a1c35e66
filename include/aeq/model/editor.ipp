// SPDX-License-Identifier: Apache-2.0
// Editing a model: the definitions.
#pragma once

#include <aeq/model/editor.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>

#include <flatbuffers/flatbuffers.h>

namespace aeq::inline AEQ_ABI::model {

namespace detail {

[[nodiscard]] AEQ_INLINE std::size_t hash_of(std::span<const std::uint8_t> bytes) {
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace detail

AEQ_INLINE editor::editor(model& m, const std::vector<bool>& changing) : model_(m) {
  for (std::size_t i = 1; i < m.buffers.size(); ++i) {
    const bool stays = i >= changing.size() || !changing[i];
    if (stays && m.buffers[i].present && !m.buffers[i].produce) {
      by_size_[m.buffers[i].size].push_back(static_cast<std::uint32_t>(i));
    }
  }
}

AEQ_INLINE std::uint32_t editor::add_buffer(buffer b) {
  model_.buffers.push_back(std::move(b));
  return static_cast<std::uint32_t>(model_.buffers.size() - 1);
}

/// Buffers of a size by their content, which is only read where a constant of the size is added.
AEQ_INLINE editor::buffers_by_hash& editor::of_size(std::uint64_t bytes) {
  buffers_by_hash& known = by_content_[bytes];
  if (const auto unread = by_size_.find(bytes); unread != by_size_.end()) {
    for (const std::uint32_t i : unread->second) known.emplace(detail::hash_of(model_.buffers[i].data), i);
    by_size_.erase(unread);
  }
  return known;
}

AEQ_INLINE std::uint32_t editor::add_constant(std::vector<std::uint8_t> bytes) {
  buffers_by_hash& known = of_size(bytes.size());
  const std::size_t hash = detail::hash_of(bytes);
  const auto [first, last] = known.equal_range(hash);
  std::uint32_t found = 0;
  for (auto i = first; i != last; ++i) {
    const buffer& b = model_.buffers[i->second];
    const bool equal = std::equal(bytes.begin(), bytes.end(), b.data.begin(), b.data.end());
    if (equal && (found == 0 || i->second < found)) found = i->second;
  }
  if (found != 0) return found;
  buffer b;
  b.present = true;
  b.size = bytes.size();
  b.data = keep(std::move(bytes));
  const std::uint32_t index = add_buffer(std::move(b));
  known.emplace(hash, index);
  return index;
}

AEQ_INLINE std::int32_t editor::add_tensor(std::size_t graph, tensor t) {
  std::vector<tensor>& tensors = model_.subgraphs[graph].tensors;
  tensors.push_back(std::move(t));
  return static_cast<std::int32_t>(tensors.size() - 1);
}

AEQ_INLINE std::uint32_t editor::code(op::code builtin) {
  const auto [known, is_new] = codes_.try_emplace(builtin);
  if (!is_new) return known->second;
  const auto place = std::find_if(model_.operator_codes.begin(), model_.operator_codes.end(),
                                  [&](const operator_code& c) { return c.builtin == builtin; });
  known->second = static_cast<std::uint32_t>(place - model_.operator_codes.begin());
  if (place == model_.operator_codes.end()) model_.operator_codes.push_back({builtin, std::nullopt, 1});
  return known->second;
}

AEQ_INLINE const flatbuffers::Table* editor::add_table(
    std::initializer_list<std::pair<std::size_t, std::int32_t>> fields) {
  flatbuffers::FlatBufferBuilder builder(64);
  const auto start = builder.StartTable();
  for (const auto& [id, value] : fields) {
    builder.AddElement<std::int32_t>(static_cast<flatbuffers::voffset_t>(4 + 2 * id), value, 0);
  }
  builder.Finish(flatbuffers::Offset<flatbuffers::Table>(builder.EndTable(start)));
  const auto bytes = keep({builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()});
  return flatbuffers::GetRoot<flatbuffers::Table>(bytes.data());
}

AEQ_INLINE std::span<const std::uint8_t> editor::keep(std::vector<std::uint8_t> bytes) {
  model_.storage.push_back(std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes)));
  return *model_.storage.back();
}

AEQ_INLINE std::int32_t insertions::before(std::int32_t consumer, operation o) {
  const auto gap = static_cast<std::size_t>(consumer);
  return place(std::move(o), gap, gaps_[gap].end());
}

AEQ_INLINE std::int32_t insertions::after(std::int32_t producer, operation o) {
  const auto originals = static_cast<std::int32_t>(gaps_.size()) - 1;
  if (producer < originals) {
    const auto gap = static_cast<std::size_t>(producer) + 1;
    return place(std::move(o), gap, gaps_[gap].begin());
  }
  const insertion& earlier = inserted_[static_cast<std::size_t>(producer - originals)];
  return place(std::move(o), earlier.gap, std::next(earlier.place));
}

AEQ_INLINE void insertions::commit(subgraph& g) {
  if (inserted_.empty()) return;
  std::vector<operation> result;
  result.reserve(g.operations.size() + inserted_.size());
  for (std::size_t i = 0; i < gaps_.size(); ++i) {
    for (const std::int32_t k : gaps_[i]) result.push_back(std::move(inserted_[static_cast<std::size_t>(k)].what));
    if (i < g.operations.size()) result.push_back(std::move(g.operations[i]));
  }
  g.operations = std::move(result);
}

AEQ_INLINE std::int32_t insertions::place(operation o, std::size_t gap, std::list<std::int32_t>::iterator before) {
  const auto number = static_cast<std::int32_t>(inserted_.size());
  inserted_.push_back({std::move(o), gap, gaps_[gap].insert(before, number)});
  return number + static_cast<std::int32_t>(gaps_.size()) - 1;
}

}  // namespace aeq::inline AEQ_ABI::model
