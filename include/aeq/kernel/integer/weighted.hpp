// SPDX-License-Identifier: Apache-2.0
// What ops with integer weights have in common, whatever their loops: which operands they take, what setup leaves in
// the workspace, and the sums themselves. (spec: kernels, section 2) Freestanding.
//
//   activations   weights                    bias          sums                       output
//   int8          int8, int4, int2           int32         32 bits                    int8
//   uint8         uint8                      int32         32 bits                    uint8
//   int16         int8, int4, int2           int64, int32  64 bits, 32 with such bias int16
//   int16         int16 (FULLY_CONNECTED)    int64, int32  64 bits                    int16
//
// real = (integer - zero point) * scale. Activations have one scale; int16 has zero point 0. Weights have one scale or
// one per output channel, and zero point 0 where the op says nothing else; the bias has scale x * weight and zero point
// 0. Sums wrap: 32 bits hold 2^15 products with room for the bias.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <aeq/kernel/bias.hpp>
#include <aeq/kernel/integer/dots.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/output_stage.hpp>
#include <aeq/kernel/workspace.hpp>
#include <aeq/scheme/packing.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Where an op has its operands.
struct weighted_form {
  std::size_t x = 0;
  std::size_t w = 1;
  std::size_t bias = 2;
  std::size_t channel_axis = 0;          ///< of the weight: output channels
  bool takes_weight_zero_point = false;  ///< of a weight with one scale; uint8 always may have one
  bool takes_wide_weight = false;        ///< int16
  bool real = false;                     ///< sums are scaled by a double
  bool tensorwise_in_float = false;      ///< the product of x's and the weight's one scale is rounded to float32

  [[nodiscard]] constexpr std::size_t channels(const kernel_arguments& call) const noexcept {
    return static_cast<std::size_t>(call.inputs[w].shape[channel_axis]);
  }
};

[[nodiscard]] constexpr bool is_packed(element_type type) noexcept {
  return type == element_type::int4 || type == element_type::int2;
}

/// The bias, if there is one.
[[nodiscard]] constexpr const operand* bias_operand(const kernel_arguments& call, const weighted_form& form) noexcept {
  return call.inputs.size() > form.bias && call.inputs[form.bias].present() ? &call.inputs[form.bias] : nullptr;
}

/// Whether sums of 16-bit activations are kept to 32 bits: as the bias has them; without one as the option says.
[[nodiscard]] constexpr bool has_narrow_sums(const kernel_arguments& call, const weighted_form& form) noexcept {
  if (call.inputs[form.x].type != element_type::int16) return true;
  if (call.inputs[form.w].type == element_type::int16) return false;
  const operand* bias = bias_operand(call, form);
  return (bias != nullptr ? bias->type : call.options.quantized_bias_type) == element_type::int32;
}

/// Types, scales and zero points, and that all data are there; not how shapes go together.
[[nodiscard]] constexpr status check_weighted(const kernel_arguments& call, const weighted_form& form) noexcept {
  if (call.inputs.size() <= form.x || call.inputs.size() <= form.w || call.inputs.size() > 4 ||
      call.outputs.size() != 1) {
    return status::wrong_operands;
  }
  const operand& x = call.inputs[form.x];
  const operand& w = call.inputs[form.w];
  const result_operand& y = call.outputs[0];
  const operand* const bias = bias_operand(call, form);
  if (!x.present() || !w.present() || !y.present()) return status::wrong_operands;
  const bool is_signed_weight = w.type == element_type::int8 || is_packed(w.type);
  const bool is_wide_weight = w.type == element_type::int16 && form.takes_wide_weight;
  const bool go_together = x.type == element_type::uint8   ? w.type == element_type::uint8
                           : x.type == element_type::int16 ? is_signed_weight || is_wide_weight
                                                           : x.type == element_type::int8 && is_signed_weight;
  if (!go_together || y.type != x.type) return status::wrong_type;
  if (!x.is_complete() || !w.is_complete() || !y.is_complete()) return status::wrong_shape;
  if (!is_quantized_tensorwise(x) || !is_quantized_tensorwise(y)) return status::wrong_parameters;
  if (form.channel_axis >= w.shape.size()) return status::wrong_shape;
  const std::size_t channels = form.channels(call);
  if (bias != nullptr) {
    if (bias->type != element_type::int32 && (bias->type != element_type::int64 || x.type != element_type::int16)) {
      return status::wrong_type;
    }
    if (bias->elements() != channels || !bias->is_complete()) return status::wrong_shape;
  }
  const bool is_channelwise =
      w.scale.size() == channels && w.channel_axis == static_cast<std::int32_t>(form.channel_axis);
  if (w.block_elements != 0 || (w.scale.size() != 1 && !is_channelwise)) return status::wrong_parameters;
  if (!w.zero_point.empty() && w.zero_point.size() != w.scale.size()) return status::wrong_parameters;
  const bool may_have_zero_point =
      w.scale.size() == 1 &&
      (w.type == element_type::uint8 || (form.takes_weight_zero_point && w.type == element_type::int8));
  for (const std::int32_t zero : w.zero_point) {
    if (zero == 0) continue;
    const auto [lowest, highest] = limits_of(w.type);
    if (!may_have_zero_point || zero < lowest || zero > highest) return status::wrong_parameters;
  }
  return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
}

/// The workspace of such an op. Where the weight is constant and has 8 or 16 bits, evaluate only reads it: the factors
/// may lie in flash, made by a setup before the program was built.
struct weighted_workspace {
  std::span<fixed_multiplier> fixed{};
  std::span<double> real{};
  std::span<std::int8_t> unpacked{};  ///< weights of less than 8 bits, one per byte; else none
  std::size_t bytes = 0;

  /// Its pieces; without memory their size, whatever the operands are.
  [[nodiscard]] static weighted_workspace of(const kernel_arguments& call, const weighted_form& form,
                                             std::span<std::byte> memory) noexcept {
    weighted_workspace result;
    if (call.inputs.size() <= form.w) return result;
    const operand& w = call.inputs[form.w];
    workspace_pieces pieces(memory);
    if (form.real) {
      result.real = pieces.take<double>(w.scale.size());
    } else {
      result.fixed = pieces.take<fixed_multiplier>(w.scale.size());
    }
    if (is_packed(w.type)) result.unpacked = pieces.take<std::int8_t>(w.elements());
    result.bytes = pieces.used();
    return result;
  }
};

/// Packed weights, one per byte.
inline void unpack_weights(const operand& w, std::span<std::int8_t> values) noexcept {
  const auto packed = w.values<std::uint8_t>();
  if (w.type == element_type::int4) return unpack_all<4>(packed, values);
  unpack_all<2>(packed, values);
}

/// Setup, after the checks: scale factors, and weights that are constant unpacked.
[[nodiscard]] inline status prepare_weighted(const kernel_arguments& call, const weighted_form& form,
                                             std::span<std::byte> memory) noexcept {
  const weighted_workspace workspace = weighted_workspace::of(call, form, memory);
  if (workspace.bytes > memory.size()) return status::small_workspace;
  const operand& w = call.inputs[form.w];
  if (w.is_constant && is_packed(w.type)) unpack_weights(w, workspace.unpacked);
  const bool is_wide = !has_narrow_sums(call, form);
  const bool in_float = form.tensorwise_in_float && w.scale.size() == 1;
  return prepare_factors(call.inputs[form.x].scale[0], w.scale, call.outputs[0].scale[0], in_float, is_wide,
                         workspace.fixed, workspace.real)
             ? status::ready
             : status::wrong_parameters;
}

/// A call that setup has found good, ready to be computed. X: type of the activations; W: of the weights, unpacked.
template <class X, class W>
struct weighted_call {
  const X* x = nullptr;
  const W* w = nullptr;
  X* y = nullptr;
  const std::int32_t* narrow_bias = nullptr;
  const std::int64_t* wide_bias = nullptr;
  std::int32_t x_zero = 0;
  std::int32_t w_zero = 0;
  output_stage stage{};

  /// Of 8 bits: int16 activations have sums of 64 bits, and those that are to have 32 take their lower half.
  using sum = std::conditional_t<sizeof(X) == 1, std::uint32_t, std::uint64_t>;

  weighted_call(const kernel_arguments& call, const weighted_form& form, std::span<std::byte> memory) noexcept {
    const weighted_workspace workspace = weighted_workspace::of(call, form, memory);
    const operand& weight = call.inputs[form.w];
    const result_operand& output = call.outputs[0];
    if (is_packed(weight.type) && !weight.is_constant) unpack_weights(weight, workspace.unpacked);
    x = call.inputs[form.x].template values<X>().data();
    w = is_packed(weight.type) ? reinterpret_cast<const W*>(workspace.unpacked.data())
                               : weight.template values<W>().data();
    y = output.template values<X>().data();
    if (const operand* bias = bias_operand(call, form)) {
      if (bias->type == element_type::int64) {
        wide_bias = bias->values<std::int64_t>().data();
      } else {
        narrow_bias = bias->values<std::int32_t>().data();
      }
    }
    x_zero = zero_point_of(call.inputs[form.x], 0);
    w_zero = weight.scale.size() == 1 ? zero_point_of(weight, 0) : 0;
    is_narrow_ = has_narrow_sums(call, form);
    stage.scaling = form.real ? sum_scaling::real : is_narrow_ ? sum_scaling::fixed : sum_scaling::wide;
    stage.step = weight.scale.size() == 1 ? 0 : 1;
    stage.fixed = workspace.fixed.data();
    stage.real = workspace.real.data();
    stage.zero_point = zero_point_of(output, 0);
    stage.range = integer_range_of(output, call.options.activation);
  }

  /// The output of a channel from the sum of its products.
  [[nodiscard]] X finish(sum products, std::size_t channel) const noexcept {
    if (narrow_bias != nullptr) products += static_cast<sum>(narrow_bias[channel]);
    if (wide_bias != nullptr) products += static_cast<sum>(wide_bias[channel]);
    const auto whole = static_cast<std::int64_t>(static_cast<std::make_signed_t<sum>>(products));
    return static_cast<X>(stage(is_narrow_ ? static_cast<std::int32_t>(whole) : whole, channel));
  }

 private:
  bool is_narrow_ = true;
};

}  // namespace aeq::inline AEQ_ABI::kernel
