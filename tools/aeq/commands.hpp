// SPDX-License-Identifier: Apache-2.0
// The commands of the tool: each adds its arguments to the command line and returns what to run if it is chosen.
#pragma once

#include <functional>

#include <CLI/App.hpp>

namespace tool {

/// Runs a command; returns the exit code. Throws aeq::error.
using action = std::function<int()>;

action add_quantize(CLI::App& app);
action add_inspect(CLI::App& app);
action add_diff(CLI::App& app);

/// `aeq recipe` has commands of its own; the action runs the chosen one.
action add_recipe(CLI::App& app);

}  // namespace tool
