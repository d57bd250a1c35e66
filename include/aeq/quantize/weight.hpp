// SPDX-License-Identifier: Apache-2.0
// A constant as the loops see it: float32 values in the file, laid out as [lead, channels, trail].
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Which values share a scale: those of equal channel. Element i has channel (i / trail) % channels. A constant lies in
/// memory: std::size_t counts its elements.
struct weight_layout {
  std::size_t lead = 1;
  std::size_t channels = 1;
  std::size_t trail = 1;

  friend bool operator==(const weight_layout&, const weight_layout&) = default;

  [[nodiscard]] std::size_t elements() const { return lead * channels * trail; }
  [[nodiscard]] std::size_t channel_of(std::size_t element) const { return element / trail % channels; }
};

/// One scale for all.
[[nodiscard]] weight_layout layout_of(std::span<const std::int32_t> shape);
/// A scale per index of an axis.
[[nodiscard]] weight_layout layout_of(std::span<const std::int32_t> shape, std::uint32_t axis);
/// A scale per block of neighbours.
[[nodiscard]] weight_layout block_layout(std::span<const std::int32_t> shape, std::uint32_t block_elements);

/// Views the model's bytes: it lives no longer than some copy of the model does.
class weight {
 public:
  /// Throws error (not_quantizable) for a sparse constant.
  weight(const model::model& m, const model::tensor& t, std::string name, weight_layout layout);

  /// The same values, laid out otherwise.
  [[nodiscard]] weight with_layout(const weight_layout& layout) const {
    weight result = *this;
    result.layout_ = layout;
    return result;
  }

  [[nodiscard]] const weight_layout& layout() const { return layout_; }
  [[nodiscard]] std::uint32_t buffer() const { return buffer_; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  /// For messages: "model.tflite: tensor 'dense/kernel'".
  [[nodiscard]] const std::string& name() const { return name_; }

  /// `count` values from `first` on. They stay where they are if the processor can read them there, else they are
  /// copied into `scratch`.
  [[nodiscard]] const float* values(std::size_t first, std::size_t count, std::vector<float>& scratch) const;

  /// The values have been read and are not needed soon.
  void let_go(std::size_t first, std::size_t count) const;

 private:
  std::span<const std::uint8_t> bytes_;
  std::uint32_t buffer_;
  std::shared_ptr<const io::input_file> file_;
  std::string name_;
  weight_layout layout_;
};

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/weight.ipp>
#endif
