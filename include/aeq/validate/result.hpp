// SPDX-License-Identifier: Apache-2.0
// What a comparison of two models finds: for each signature its tensors and its layers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/calibrate/histogram.hpp>
#include <aeq/config.hpp>
#include <aeq/validate/metrics.hpp>
#include <aeq/validate/values.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// What a tensor is in the reference.
enum class tensor_group : std::uint8_t { input, output, constant, intermediate };

[[nodiscard]] constexpr std::string_view name_of(tensor_group group) noexcept {
  switch (group) {
    case tensor_group::input: return "input";
    case tensor_group::output: return "output";
    case tensor_group::constant: return "constant";
    case tensor_group::intermediate: return "intermediate";
  }
  return "?";
}

struct tensor_result {
  std::string name;
  tensor_group group = tensor_group::intermediate;
  std::string reference_type;  ///< FLOAT32
  std::string target_type;     ///< INT8
  std::uint64_t samples = 0;   ///< that had a value for it
  std::vector<double> values;  ///< one per metric
  power strength;              ///< over all samples
  double lowest = 0;           ///< of the reference's values
  double highest = 0;
  std::optional<value_range> range;   ///< what the target can hold, where that is quantized with one scale
  std::optional<value_range> widest;  ///< with several scales: of the one that holds most
  std::uint64_t clipped = 0;          ///< values of the reference that lie more than half a step outside of `range`
  calibrate::histogram values_seen;   ///< of the reference, where histograms were asked for
  limit_counts saturated;             ///< values of the target that are its type's lowest and highest integer
};

/// An op of the target, and whose fault the error of its output is.
struct layer_result {
  std::string op;             ///< CONV_2D
  std::size_t operation = 0;  ///< its number in the target's subgraph
  std::string tensor;         ///< its (first) output
  power total;                ///< noise of the output when the whole model runs
  /// Noise when the op runs alone, on the reference's values: its own. None where it can't run alone.
  std::optional<power> own;
  std::optional<power> inherited;  ///< of the difference: what its inputs' error makes of the output
};

struct signature_result {
  std::string key;
  std::uint64_t samples = 0;
  std::vector<tensor_result> tensors;  ///< outputs, inputs, constants, intermediate ones
  std::vector<layer_result> layers;    ///< the largest noise of its own, per signal, first; then those not run alone
};

/// How often the largest output is that of the label.
struct top_1 {
  std::string output;
  std::uint64_t samples = 0;
  std::uint64_t reference_right = 0;
  std::uint64_t target_right = 0;
  std::uint64_t agreed = 0;  ///< both have the same answer, right or wrong
};

struct comparison_result {
  std::string reference;  ///< files
  std::string target;
  std::uint64_t reference_bytes = 0;
  std::uint64_t target_bytes = 0;
  std::string data;
  std::vector<metric> metrics;
  std::vector<signature_result> signatures;  ///< those that had samples
  std::optional<top_1> labels;
};

}  // namespace aeq::inline AEQ_ABI::validate
