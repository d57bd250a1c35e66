// SPDX-License-Identifier: Apache-2.0
// Statistics as files: our own ("qsv/1", floats in hexadecimal, so that nothing is rounded), and those that the Python
// tool saves, whose numbers have lost their type and are taken as float64. (spec: numerics, sections 7.4 and 7.7)
#pragma once

#include <string>
#include <string_view>

#include <aeq/calibrate/statistics.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

/// Reads statistics of either kind; `name` is for messages. Only ranges are taken. Throws error (bad_input) that names
/// the tensor and what would be accepted.
[[nodiscard]] statistics parse_statistics(std::string_view text, const std::string& name);

/// Reads a file of statistics; a name that ends in .gz says that it is compressed. Throws error (io, bad_input).
[[nodiscard]] statistics load_statistics(const std::string& path);

/// The text of a "qsv/1" file.
[[nodiscard]] std::string to_text(const statistics& all);

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/statistics_json.ipp>
#endif
