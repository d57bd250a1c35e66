// SPDX-License-Identifier: Apache-2.0
// Labels: for each sample of a dataset the number of its class.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// The labels of an .npy file, integers of shape [samples] or [samples, 1]. Throws error (io, bad_input) that says what
/// would be accepted.
[[nodiscard]] std::vector<std::int64_t> load_labels(const std::string& path);

/// The place of the largest value, the first of several; 0 without values.
[[nodiscard]] std::size_t place_of_largest(std::span<const float> values);

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/labels.ipp>
#endif
