// SPDX-License-Identifier: Apache-2.0
// FAKE_QUANT, the definitions.
#pragma once

#include <aeq/calibrate/fake_quant.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <aeq/io/error.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

inline constexpr std::uint8_t fake_quant_options = 58;
inline constexpr model::schema::table_descriptor fake_quant_table =
    model::schema::builtin_options_members[fake_quant_options];

}  // namespace detail

AEQ_INLINE std::int32_t fake_quant_grid::step_of(float value) const {
  if (scale == 0) return 0;
  const float low = static_cast<float>(lowest) * scale;
  const float high = static_cast<float>(highest) * scale;
  const float steps = std::round(std::clamp(value, low, high) / scale);
  return std::clamp(static_cast<std::int32_t>(steps), lowest, highest);
}

AEQ_INLINE fake_quant_grid fake_quant::grid() const {
  const std::int32_t first = narrow_range ? 1 : 0;
  const std::int32_t last = (1 << num_bits) - 1;
  fake_quant_grid g;
  g.scale = (max - min) / static_cast<float>(last - first);
  if (!(g.scale > 0)) return g;
  const float zero = std::round(static_cast<float>(first) - min / g.scale);
  const auto zero_point =
      static_cast<std::int32_t>(std::clamp(zero, static_cast<float>(first), static_cast<float>(last)));
  g.lowest = first - zero_point;
  g.highest = last - zero_point;
  return g;
}

AEQ_INLINE tensor_range fake_quant::range() const {
  float low = min;
  float high = max;
  if (low > 0) {
    high = max - min;
    low = 0;
  } else if (high < 0) {
    low = min - max;
    high = 0;
  }
  if (narrow_range) low -= grid().scale;
  return {static_cast<double>(low), static_cast<double>(high), false, {}};
}

AEQ_INLINE std::optional<fake_quant> fake_quant_of(const model::model& m, std::size_t graph, std::size_t position) {
  const model::operation& o = m.subgraphs[graph].operations[position];
  if (m.builtin(o) != op::code::fake_quant || o.inputs.size() != 1 || o.outputs.size() != 1) return std::nullopt;
  if (o.inputs[0] < 0 || o.outputs[0] < 0) return std::nullopt;
  if (o.options.type != detail::fake_quant_options || o.options.table == nullptr) return std::nullopt;
  const model::view<detail::fake_quant_table> options(o.options.table);
  fake_quant f{options.get<"min">(), options.get<"max">(), options.get<"num_bits">(),
               options.get<"narrow_range">() != 0};
  constexpr int fewest_bits = 2;
  constexpr int most_bits = 16;
  if (f.num_bits < fewest_bits || f.num_bits > most_bits) return std::nullopt;
  if (!(f.min <= f.max) || !std::isfinite(f.max - f.min)) {
    throw error(error_code::not_quantizable,
                m.file_name() + ": FAKE_QUANT " + std::to_string(position) + " of " +
                    model::label(m.subgraphs[graph], static_cast<std::size_t>(o.inputs[0])) + " has the range " +
                    describe({static_cast<double>(f.min), static_cast<double>(f.max), false, {}}) +
                    ", which has no scale; mend the model, or train it on");
  }
  return f;
}

AEQ_INLINE std::optional<tensor_range> noted_range(const model::model& m, const model::tensor& t) {
  if (t.type != model::tensor_type::float32 || !t.quantization || m.is_constant(t)) return std::nullopt;
  const model::quantization& q = *t.quantization;
  if (q.has_scale() || q.min.size() != 1 || q.max.size() != 1) return std::nullopt;
  return tensor_range{static_cast<double>(q.min[0]), static_cast<double>(q.max[0]), false, {}};
}

}  // namespace aeq::inline AEQ_ABI::calibrate
