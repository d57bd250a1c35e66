// SPDX-License-Identifier: Apache-2.0
// A model in memory: the definitions.
#pragma once

#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::model {

AEQ_INLINE const std::string& model::file_name() const {
  static const std::string none = "model";
  return file ? file->name() : none;
}

AEQ_INLINE std::uint64_t element_count(std::span<const std::int32_t> shape) {
  std::uint64_t count = 1;
  for (const std::int32_t size : shape) count *= static_cast<std::uint64_t>(size < 0 ? 0 : size);
  return count;
}

AEQ_INLINE std::string label(const subgraph& graph, std::size_t index) {
  const tensor& t = graph.tensors[index];
  if (t.name && !t.name->empty()) {
    constexpr std::size_t longest = 200;  // that anybody reads
    if (t.name->size() <= longest) return "tensor '" + *t.name + "'";
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>((*t.name)[end]) & 0xc0u) == 0x80u) --end;  // in whole characters
    return "tensor '" + t.name->substr(0, end) + "…' (" + std::to_string(index) + ")";
  }
  return "tensor " + std::to_string(index);
}

}  // namespace aeq::inline AEQ_ABI::model
