// SPDX-License-Identifier: Apache-2.0
// Dynamic range: activations are float32, weights int8, int4 or int2. The kernel quantizes the activations to 8 bits,
// multiplies integers, and scales the sums back to floats. What the ops have in common: which operands they take, and
// the activations as integers. (spec: kernels, sections 1 and 2) Freestanding.
//
// Weights have zero point 0, and one scale or one per output channel; bias and output are float32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <aeq/core/constexpr_math.hpp>
#include <aeq/core/rounded_product.hpp>
#include <aeq/kernel/bias.hpp>
#include <aeq/kernel/integer/weighted.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/workspace.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// real = (integer - zero_point) * scale.
struct input_scale {
  float scale = 1;
  std::int32_t zero_point = 0;
};

namespace detail {

/// An integer of 8 bits from a float, which may be anything: rounded, and then shifted by the zero point.
[[nodiscard]] constexpr std::int8_t to_int8(float value, std::int32_t lowest, std::int32_t zero_point = 0) noexcept {
  const std::int64_t nearest = std::int64_t(rounded(static_cast<double>(value))) + zero_point;
  return static_cast<std::int8_t>(nearest < lowest ? lowest : nearest > 127 ? 127 : nearest);
}

}  // namespace detail

/// n floats, `step` apart, as integers in [-127, 127] around 0.
[[nodiscard]] inline input_scale quantize_symmetric(const float* x, std::size_t n, std::int8_t* q,
                                                    std::size_t step = 1) noexcept {
  float largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float size = absolute(x[i * step]);
    largest = largest < size ? size : largest;
  }
  if (largest == 0.0f) {
    for (std::size_t i = 0; i < n; ++i) q[i] = 0;
    return {};
  }
  const float inverse = 127.0f / largest;
  for (std::size_t i = 0; i < n; ++i) q[i] = detail::to_int8(x[i * step] * inverse, -127);
  return {largest / 127.0f, 0};
}

/// n floats, `step` apart, as integers in [-128, 127] with a zero point.
[[nodiscard]] inline input_scale quantize_asymmetric(const float* x, std::size_t n, std::int8_t* q,
                                                     std::size_t step = 1) noexcept {
  float lowest = 0, highest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float value = x[i * step];
    lowest = value < lowest ? value : lowest;
    highest = highest < value ? value : highest;
  }
  if (lowest == highest) {
    for (std::size_t i = 0; i < n; ++i) q[i] = 0;
    return {};
  }
  const float width = highest - lowest;
  const double scale = static_cast<double>(width) / 255.0;
  const double below = static_cast<double>(lowest) / scale;
  const double above = static_cast<double>(highest) / scale;
  // Of the two zero points that the ends of the range give, the one with the smaller error.
  const double zero = 128.0 + absolute(below) < 127.0 + absolute(above) ? -128.0 - below : 127.0 - above;
  const std::int32_t zero_point = zero <= -128.0 ? -128 : zero >= 127.0 ? 127 : rounded(zero);
  const auto narrow = static_cast<float>(scale);
  const float inverse = narrow == 0.0f ? 0.0f : 1.0f / narrow;
  for (std::size_t i = 0; i < n; ++i) q[i] = detail::to_int8(x[i * step] * inverse, -128, zero_point);
  return {narrow, zero_point};
}

/// Types, scales and zero points, and that all data are there; not how shapes go together. A weight in blocks has as
/// many scales as blocks, and only some ops take it.
[[nodiscard]] inline status check_hybrid(const kernel_arguments& call, const weighted_form& form) noexcept {
  if (call.inputs.size() <= form.x || call.inputs.size() <= form.w || call.outputs.size() != 1) {
    return status::wrong_operands;
  }
  const operand& x = call.inputs[form.x];
  const operand& w = call.inputs[form.w];
  for (const status s : {check_float(x), check_float(call.outputs[0])}) {
    if (s != status::ready) return s;
  }
  if (w.type != element_type::int8 && !is_packed(w.type)) return status::wrong_type;
  if (!w.is_complete() || form.channel_axis >= w.shape.size()) return status::wrong_shape;
  const std::size_t channels = form.channels(call);
  if (const status bias = check_bias(call, form.bias, channels); bias != status::ready) return bias;
  const bool is_channelwise =
      w.scale.size() == channels && w.channel_axis == static_cast<std::int32_t>(form.channel_axis);
  if (w.block_elements == 0 && w.scale.size() != 1 && !is_channelwise) return status::wrong_parameters;
  for (const std::int32_t zero : w.zero_point) {
    if (zero != 0) return status::wrong_parameters;
  }
  return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
}

/// Workspace of an op with such operands: weights of less than 8 bits, unpacked.
[[nodiscard]] inline std::size_t hybrid_workspace_bytes(const kernel_arguments& call,
                                                        const weighted_form& form) noexcept {
  if (call.inputs.size() <= form.w || !is_packed(call.inputs[form.w].type)) return 0;
  return call.inputs[form.w].elements();
}
[[nodiscard]] inline status prepare_hybrid(const kernel_arguments& call, const weighted_form& form,
                                           std::span<std::byte> workspace) noexcept {
  const operand& w = call.inputs[form.w];
  if (workspace.size() < hybrid_workspace_bytes(call, form)) return status::small_workspace;
  if (is_packed(w.type) && w.is_constant) {
    unpack_weights(w, {reinterpret_cast<std::int8_t*>(workspace.data()), w.elements()});
  }
  return status::ready;
}

/// The weights of a call that setup has found good, one per byte.
[[nodiscard]] inline const std::int8_t* hybrid_weights(const kernel_arguments& call, const weighted_form& form,
                                                       std::span<std::byte> workspace) noexcept {
  const operand& w = call.inputs[form.w];
  if (!is_packed(w.type)) return w.values<std::int8_t>().data();
  auto* const unpacked = reinterpret_cast<std::int8_t*>(workspace.data());
  if (!w.is_constant) unpack_weights(w, {unpacked, w.elements()});
  return unpacked;
}

/// Scratch memory: the activations as integers, in rows of their own scale.
struct quantized_input {
  std::span<std::int8_t> values{};
  std::span<input_scale> scales{};
  std::size_t bytes = 0;

  [[nodiscard]] static quantized_input of(std::size_t elements, std::size_t rows,
                                          std::span<std::byte> memory) noexcept {
    quantized_input result;
    workspace_pieces pieces(memory);
    result.scales = pieces.take<input_scale>(rows);
    result.values = pieces.take<std::int8_t>(elements);
    result.bytes = pieces.used();
    return result;
  }

  /// Quantizes rows that lie one after the other.
  void fill(const float* x, bool asymmetric, const work_sharing& share) const noexcept {
    if (scales.empty()) return;
    const std::size_t row = values.size() / scales.size();
    share.for_ranges(scales.size(), 16384 / (row + 1) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        std::int8_t* const to = values.data() + i * row;
        scales[i] = asymmetric ? quantize_asymmetric(x + i * row, row, to) : quantize_symmetric(x + i * row, row, to);
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
