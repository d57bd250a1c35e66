// SPDX-License-Identifier: Apache-2.0
// Samples: what a model is fed, whoever made it. A dataset (dataset.hpp) reads samples from files; any range of samples
// of one's own serves as well.
#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/kernel/operand.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

/// One call of a model: a value for every input of one of its signatures, in the order of the inputs. Data and shapes
/// belong to someone else and must live until the next sample is asked for.
struct sample {
  std::size_t signature = 0;  ///< its place among the signatures
  std::vector<operand> inputs;
};

/// What calibration takes: samples one after the other.
template <class Range>
concept sample_range = std::ranges::input_range<Range> && std::convertible_to < std::ranges::range_reference_t<Range>,
const sample& > ;

}  // namespace aeq::inline AEQ_ABI::calibrate
