// SPDX-License-Identifier: Apache-2.0
// The quantization parameters of a tensor: format, scales, zero points, and for a constant where its integers come
// from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/model/enums.hpp>
#include <aeq/quantize/weight.hpp>
#include <aeq/scheme/fit.hpp>
#include <aeq/scheme/number_format.hpp>
#include <aeq/table/handler.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// When the scales of constants are found.
enum class scale_time : std::uint8_t {
  at_once,       ///< before the model is edited: it can be looked at
  while_writing  ///< where possible, with each channel's integers: the weights are read once
};

/// Two tensors are compatible, and a dequantize/quantize pair vanishes, where their parameters are equal: every member
/// counts. (spec: quantization, section 5.1)
struct tensor_parameters {
  format_descriptor format{};
  std::optional<std::uint32_t> axis;       ///< a scale per index of this axis; none: one scale
  std::vector<std::int32_t> scale_shape;   ///< as the scales lie over the tensor: ones except at the axis
  std::vector<double> scale;               ///< float32 values, or float64 where the statistics are
  bool wide = false;                       ///< the scales are float64, and so is what is computed with them
  std::vector<std::int32_t> zero_point;    ///< one per scale
  std::vector<std::uint16_t> block_scale;  ///< blockwise: float16 bits, one per block, in place of `scale`
  std::shared_ptr<const weight> source;    ///< a constant: the values that its integers are made from
  fit_float fit = nullptr;                 ///< a constant: what turns its ranges into scales
  bool late = false;                       ///< the scales are found while the integers are made; none are here

  [[nodiscard]] bool is_blockwise() const { return format.granularity.kind == granularity_kind::blockwise; }

  friend bool operator==(const tensor_parameters& a, const tensor_parameters& b);

 private:
  /// Constants: the same bytes come out, in whatever shape the scales lie over them. Activations: same axis and shape.
  static bool same_placing(const tensor_parameters& a, const tensor_parameters& b);
};

using parameters = std::shared_ptr<const tensor_parameters>;

/// Equal parameters, or none on both sides.
[[nodiscard]] bool same(const parameters& a, const parameters& b);

/// The type of a tensor stored in a format: 2, 4, up to 8, 16, 32 or 64 bits.
[[nodiscard]] constexpr model::tensor_type storage_type(const format_descriptor& format) {
  using t = model::tensor_type;
  if (!format.is_integer()) return format.bits == 16 ? t::float16 : t::float32;
  if (format.bits == 2) return t::int2;
  if (format.bits == 4) return t::int4;
  if (format.bits <= 8) return format.kind == number_kind::unsigned_integer ? t::uint8 : t::int8;
  if (format.bits <= 16) return t::int16;
  return format.bits <= 32 ? t::int32 : t::int64;
}

/// Bits that an element takes in the file.
[[nodiscard]] constexpr int storage_bits(const format_descriptor& format) {
  return model::bits_of(storage_type(format));
}

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/parameters.ipp>
#endif
