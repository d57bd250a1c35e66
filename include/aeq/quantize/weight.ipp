// SPDX-License-Identifier: Apache-2.0
// Layouts of shapes, and floats as they lie in the file.
#pragma once

#include <aeq/quantize/weight.hpp>

#include <bit>
#include <cstring>
#include <utility>

#include <flatbuffers/flatbuffers.h>

#include <aeq/io/file.hpp>

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE weight_layout layout_of(std::span<const std::int32_t> shape) {
  return {1, 1, model::element_count(shape)};
}

AEQ_INLINE weight_layout layout_of(std::span<const std::int32_t> shape, std::uint32_t axis) {
  return {model::element_count(shape.first(axis)), static_cast<std::uint64_t>(shape[axis]),
          model::element_count(shape.subspan(axis + 1))};
}

AEQ_INLINE weight_layout block_layout(std::span<const std::int32_t> shape, std::uint32_t block_elements) {
  return {1, model::element_count(shape) / block_elements, block_elements};
}

AEQ_INLINE weight::weight(const model::model& m, const model::tensor& t, std::string name, weight_layout layout)
    : bytes_(m.buffers[t.buffer].data), buffer_(t.buffer), file_(m.file), name_(std::move(name)), layout_(layout) {}

AEQ_INLINE const float* weight::values(std::uint64_t first, std::size_t count, std::vector<float>& scratch) const {
  const std::uint8_t* place = bytes_.data() + first * sizeof(float);
  const bool aligned = reinterpret_cast<std::uintptr_t>(place) % alignof(float) == 0;
  if (aligned && std::endian::native == std::endian::little) return reinterpret_cast<const float*>(place);
  scratch.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint8_t one[sizeof(float)];
    std::memcpy(one, place + i * sizeof(float), sizeof(float));
    scratch[i] = std::bit_cast<float>(flatbuffers::EndianScalar(std::bit_cast<std::uint32_t>(one)));
  }
  return scratch.data();
}

AEQ_INLINE void weight::let_go(std::uint64_t first, std::uint64_t count) const {
  if (file_) file_->let_go(bytes_.subspan(first * sizeof(float), count * sizeof(float)));
}

}  // namespace aeq::inline AEQ_ABI::quantize
