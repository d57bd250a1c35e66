// SPDX-License-Identifier: Apache-2.0
// UNIDIRECTIONAL_SEQUENCE_LSTM, UNIDIRECTIONAL_SEQUENCE_RNN and RNN in float32. (spec: kernels, section 6)
// Freestanding, but for the C library's expf, tanhf and sqrtf.
//
// Product::add(w, rows, depth, x, y) does y[r] += sum over k of w[r, k] * x[k]. States are variable tensors: the caller
// hands them over as inputs, and again behind the op's own output, where the kernel may write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/core/elementary.hpp>
#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/bias.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/workspace.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Sums in the order of k.
struct plain_product {
  static void add(const float* w, std::size_t rows, std::size_t depth, const float* x, float* y) noexcept {
    for (std::size_t r = 0; r < rows; ++r) {
      float sum = 0;
      for (std::size_t k = 0; k < depth; ++k) sum += w[r * depth + k] * x[k];
      y[r] += sum;
    }
  }
};

namespace detail {

[[nodiscard]] constexpr bool is_cell_activation(fused_activation activation) noexcept {
  return is_clamp(activation) || activation == fused_activation::tanh;
}
[[nodiscard]] inline float activated(float x, fused_activation activation) noexcept {
  return activation == fused_activation::tanh ? elementary::tanh(x) : clamped(x, clamp_of(activation));
}
[[nodiscard]] inline float sigmoid(float x) noexcept {
  return 1 / (1 + elementary::exp(-x));
}

/// Input `index` of a call, float32 of the shape; absent ones may be if `is_optional`.
[[nodiscard]] inline status check_shaped(const kernel_arguments& call, std::size_t index, std::size_t rows,
                                         std::size_t columns, bool is_optional) noexcept {
  if (!has_input(call, index)) return is_optional ? status::ready : status::wrong_operands;
  const operand& value = call.inputs[index];
  const status type = check_float(value);
  if (type != status::ready) return type;
  if (columns == 0) return value.elements() == rows ? status::ready : status::wrong_shape;
  const bool fits = value.shape.size() == 2 && static_cast<std::size_t>(value.shape[0]) == rows &&
                    static_cast<std::size_t>(value.shape[1]) == columns;
  return fits ? status::ready : status::wrong_shape;
}

/// Extents of sequences: step t of batch b is row `t * batches + b` if time comes first, else `b * steps + t`.
struct sequence {
  std::size_t batches = 0;
  std::size_t steps = 0;
  std::size_t inputs = 0;
  bool time_major = false;

  [[nodiscard]] constexpr std::size_t row(std::size_t batch, std::size_t step) const noexcept {
    return time_major ? step * batches + batch : batch * steps + step;
  }
};

[[nodiscard]] constexpr bool sequence_of(std::span<const std::int32_t> x, bool time_major, sequence& s) noexcept {
  if (x.size() != 3 || x[2] < 1) return false;
  s.time_major = time_major;
  s.batches = static_cast<std::size_t>(x[time_major ? 1 : 0]);
  s.steps = static_cast<std::size_t>(x[time_major ? 0 : 1]);
  s.inputs = static_cast<std::size_t>(x[2]);
  return true;
}

}  // namespace detail

/// For each step, with sigmoid s and the op's activation a, and for each gate q of i, f, g, o
///   q = W_q x + R_q h + P_q c + b_q            (P: none for g; o's meets the new c)
///   c = s(f) c + s(i) a(g), limited to cell_clip; h = s(o) a(c); h = P h + b limited to proj_clip, if there is a P
/// With coefficients of layer normalization, the sums get mean 0 and deviation 1 before coefficient and bias. Without
/// weights for i, s(i) is 1 - s(f).
///
/// Inputs: x [T, B, I] or [B, T, I] (time_major says); 4 W [N, I]; 4 R [N, M]; 3 P [N]; 4 b [N]; projection [M, N] and
/// its bias [M]; states h [B, M] and c [B, N]; 4 coefficients [N]; the last four may be missing. Outputs: [.., .., M],
/// then h and c. M is N without a projection.
template <class Product = plain_product>
struct sequence_lstm_float {
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    if (call.inputs.size() < 20 || call.inputs[0].shape.size() != 3 || call.inputs[6].shape.size() != 2) return 0;
    detail::sequence s;
    if (!detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) return 0;
    return bytes_for<float>(s.batches, std::size_t(4), static_cast<std::size_t>(call.inputs[6].shape[0]));
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if ((call.inputs.size() != 20 && call.inputs.size() != 24) || call.outputs.size() != 3) {
      return status::wrong_operands;
    }
    for (const status s : {check_float(call.inputs[0]), check_float(call.inputs[r_weight + 1]),
                           check_float(call.outputs[0]), check_float(call.outputs[1]), check_float(call.outputs[2])}) {
      if (s != status::ready) return s;
    }
    detail::sequence s;
    if (!detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) return status::wrong_shape;
    if (call.inputs[r_weight + 1].shape.size() != 2) return status::wrong_shape;
    const auto cells = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[0]);
    const auto width = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[1]);
    if (cells == 0 || width == 0) return status::wrong_shape;
    const bool has_input_gate = has_input(call, x_weight);
    const bool has_norm = has_input(call, norm + 1);
    for (std::size_t gate = 0; gate < 4; ++gate) {
      const bool is_absent = gate == 0 && !has_input_gate;
      if (is_absent && (has_input(call, r_weight) || has_input(call, bias))) return status::wrong_operands;
      for (const status part : {detail::check_shaped(call, x_weight + gate, cells, s.inputs, is_absent),
                                detail::check_shaped(call, r_weight + gate, cells, width, is_absent),
                                detail::check_shaped(call, bias + gate, cells, 0, is_absent),
                                detail::check_shaped(call, norm + gate, cells, 0, is_absent || !has_norm)}) {
        if (part != status::ready) return part;
      }
    }
    for (std::size_t gate = 0; gate < 3; ++gate) {
      const status part = detail::check_shaped(call, peephole + gate, cells, 0, true);
      if (part != status::ready) return part;
    }
    for (const status part : {detail::check_shaped(call, projection, width, cells, true),
                              detail::check_shaped(call, projection + 1, width, 0, true)}) {
      if (part != status::ready) return part;
    }
    if (!has_input(call, projection) && (width != cells || has_input(call, projection + 1))) return status::wrong_shape;
    if (call.outputs[0].elements() != s.batches * s.steps * width || call.outputs[1].elements() != s.batches * width ||
        call.outputs[2].elements() != s.batches * cells) {
      return status::wrong_shape;
    }
    return detail::is_cell_activation(call.options.activation) ? status::ready : status::wrong_options;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    detail::sequence s;
    if (!detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) return;
    const auto cells = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[0]);
    const auto width = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[1]);
    const float* const x = call.inputs[0].values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    call.share.for_each(s.batches, [&](std::size_t batch) {
      float* const h = call.outputs[1].values<float>().data() + batch * width;
      float* const c = call.outputs[2].values<float>().data() + batch * cells;
      float* const gates = reinterpret_cast<float*>(call.scratch.data()) + batch * 4 * cells;
      for (std::size_t t = 0; t < s.steps; ++t) {
        step(call, x + s.row(batch, t) * s.inputs, s.inputs, cells, width, h, c, gates);
        float* const to = y + s.row(batch, t) * width;
        for (std::size_t i = 0; i < width; ++i) to[i] = h[i];
      }
    });
  }

 private:
  static constexpr std::size_t x_weight = 1, r_weight = 5, peephole = 9, bias = 12, projection = 16, norm = 20;

  [[nodiscard]] static const float* data(const kernel_arguments& call, std::size_t index) noexcept {
    return call.inputs[index].values<float>().data();
  }

  /// The sum of a gate, before its activation. `seen` is its number among the peepholes; 3: it has none.
  static void sum_gate(const kernel_arguments& call, std::size_t gate, std::size_t seen, const float* x,
                       std::size_t inputs, std::size_t cells, std::size_t width, const float* h, const float* c,
                       float* to) noexcept {
    const bool has_norm = has_input(call, norm + gate);
    const float* const b = data(call, bias + gate);
    for (std::size_t i = 0; i < cells; ++i) to[i] = has_norm ? 0 : b[i];
    Product::add(data(call, x_weight + gate), cells, inputs, x, to);
    Product::add(data(call, r_weight + gate), cells, width, h, to);
    if (seen < 3 && has_input(call, peephole + seen)) {
      const float* const p = data(call, peephole + seen);
      for (std::size_t i = 0; i < cells; ++i) to[i] += p[i] * c[i];
    }
    if (!has_norm) return;
    float mean = 0, variance = 0;
    for (std::size_t i = 0; i < cells; ++i) mean += to[i];
    mean /= static_cast<float>(cells);
    for (std::size_t i = 0; i < cells; ++i) variance += (to[i] - mean) * (to[i] - mean);
    variance /= static_cast<float>(cells);
    const float scale = 1 / elementary::sqrt(variance + 1e-8f);
    const float* const coefficient = data(call, norm + gate);
    for (std::size_t i = 0; i < cells; ++i) to[i] = (to[i] - mean) * scale * coefficient[i] + b[i];
  }

  static void limit(float* values, std::size_t count, float clip) noexcept {
    if (!(clip > 0)) return;
    for (std::size_t i = 0; i < count; ++i) values[i] = clamped(values[i], {-clip, clip});
  }

  static void step(const kernel_arguments& call, const float* x, std::size_t inputs, std::size_t cells,
                   std::size_t width, float* h, float* c, float* gates) noexcept {
    const fused_activation activation = call.options.activation;
    float* const i = gates;
    float* const f = gates + cells;
    float* const g = gates + 2 * cells;
    float* const o = gates + 3 * cells;
    const bool has_input_gate = has_input(call, x_weight);
    if (has_input_gate) sum_gate(call, 0, 0, x, inputs, cells, width, h, c, i);
    sum_gate(call, 1, 1, x, inputs, cells, width, h, c, f);
    sum_gate(call, 2, 3, x, inputs, cells, width, h, c, g);
    for (std::size_t k = 0; k < cells; ++k) {
      const float forget = detail::sigmoid(f[k]);
      const float input = has_input_gate ? detail::sigmoid(i[k]) : 1 - forget;
      c[k] = forget * c[k] + input * detail::activated(g[k], activation);
    }
    limit(c, cells, call.options.cell_clip);
    sum_gate(call, 3, 2, x, inputs, cells, width, h, c, o);
    for (std::size_t k = 0; k < cells; ++k) o[k] = detail::sigmoid(o[k]) * detail::activated(c[k], activation);
    if (!has_input(call, projection)) {
      for (std::size_t k = 0; k < cells; ++k) h[k] = o[k];
      return;
    }
    const float* const b = bias_of(call, projection + 1);
    for (std::size_t k = 0; k < width; ++k) h[k] = b != nullptr ? b[k] : 0;
    Product::add(data(call, projection), width, cells, o, h);
    limit(h, width, call.options.proj_clip);
  }
};

/// h = a(W x + R h + b), the output h, for each step; a sequence of one step if x has rank 2.
///
/// Inputs: x [T, B, I], [B, T, I] (time_major says) or [B, I]; W [N, I]; R [N, N]; b [N]; state h [B, N]. Outputs:
/// [.., N], then h.
template <class Product = plain_product>
struct sequence_rnn_float {
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return call.inputs.size() == 5 ? bytes_for<float>(call.inputs[4].elements()) : 0;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 5 || call.outputs.size() != 2) return status::wrong_operands;
    for (const status s : {check_float(call.inputs[0]), check_float(call.outputs[0]), check_float(call.outputs[1])}) {
      if (s != status::ready) return s;
    }
    detail::sequence s;
    if (!place(call, s) || call.inputs[1].shape.size() != 2) return status::wrong_shape;
    const auto units = static_cast<std::size_t>(call.inputs[1].shape[0]);
    if (units == 0) return status::wrong_shape;
    for (const status part :
         {detail::check_shaped(call, 1, units, s.inputs, false), detail::check_shaped(call, 2, units, units, false),
          detail::check_shaped(call, 3, units, 0, false)}) {
      if (part != status::ready) return part;
    }
    if (call.outputs[0].elements() != s.batches * s.steps * units || call.inputs[4].elements() != s.batches * units ||
        call.outputs[1].elements() != s.batches * units) {
      return status::wrong_shape;
    }
    return detail::is_cell_activation(call.options.activation) ? status::ready : status::wrong_options;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    detail::sequence s;
    if (!place(call, s)) return;
    const auto units = static_cast<std::size_t>(call.inputs[1].shape[0]);
    const float* const x = call.inputs[0].values<float>().data();
    const float* const w = call.inputs[1].values<float>().data();
    const float* const r = call.inputs[2].values<float>().data();
    const float* const b = call.inputs[3].values<float>().data();
    call.share.for_each(s.batches, [&](std::size_t batch) {
      float* const h = call.outputs[1].values<float>().data() + batch * units;
      float* const sum = reinterpret_cast<float*>(call.scratch.data()) + batch * units;
      for (std::size_t t = 0; t < s.steps; ++t) {
        for (std::size_t i = 0; i < units; ++i) sum[i] = b[i];
        Product::add(w, units, s.inputs, x + s.row(batch, t) * s.inputs, sum);
        Product::add(r, units, units, h, sum);
        float* const to = call.outputs[0].values<float>().data() + s.row(batch, t) * units;
        for (std::size_t i = 0; i < units; ++i) to[i] = h[i] = detail::activated(sum[i], call.options.activation);
      }
    });
  }

 private:
  [[nodiscard]] static bool place(const kernel_arguments& call, detail::sequence& s) noexcept {
    const std::span<const std::int32_t> x = call.inputs[0].shape;
    if (x.size() != 2) return detail::sequence_of(x, call.options.time_major, s);
    s.batches = static_cast<std::size_t>(x[0]);
    s.steps = 1;
    s.inputs = static_cast<std::size_t>(x[1]);
    return x[1] > 0;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
