// SPDX-License-Identifier: Apache-2.0
// What the commands of the tool do. Each returns the exit code, and throws aeq::error.
#pragma once

#include <string>

#include <aeq/quantizer.hpp>

#include "command_line.hpp"

namespace tool {

/// How to calibrate with data. Throws error (wrong_usage) for a method that does not exist.
aeq::calibration_options calibration_options(const data_arguments& given);

/// Runs data by the engine of a name, and gives the quantizer the ranges that come of it.
aeq::calibrate::observations run_calibration(aeq::quantizer& quantizer, const data_arguments& data,
                                             const engine_arguments& engine, const aeq::calibration_options& how);

/// How far `target` is from `reference`, on the data that it was calibrated with or on random numbers, as an HTML page.
std::string report_page(const aeq::model::model& reference, const aeq::model::model& target, const std::string& recipe,
                        const quantize_arguments& given);

int quantize(const quantize_arguments& given);
int calibrate(const calibrate_arguments& given);
int stats_merge(const stats_arguments& given);
int run(const run_arguments& given);
int validate(const validate_arguments& given);
int inspect(const inspect_arguments& given);
int diff(const diff_arguments& given);
int export_model(const export_arguments& given);
int recipe_list();
int recipe_show(const recipe_arguments& given);
int recipe_check(const recipe_arguments& given);

}  // namespace tool
