// SPDX-License-Identifier: Apache-2.0
// What can be said to the tool: commands, options, and where their values go. Running them is in commands.hpp; the man
// page and the completions of shells are written from the same definitions (tools/list_command_line.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

namespace tool {

/// Data to calibrate with.
struct data_arguments {
  std::string data;
  std::uint64_t samples = 0;
  std::string ranges;
};

/// The engine that runs a model.
struct engine_arguments {
  std::string engine = "builtin";
  std::string kernels = "xnnpack";  ///< of LiteRT
  unsigned threads = 0;
  std::uint64_t max_memory = std::uint64_t(8) << 30u;  ///< bytes
};

struct quantize_arguments {
  std::string model;
  std::string recipe;
  std::string output;
  std::string policy;
  std::string statistics;
  std::string input_type;   ///< empty: what the recipe says
  std::string output_type;  ///< the same
  std::string report;       ///< empty: none
  data_arguments calibration;
  engine_arguments engine;  ///< of the calibration; its threads are those of all the work
  bool strict_int = false;
  bool overwrite = false;
  bool sync = false;
  bool strict = false;
  bool json = false;
};

struct calibrate_arguments {
  std::string model;
  data_arguments calibration;
  std::string recipe;
  std::string policy;
  std::string output;
  std::string resume;
  engine_arguments engine;
  bool overwrite = false;
  bool strict = false;
};

/// An option of `validate`, and the metric that it limits.
struct limit {
  std::string_view option;
  std::string_view metric;
  std::string_view text;
};

inline constexpr std::array<limit, 7> limits{{
    {"--max-mse", "mse", "The mean squared error of every output may be X at most, else the exit code is 1"},
    {"--max-error", "max_error", "The same for the largest error of a value"},
    {"--max-median-diff-ratio", "median_diff_ratio", "The same for the median of errors, each as a share of its value"},
    {"--max-kl", "kl_divergence", "The same for the Kullback-Leibler divergence"},
    {"--min-cosine", "cosine_similarity", "The cosine similarity of every output must be X at least"},
    {"--min-snr", "snr", "The same for signal over noise, a ratio"},
    {"--min-sqnr", "sqnr", "The same for signal over noise in dB"},
}};

/// Of `stats merge`.
struct stats_arguments {
  std::vector<std::string> files;
  std::string output;
  bool overwrite = false;
};

struct validate_arguments {
  std::string reference;
  std::string target;
  std::string data = "random:1";
  std::uint64_t samples = 0;
  std::string labels;
  std::string metrics;  ///< empty: the default ones
  std::string model_explorer;
  std::string report;
  std::size_t number = 20;
  std::array<std::optional<double>, limits.size()> limits_given;
  std::optional<double> max_top_1_loss;
  bool outputs_only = false;
  bool overwrite = false;
  bool json = false;
  engine_arguments engine;
};

struct inspect_arguments {
  std::string model;
  bool json = false;
};

struct diff_arguments {
  std::string a;
  std::string b;
  std::size_t number = 20;
  bool ignore_names = false;
  std::int64_t ulps = 0;
  double max_delta = 0;
};

struct export_arguments {
  std::string model;
  std::string format = "c-array";
  std::string output;  ///< empty: beside the model
  std::string header;  ///< empty: beside a source file; else there is none
  std::string name;    ///< empty: as the model's file says
  std::string recipe;  ///< empty: not known
  std::size_t alignment = 16;
  bool overwrite = false;
  bool sync = false;
};

/// Of `recipe show` and `recipe check`.
struct recipe_arguments {
  std::string name;
  std::string model;
  std::string policy;
  bool strict = false;
  bool json = false;
};

struct run_arguments {
  std::string model;
  std::string inputs;
  std::string output;
  std::string signature;
  bool has_signature = false;
  std::uint64_t samples = 0;
  bool all_tensors = false;
  bool overwrite = false;
  engine_arguments engine;
};

struct arguments {
  quantize_arguments quantize;
  calibrate_arguments calibrate;
  stats_arguments stats;
  run_arguments run;
  validate_arguments validate;
  inspect_arguments inspect;
  diff_arguments diff;
  export_arguments exported;
  recipe_arguments recipe;
};

/// What --input-type and --output-type take.
inline constexpr std::array<std::string_view, 4> edge_types{"float32", "int8", "uint8", "int16"};

/// A command line as an example, and what it does.
struct example {
  std::string_view call;
  std::string_view meaning;
};

inline constexpr std::array<example, 9> examples{{
    {"aeq quantize model.tflite --recipe dynamic_wi8_afp32", "writes model_dynamic_wi8_afp32.tflite"},
    {"aeq quantize model.tflite --recipe static_wi8_ai8 --data calib.npz", "calibrates first"},
    {"aeq recipe list", "the recipes that come with aeq"},
    {"aeq recipe check my_recipe.json --model model.tflite", "what a recipe would do to each op"},
    {"aeq inspect model.tflite", "ops, tensors, scales, sizes"},
    {"aeq run model.tflite --inputs data.npz -o out.npz", "what it makes of data"},
    {"aeq validate model.tflite small.tflite --data test.npz", "how far apart they are, layer by layer"},
    {"aeq diff mine.tflite theirs.tflite", "what differs, and nothing else"},
    {"aeq export small.tflite -o model.c", "an array to build into firmware, and model.h"},
}};

/// What the exit codes 0, 1, 2... mean.
inline constexpr std::array<std::string_view, 6> exit_codes{
    "done",      "the check failed (diff, limits of validate)", "wrong usage",
    "bad input", "the model can't be quantized as asked",       "reading or writing failed"};

/// Adds all commands and their options. Parsing writes to `into`, which must live as long as `app`.
void define(CLI::App& app, arguments& into);

}  // namespace tool
