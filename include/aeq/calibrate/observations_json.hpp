// SPDX-License-Identifier: Apache-2.0
// Observations as files, so that calibration can go on with them and merge them: "qsv/1" with more in it. Who wants
// ranges alone reads such a file as any other one (statistics_json.hpp).
//
//     {"format": "qsv/1", "ranges": "moving-average", "samples": 24, "tensors": {"x": {"min": ..., "max": ...,
//     "samples": 24,
//      "first": {"min": ..., "max": ...}}}}
//
// `first` is for moving averages. Percentile and entropy have `seen`, the range of all values, and `histogram`:
// exponent, zeros, negative, positive (histogram.hpp).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <aeq/calibrate/observations.hpp>
#include <aeq/calibrate/statistics_json.hpp>  // whose definitions these build on
#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

/// What a file holds. One that has ranges alone, such as the Python tool's, does not say by which method they came.
struct saved_observations {
  observations seen;
  bool says_method = false;
};

/// Reads statistics of any kind; `name` is for messages. Throws error (bad_input) that names the tensor.
[[nodiscard]] saved_observations parse_observations(std::string_view text, const std::string& name);

/// Reads a file; a name that ends in .gz says that it is compressed. Throws error (io, bad_input).
[[nodiscard]] saved_observations load_observations(const std::string& path);

/// The text of a file.
[[nodiscard]] std::string to_text(const observations& all);

/// What to go on with. `wanted`: the method that is asked for; nothing: the file's, minmax if it does not say one.
/// Throws error (io, bad_input) where the file is of another method, or lacks what the method needs.
[[nodiscard]] observations resume_from(const std::string& path, const std::optional<range_method>& wanted);

/// What several files hold together, in their order; at least one. Files that say no method go with the others; if none
/// says one the ranges are joined (minmax). Throws error (io, bad_input).
[[nodiscard]] observations merge_saved(std::span<const std::string> paths);

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/observations_json.ipp>
#endif
