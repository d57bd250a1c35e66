// SPDX-License-Identifier: Apache-2.0
// UNIDIRECTIONAL_SEQUENCE_LSTM in integers. (spec: kernels, section 6) Freestanding, but for the C library's logf.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <aeq/kernel/fixed_point.hpp>
#include <aeq/kernel/integer/elementwise.hpp>
#include <aeq/kernel/integer/scale.hpp>
#include <aeq/kernel/integer/short_functions.hpp>
#include <aeq/kernel/recurrent.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// As sequence_lstm_float, with x, weights, h and y of int8, c and peepholes of int16, biases of int32: each gate has 3
/// integer bits and 12 behind the point, the scale of c is a power of two from 2^-15 to 2^-9, the activation is tanh.
/// Intermediate 4 has scale and zero point of s(o) a(c), before the projection if there is one; y has those of h. No
/// layer normalization.
template <class X>
requires std::is_same_v<X, std::int8_t>
struct sequence_lstm_integer {
  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(factors); }

  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    detail::sequence s;
    if (call.inputs.size() < 20 || call.inputs[6].shape.size() != 2 ||
        !detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) {
      return 0;
    }
    return s.batches * static_cast<std::size_t>(call.inputs[6].shape[0]) * gate_values * sizeof(std::int16_t);
  }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if ((call.inputs.size() != 20 && call.inputs.size() != 24) || call.outputs.size() != 3) {
      return status::wrong_operands;
    }
    if (call.intermediates.size() != 5) return status::wrong_operands;
    for (std::size_t i = norm; i < call.inputs.size(); ++i) {
      if (call.inputs[i].present()) return status::wrong_operands;
    }
    detail::sequence s;
    if (!detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) return status::wrong_shape;
    if (!has_input(call, r_weight + 1) || call.inputs[r_weight + 1].shape.size() != 2) return status::wrong_shape;
    const auto cells = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[0]);
    const auto width = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[1]);
    if (cells == 0 || width == 0) return status::wrong_shape;
    if (const status all = check_types(call, s.inputs, cells, width); all != status::ready) return all;
    if (call.outputs[0].elements() != s.batches * s.steps * width || call.outputs[1].elements() != s.batches * width ||
        call.outputs[2].elements() != s.batches * cells) {
      return status::wrong_shape;
    }
    if (call.options.activation != fused_activation::tanh) return status::wrong_options;
    factors by{};
    const status prepared = by.prepare(call);
    return prepared == status::ready ? keep(by, workspace) : prepared;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    detail::sequence s;
    if (!detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) return;
    const factors& by = kept<factors>(workspace);
    const auto cells = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[0]);
    const auto width = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[1]);
    const std::int8_t* const x = call.inputs[0].values<std::int8_t>().data();
    std::int8_t* const y = call.outputs[0].values<std::int8_t>().data();
    call.share.for_each(s.batches, [&](std::size_t batch) {
      std::int8_t* const h = call.outputs[1].values<std::int8_t>().data() + batch * width;
      std::int16_t* const c = call.outputs[2].values<std::int16_t>().data() + batch * cells;
      auto* const gates = reinterpret_cast<std::int16_t*>(call.scratch.data()) + batch * cells * gate_values;
      for (std::size_t t = 0; t < s.steps; ++t) {
        step(call, by, x + s.row(batch, t) * s.inputs, s.inputs, cells, width, h, c, gates);
        std::copy_n(h, width, y + s.row(batch, t) * width);
      }
    });
  }

 private:
  static constexpr std::size_t x_weight = 1, r_weight = 5, peephole = 9, bias = 12, projection = 16, state = 18,
                               norm = 20;
  static constexpr std::size_t gate_values = 5;  ///< four gates, and what the projection reads

  struct factors {
    std::array<fixed_multiplier, 4> of_x{}, of_h{};
    std::array<fixed_multiplier, 3> of_c{};
    fixed_multiplier hidden{}, projected{};
    std::int32_t x_zero = 0, h_zero = 0, hidden_zero = 0;
    std::int32_t c_exponent = 0;
    std::int32_t cell_clip = 0, proj_clip = 0;  ///< 0: none

    [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
      const operand& h = call.inputs[state];
      const operand& c = call.inputs[state + 1];
      const operand& hid = call.intermediates[4];
      if (!is_quantized_tensorwise(hid)) return status::wrong_parameters;
      if (!exponent_of(c.scale[0], c_exponent) || c_exponent < -15 || c_exponent > -9) return status::wrong_parameters;
      constexpr float gate = 1.0f / 4096;
      const float x_scale = call.inputs[0].scale[0], h_scale = h.scale[0];
      x_zero = zero_point_of(call.inputs[0], 0);
      h_zero = zero_point_of(h, 0);
      hidden_zero = zero_point_of(hid, 0);
      bool fits = true;
      const auto scale_of = [&](std::size_t index) { return call.inputs[index].scale[0]; };
      const auto set = [&](double real, fixed_multiplier& to) { fits = fits && to_multiplier(real, to); };
      for (std::size_t q = 0; q < 4; ++q) {
        if (!has_input(call, x_weight + q)) continue;
        set(static_cast<double>(scale_of(x_weight + q) * x_scale / gate), of_x[q]);
        set(static_cast<double>(scale_of(r_weight + q) * h_scale / gate), of_h[q]);
      }
      const double c_scale = 1.0 / static_cast<double>(std::int32_t(1) << -c_exponent);
      for (std::size_t q = 0; q < 3; ++q) {
        if (!has_input(call, peephole + q)) continue;
        const double real = c_scale * static_cast<double>(scale_of(peephole + q)) / static_cast<double>(gate);
        set(static_cast<double>(static_cast<float>(real)), of_c[q]);
      }
      constexpr double share = 1.0 / 32768;
      set(static_cast<double>(static_cast<float>(share / static_cast<double>(hid.scale[0]) * share)), hidden);
      if (has_input(call, projection)) {
        set(static_cast<double>(scale_of(projection) * hid.scale[0] / h_scale), projected);
      }
      cell_clip = clip_of(call.options.cell_clip, c.scale[0], 32767);
      proj_clip = clip_of(call.options.proj_clip, h_scale, 127);
      return fits ? status::ready : status::wrong_parameters;
    }

    [[nodiscard]] static std::int32_t clip_of(float clip, float scale, std::int32_t most) noexcept {
      if (!(clip > 0.0f)) return 0;
      const float steps = clip / scale;
      return steps < static_cast<float>(most) ? static_cast<std::int32_t>(steps) : most;
    }
  };

  /// Input `index`: of a type, with one scale and zero point 0, and so many elements (rows x columns, if there are).
  [[nodiscard]] static status check_part(const kernel_arguments& call, std::size_t index, element_type type,
                                         std::size_t rows, std::size_t columns, bool is_optional) noexcept {
    if (!has_input(call, index)) return is_optional ? status::ready : status::wrong_operands;
    const operand& part = call.inputs[index];
    if (part.type != type) return status::wrong_type;
    if (type != element_type::int32 && (!is_quantized_tensorwise(part) || zero_point_of(part, 0) != 0)) {
      return status::wrong_parameters;
    }
    if (!part.is_complete()) return status::wrong_shape;
    if (columns == 0) return part.elements() == rows ? status::ready : status::wrong_shape;
    const bool fits = part.shape.size() == 2 && static_cast<std::size_t>(part.shape[0]) == rows &&
                      static_cast<std::size_t>(part.shape[1]) == columns;
    return fits ? status::ready : status::wrong_shape;
  }

  [[nodiscard]] static status check_types(const kernel_arguments& call, std::size_t inputs, std::size_t cells,
                                          std::size_t width) noexcept {
    constexpr element_type narrow = element_type::int8, wide = element_type::int16, sum = element_type::int32;
    const std::array<element_type, 3> results{narrow, narrow, wide};
    for (std::size_t i = 0; i < 3; ++i) {
      const result_operand& y = call.outputs[i];
      if (y.type != results[i]) return status::wrong_type;
      if (!is_quantized_tensorwise(y)) return status::wrong_parameters;
      if (!y.is_complete()) return status::wrong_shape;
    }
    if (!has_input(call, state) || !has_input(call, state + 1)) return status::wrong_operands;
    if (call.inputs[0].type != narrow || call.inputs[state].type != narrow || call.inputs[state + 1].type != wide) {
      return status::wrong_type;
    }
    for (const std::size_t i : {std::size_t(0), state, state + 1}) {
      if (!is_quantized_tensorwise(call.inputs[i])) return status::wrong_parameters;
    }
    const bool has_input_gate = has_input(call, x_weight);
    for (std::size_t q = 0; q < 4; ++q) {
      const bool is_absent = q == 0 && !has_input_gate;
      if (is_absent && (has_input(call, r_weight) || has_input(call, bias) || has_input(call, peephole))) {
        return status::wrong_operands;
      }
      for (const status part : {check_part(call, x_weight + q, narrow, cells, inputs, is_absent),
                                check_part(call, r_weight + q, narrow, cells, width, is_absent),
                                check_part(call, bias + q, sum, cells, 0, is_absent)}) {
        if (part != status::ready) return part;
      }
    }
    const bool has_peephole = has_input(call, peephole + 2);
    for (std::size_t q = 0; q < 3; ++q) {
      const bool is_absent = !has_peephole || (q == 0 && !has_input_gate);
      if (is_absent && has_input(call, peephole + q)) return status::wrong_operands;
      const status part = check_part(call, peephole + q, wide, cells, 0, is_absent);
      if (part != status::ready) return part;
    }
    if (!has_input(call, projection)) {
      return width == cells && !has_input(call, projection + 1) ? status::ready : status::wrong_shape;
    }
    // LiteRT goes through peepholes by the width of h.
    if (has_peephole && width != cells) return status::wrong_shape;
    const status part = check_part(call, projection, narrow, width, cells, false);
    return part != status::ready ? part : check_part(call, projection + 1, sum, width, 0, true);
  }

  [[nodiscard]] static std::int32_t limited(std::int32_t value, std::int32_t lowest, std::int32_t highest) noexcept {
    return value < lowest ? lowest : value > highest ? highest : value;
  }
  [[nodiscard]] static std::int16_t to_int16(std::int64_t value) noexcept {
    return static_cast<std::int16_t>(value < -32768 ? -32768 : value > 32767 ? 32767 : value);
  }
  /// The sum of w[k] * (x[k] - zero), which wraps.
  [[nodiscard]] static std::int32_t dot(const std::int8_t* w, const std::int8_t* x, std::size_t n, std::int32_t zero,
                                        std::int32_t begin) noexcept {
    auto sum = static_cast<std::uint32_t>(begin);
    for (std::size_t k = 0; k < n; ++k) sum += static_cast<std::uint32_t>(w[k] * (x[k] - zero));
    return static_cast<std::int32_t>(sum);
  }

  /// The sum of a gate, before its activation. `seen` is its number among the peepholes; 3: it has none.
  static void sum_gate(const kernel_arguments& call, const factors& by, std::size_t q, std::size_t seen,
                       const std::int8_t* x, std::size_t inputs, std::size_t cells, std::size_t width,
                       const std::int8_t* h, const std::int16_t* c, std::int16_t* to) noexcept {
    const std::int8_t* const w = call.inputs[x_weight + q].values<std::int8_t>().data();
    const std::int8_t* const r = call.inputs[r_weight + q].values<std::int8_t>().data();
    const std::int32_t* const b = call.inputs[bias + q].values<std::int32_t>().data();
    const bool has_peephole = seen < 3 && has_input(call, peephole + seen);
    const std::int16_t* const p = has_peephole ? call.inputs[peephole + seen].values<std::int16_t>().data() : nullptr;
    for (std::size_t n = 0; n < cells; ++n) {
      // Each part is limited to 16 bits as it comes.
      std::int64_t sum = to_int16(multiply(dot(w + n * inputs, x, inputs, by.x_zero, b[n]), by.of_x[q]));
      sum = to_int16(sum + multiply(dot(r + n * width, h, width, by.h_zero, 0), by.of_h[q]));
      if (has_peephole) sum = to_int16(sum + multiply(p[n] * c[n], by.of_c[seen]));
      to[n] = static_cast<std::int16_t>(sum);
    }
  }

  static void step(const kernel_arguments& call, const factors& by, const std::int8_t* x, std::size_t inputs,
                   std::size_t cells, std::size_t width, std::int8_t* h, std::int16_t* c,
                   std::int16_t* gates) noexcept {
    using fixed_point::short_numbers::hyperbolic_tangent;
    using fixed_point::short_numbers::logistic;
    constexpr int gate_bits = 3;
    std::int16_t* const i = gates;
    std::int16_t* const f = gates + cells;
    std::int16_t* const g = gates + 2 * cells;
    std::int16_t* const o = gates + 3 * cells;
    const bool has_input_gate = has_input(call, x_weight);
    if (has_input_gate) sum_gate(call, by, 0, 0, x, inputs, cells, width, h, c, i);
    sum_gate(call, by, 1, 1, x, inputs, cells, width, h, c, f);
    sum_gate(call, by, 2, 3, x, inputs, cells, width, h, c, g);
    for (std::size_t k = 0; k < cells; ++k) {
      const std::int32_t forget = logistic(f[k], gate_bits);
      const std::int32_t input = has_input_gate ? logistic(i[k], gate_bits) : 32767 - forget;
      const std::int32_t kept_part = divide_by_power(forget * c[k], 15);
      const std::int32_t new_part = divide_by_power(input * hyperbolic_tangent(g[k], gate_bits), 30 + by.c_exponent);
      std::int32_t cell =
          to_int16(std::int64_t(static_cast<std::int16_t>(kept_part)) + static_cast<std::int16_t>(new_part));
      if (by.cell_clip > 0) cell = limited(cell, -by.cell_clip, by.cell_clip);
      c[k] = static_cast<std::int16_t>(cell);
    }
    sum_gate(call, by, 3, 2, x, inputs, cells, width, h, c, o);
    const bool has_projection = has_input(call, projection);
    auto* const hidden = has_projection ? reinterpret_cast<std::int8_t*>(gates + 4 * cells) : h;
    // LiteRT's projection takes the zero point with the other sign, here and below.
    const std::int32_t zero = has_projection ? -by.hidden_zero : by.hidden_zero;
    for (std::size_t k = 0; k < cells; ++k) {
      const std::int32_t product = logistic(o[k], gate_bits) * hyperbolic_tangent(c[k], 15 + by.c_exponent);
      const std::int64_t shifted = std::int64_t(multiply(product, by.hidden)) + zero;
      hidden[k] = static_cast<std::int8_t>(shifted < -128 ? -128 : shifted > 127 ? 127 : shifted);
    }
    if (!has_projection) return;
    const std::int8_t* const p = call.inputs[projection].values<std::int8_t>().data();
    const bool has_bias = has_input(call, projection + 1);
    for (std::size_t n = 0; n < width; ++n) {
      const std::int32_t begin = has_bias ? call.inputs[projection + 1].values<std::int32_t>()[n] : 0;
      const std::int32_t sum = multiply(dot(p + n * cells, hidden, cells, zero, begin), by.projected);
      const std::int64_t shifted = std::int64_t(sum) + by.h_zero;
      std::int32_t value = shifted < -128 ? -128 : shifted > 127 ? 127 : static_cast<std::int32_t>(shifted);
      if (by.proj_clip > 0) value = limited(value, -by.proj_clip, by.proj_clip);
      h[n] = static_cast<std::int8_t>(value);
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
