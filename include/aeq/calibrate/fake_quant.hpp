// SPDX-License-Identifier: Apache-2.0
// FAKE_QUANT: what a model that was trained for quantization says about the ranges of its tensors. The operator rounds
// floats to a grid of 2^num_bits steps, whose zero is moved onto a step.
// (spec: kernels, FAKE_QUANT)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <aeq/calibrate/statistics.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

/// The grid of a FAKE_QUANT: its values are `scale` times the integers of [lowest, highest], which has 0.
struct fake_quant_grid {
  float scale = 0;  ///< 0: of a range of one value
  std::int32_t lowest = 0;
  std::int32_t highest = 0;

  /// The integer of the step that a value is rounded to, halves away from zero. The value must not be NaN.
  [[nodiscard]] std::int32_t step_of(float value) const;
};

struct fake_quant {
  float min = 0;
  float max = 0;
  int num_bits = 8;           ///< 2 to 16
  bool narrow_range = false;  ///< the lowest integer is left out

  [[nodiscard]] fake_quant_grid grid() const;

  /// The range that all 2^num_bits steps span: [min, max], moved so that it has 0, and one step wider below for a
  /// narrow range. A format of num_bits gets the grid's scale from it.
  [[nodiscard]] tensor_range range() const;
};

/// What a FAKE_QUANT operator says. Nothing for other operators, and for one that no runtime would take: without
/// options, with num_bits beyond 2 to 16, not of one input and one output. Throws error (not_quantizable) that names
/// the operator where min and max are no range.
[[nodiscard]] std::optional<fake_quant> fake_quant_of(const model::model& m, std::size_t graph, std::size_t position);

/// The range that the file notes for a float activation (quantization.min and .max, one value each); nothing if it does
/// not, or for a constant.
[[nodiscard]] std::optional<tensor_range> noted_range(const model::model& m, const model::tensor& t);

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/fake_quant.ipp>
#endif
