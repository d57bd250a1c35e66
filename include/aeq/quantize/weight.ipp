// SPDX-License-Identifier: Apache-2.0
// Layouts of shapes, and floats as they lie in the file.
#pragma once

#include <aeq/quantize/weight.hpp>

#include <utility>

#include <aeq/core/byte_order.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

AEQ_INLINE std::size_t elements_in_memory(std::span<const std::int32_t> shape) {
  return static_cast<std::size_t>(model::element_count(shape));
}

}  // namespace detail

AEQ_INLINE weight_layout layout_of(std::span<const std::int32_t> shape) {
  return {1, 1, detail::elements_in_memory(shape)};
}

AEQ_INLINE weight_layout layout_of(std::span<const std::int32_t> shape, std::uint32_t axis) {
  return {detail::elements_in_memory(shape.first(axis)), static_cast<std::size_t>(shape[axis]),
          detail::elements_in_memory(shape.subspan(axis + 1))};
}

AEQ_INLINE weight_layout block_layout(std::span<const std::int32_t> shape, std::uint32_t block_elements) {
  return {1, detail::elements_in_memory(shape) / block_elements, block_elements};
}

AEQ_INLINE weight::weight(const model::model& m, const model::tensor& t, std::string name, weight_layout layout)
    : bytes_(m.buffers[t.buffer].data), buffer_(t.buffer), file_(m.file), name_(std::move(name)), layout_(layout) {
  if (t.sparsity != nullptr || bytes_.size() / sizeof(float) < layout_.elements()) {
    throw error(error_code::not_quantizable,
                name_ + (t.sparsity != nullptr ? ": is sparse" : ": has less data than its shape says") +
                    ", and only dense constants can be quantized; leave its op out with a no_quantize rule");
  }
}

AEQ_INLINE const float* weight::values(std::size_t first, std::size_t count, std::vector<float>& scratch) const {
  const std::uint8_t* place = bytes_.data() + first * sizeof(float);
  const bool aligned = reinterpret_cast<std::uintptr_t>(place) % alignof(float) == 0;
  if (aligned && is_little_endian) return reinterpret_cast<const float*>(place);
  scratch.resize(count);
  for (std::size_t i = 0; i < count; ++i) scratch[i] = load_little<float>(place + i * sizeof(float));
  return scratch.data();
}

AEQ_INLINE void weight::let_go(std::size_t first, std::size_t count) const {
  if (file_) file_->let_go(bytes_.subspan(first * sizeof(float), count * sizeof(float)));
}

}  // namespace aeq::inline AEQ_ABI::quantize
