// SPDX-License-Identifier: Apache-2.0
// Parameters of activations, from their ranges. Ops that fix or hand on their output's parameters change the ranges on
// the way, so that whoever reads the output computes the same: this works on a copy of the caller's statistics.
// Included by definitions only. (spec: quantization, section 5.1; numerics, section 7.4)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <aeq/calibrate/statistics.hpp>
#include <aeq/model/model.hpp>
#include <aeq/quantize/parameters.hpp>
#include <aeq/scheme/number_format.hpp>
#include <aeq/table/handler.hpp>

namespace aeq::inline AEQ_ABI::quantize::detail {

class activations {
 public:
  /// `known` may be null: no tensor has a range.
  activations(const model::model& m, const calibrate::statistics* known) : model_(m), known_(known) {}

  /// The parameters of a tensor in a format. Throws error (not_quantizable) that names a tensor without a range, or
  /// with one that is not finite.
  [[nodiscard]] parameters fitted(std::size_t graph, std::int32_t tensor, const format_descriptor& format,
                                  const fit_functions& fits) const;

  /// The range of a tensor; null if it has none.
  [[nodiscard]] const calibrate::tensor_range* range(std::size_t graph, std::int32_t tensor) const;

  /// From now on a tensor has another range.
  void set_range(std::size_t graph, std::int32_t tensor, calibrate::tensor_range range);

  /// From now on a tensor has the range that parameters represent.
  void set_range(std::size_t graph, std::int32_t tensor, const tensor_parameters& represented);

  /// Whether some tensor of a subgraph has a range.
  [[nodiscard]] bool knows_some_of(std::size_t graph) const;

  /// "model.tflite: tensor 'x'", for messages.
  [[nodiscard]] std::string name(std::size_t graph, std::int32_t tensor) const;

 private:
  [[nodiscard]] static std::uint64_t key(std::size_t graph, std::int32_t tensor) {
    return (static_cast<std::uint64_t>(graph) << 32) | static_cast<std::uint32_t>(tensor);
  }

  const model::model& model_;
  const calibrate::statistics* known_;
  std::unordered_map<std::uint64_t, calibrate::tensor_range> changed_;
};

}  // namespace aeq::inline AEQ_ABI::quantize::detail

#if AEQ_DEFINITIONS
#include <aeq/quantize/activations.ipp>
#endif
