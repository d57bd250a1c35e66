// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <CLI/CLI.hpp>

#include <aeq/version.hpp>

// The type name of an option says what its value is: the help shows it, and list_command_line.cpp knows how shells
// complete it. Positional arguments are known by their own names.
namespace tool {

namespace {

constexpr const char* policy_text = "A JSON file that says which op may have which configuration";

template <class Value>
CLI::Option* add_positional(CLI::App& command, const std::string& name, Value& into, const std::string& text) {
  return command.add_option(name, into, text)->required()->type_name("");
}

template <class Value>
CLI::Option* add_value(CLI::App& command, const std::string& names, const std::string& kind, Value& into,
                       const std::string& text) {
  return command.add_option(names, into, text)->type_name(kind);
}

/// A number that is a count or a distance.
template <class Value>
CLI::Option* add_number(CLI::App& command, const std::string& names, Value& into, const std::string& text) {
  const CLI::Validator check(
      [](const std::string& value) { return value.starts_with('-') ? std::string("must not be negative") : ""; }, "");
  return add_value(command, names, "N", into, text)->capture_default_str()->check(check);
}

void add_type(CLI::App& command, const std::string& name, std::string& into, const std::string& text) {
  const CLI::Validator check(
      [](const std::string& value) {
        const bool is_known = std::find(edge_types.begin(), edge_types.end(), value) != edge_types.end();
        return is_known ? std::string() : value + " is no type; float32, int8, uint8 and int16 are";
      },
      "");
  add_value(command, name, "TYPE", into, text)->check(check);
}

CLI::Option* add_data(CLI::App& command, data_arguments& into, bool is_required) {
  CLI::Option* data =
      add_value(command, "--data", "DATA", into.data,
                "Samples to take the ranges of activations from: .npz, .npy, .bin, .raw, a folder of them, or "
                "random:N for N samples of random numbers");
  if (is_required) data->required();
  CLI::Option* samples =
      add_number(command, "--samples", into.samples, "Take the first N samples of each signature; 0 is all");
  CLI::Option* ranges = add_value(command, "--ranges", "METHOD", into.ranges,
                                  "How ranges come from samples: minmax, moving-average (as the Python tool does), "
                                  "percentile=P or entropy. Default: minmax");
  if (!is_required) {
    samples->needs(data);
    ranges->needs(data);
  }
  return data;
}

/// Which engine runs a model, for the commands that do. `data`: the option without which there is nothing to run; null
/// if there always is.
void define_engine(CLI::App& command, engine_arguments& into, CLI::Option* data) {
  const std::array<CLI::Option*, 3> options{
      add_value(command, "--engine", "ENGINE", into.engine,
                "What runs the model: builtin, or litert=PATH, LiteRT's library libLiteRt.so; litert alone finds it in "
                "an installed Python package ai_edge_litert")
          ->capture_default_str(),
      add_value(command, "--litert-kernels", "KERNELS", into.kernels, "LiteRT's kernels: xnnpack, builtin or reference")
          ->capture_default_str()
          ->check(CLI::IsMember({"xnnpack", "builtin", "reference"}).description("")),
      add_value(command, "--max-memory", "SIZE", into.max_memory,
                "The built-in engine stops where activations want more than this, in bytes or with K, M, G behind it")
          ->transform(CLI::AsSizeValue(false).description(""))
          ->default_str("8G")};
  if (data == nullptr || data->get_required()) return;
  for (CLI::Option* option : options) option->needs(data);
}

void define_quantize(CLI::App& app, quantize_arguments& into) {
  CLI::App& command = *app.add_subcommand("quantize", "Quantize a model by a recipe");
  add_positional(command, "MODEL", into.model, "The float .tflite file; - is standard input");
  add_value(command, "-r,--recipe", "RECIPE", into.recipe,
            "A recipe that comes with aeq (see: aeq recipe list), a scheme's name, or a JSON file")
      ->required();
  add_value(command, "-o,--output", "OUTPUT", into.output,
            "Where to write; - is standard output. Default: MODEL_RECIPE.tflite beside the model");
  CLI::Option* data = add_data(command, into.calibration, false);
  add_value(command, "--stats", "STATS", into.statistics,
            "A JSON file with the ranges of activations, in place of data; it may end in .gz")
      ->excludes("--data");
  add_type(command, "--input-type", into.input_type,
           "What float inputs become, whatever the recipe says of them: float32, int8, uint8 or int16");
  add_type(command, "--output-type", into.output_type, "The same for outputs");
  command.add_flag("--strict-int", into.strict_int,
                   "Integers only: an op, an input or an output that would stay float is an error");
  add_value(command, "--policy", "POLICY", into.policy, policy_text);
  define_engine(command, into.engine, data);
  add_number(command, "--threads", into.engine.threads,
             "Threads; 0 is one per processor. The bytes do not depend on it");
  add_value(command, "--report", "HTML", into.report,
            "Also compare the output with the model, on --data or random numbers, and write a page for a browser");
  command.add_flag("--overwrite", into.overwrite, "Replace the output if it exists");
  command.add_flag("--sync", into.sync, "Wait until the disk has the output");
  command.add_flag("--strict", into.strict, "Treat warnings as errors");
  command.add_flag("--json", into.json, "Report as one JSON object on standard output");
  command.footer(
      "\nThe output appears whole or not at all. Recipes that need the ranges of activations (static_*) want --data or "
      "--stats."
      "\n\nExample:\n  aeq quantize model.tflite --recipe dynamic_wi8_afp32 -o small.tflite");
}

void define_calibrate(CLI::App& app, calibrate_arguments& into) {
  CLI::App& command =
      *app.add_subcommand("calibrate", "Run samples through a float model and save the ranges of its activations");
  add_positional(command, "MODEL", into.model, "The float .tflite file; - is standard input");
  CLI::Option* data = add_data(command, into.calibration, true);
  add_value(command, "-o,--output", "STATS", into.output,
            "Where to write the statistics, as JSON; - is standard output")
      ->required();
  add_value(command, "-r,--recipe", "RECIPE", into.recipe,
            "Take only the ranges that this recipe needs. Default: those of all activations");
  add_value(command, "--policy", "POLICY", into.policy, policy_text)->needs("--recipe");
  add_value(command, "--resume", "STATS", into.resume,
            "Go on with what an earlier calibration saved, or the Python tool");
  define_engine(command, into.engine, data);
  add_number(command, "--threads", into.engine.threads,
             "Threads; 0 is one per processor. The ranges do not depend on it");
  command.add_flag("--overwrite", into.overwrite, "Replace the output if it exists");
  command.add_flag("--strict", into.strict, "Treat warnings as errors");
  command.footer(
      "\nArrays are named after the model's inputs and hold samples one after the other, or one sample each, named "
      "SIGNATURE/INDEX/INPUT.\n\nExample:\n  aeq calibrate model.tflite --data calib.npz --recipe static_wi8_ai8 -o "
      "stats.json");
}

void define_stats(CLI::App& app, stats_arguments& into) {
  CLI::App& stats = *app.add_subcommand("stats", "Work with saved statistics");
  stats.require_subcommand(1);
  CLI::App& merge = *stats.add_subcommand("merge", "Join what calibrations of parts of the data saved");
  add_positional(merge, "STATS", into.files, "JSON files, in the order of the data; they may end in .gz")
      ->expected(1, -1);
  add_value(merge, "-o,--output", "STATS", into.output, "Where to write; - is standard output")->required();
  merge.add_flag("--overwrite", into.overwrite, "Replace the output if it exists");
}

void define_run(CLI::App& app, run_arguments& into) {
  CLI::App& command = *app.add_subcommand("run", "Run a model on data");
  add_positional(command, "MODEL", into.model, "A .tflite file; - is standard input");
  CLI::Option* inputs = add_value(command, "-i,--inputs", "DATA", into.inputs,
                                  "Data for the inputs: an .npz or .npy file, a folder of them, or random:N")
                            ->required();
  add_value(command, "-o,--output", "ARRAYS", into.output,
            "Write outputs to this .npz file; - is standard output. Default: print their ranges");
  CLI::Option* key = add_value(command, "--signature", "KEY", into.signature, "Run this signature only");
  key->each([&into](const std::string&) { into.has_signature = true; });
  add_number(command, "-n,--samples", into.samples, "Take the first N samples of each signature; 0 is all");
  command.add_flag("--all-tensors", into.all_tensors, "Also what ops compute on the way, not the outputs only");
  command.add_flag("--overwrite", into.overwrite, "Replace the output if it exists");
  define_engine(command, into.engine, inputs);
  add_number(command, "--threads", into.engine.threads,
             "Threads; 0 is one per processor. The results do not depend on it");
  command.footer(
      "\nThe output has an array KEY/0000/NAME for each signature, sample and output, in the model's own types. "
      "Samples "
      "do\nnot know of each other: variables begin anew. With --all-tensors there are also arrays KEY/0000/G:T:NAME, of"
      "\ntensor T in subgraph G; in a loop the next rounds are KEY/0000/G:T:NAME#2, #3 and so on.\n\nExample:\n  aeq "
      "run "
      "model.tflite --inputs data.npz -o out.npz");
}

void define_validate(CLI::App& app, validate_arguments& into) {
  CLI::App& command = *app.add_subcommand(
      "validate", "Run two models on the same data, and say how far apart they are and which layer is to blame");
  add_positional(command, "MODEL", into.reference, "The .tflite file to compare with, mostly the float model");
  add_positional(command, "QUANTIZED", into.target, "The .tflite file that was made from it");
  add_value(command, "--data", "DATA", into.data,
            "Samples for the inputs of MODEL: .npz, .npy, .bin, .raw, a folder of them, or random:N")
      ->capture_default_str();
  add_number(command, "-n,--samples", into.samples, "Take the first N samples of each signature; 0 is all");
  add_value(command, "--labels", "LABELS", into.labels,
            "An .npy file with the number of each sample's class: says how often the first output is right");
  add_value(command, "--metric", "METRICS", into.metrics,
            "With commas between them: mse, median_diff_ratio, cosine_similarity, kl_divergence, snr, sqnr, max_error. "
            "Default: mse,sqnr,cosine_similarity,max_error");
  add_value(command, "--report", "HTML", into.report,
            "Write everything as a page for a browser, which needs no other file");
  add_value(command, "--model-explorer", "JSON", into.model_explorer,
            "Write the first metric of every tensor as Model Explorer reads it");
  command.add_flag("--outputs-only", into.outputs_only, "Compare outputs alone: no tensors on the way, no layers");
  add_number(command, "--rows", into.number, "Print N layers, and N tensors that are clipped");
  for (std::size_t i = 0; i < limits.size(); ++i) {
    add_value(command, std::string(limits[i].option), "X", into.limits_given[i], std::string(limits[i].text));
  }
  add_value(command, "--max-top1-loss", "X", into.max_top_1_loss,
            "QUANTIZED may be right for X percent of the samples less than MODEL, at most")
      ->needs("--labels");
  define_engine(command, into.engine, nullptr);
  add_number(command, "--threads", into.engine.threads,
             "Threads; 0 is one per processor. The results do not depend on it");
  command.add_flag("--overwrite", into.overwrite, "Replace files that exist");
  command.add_flag("--json", into.json, "One JSON object on standard output instead of tables");
  command.footer(
      "\nTensors belong together by name. Own noise of a layer is what it adds when it runs alone, on the values of "
      "MODEL.\nInherited noise comes from its inputs. Both are below the signal by so many dB: the less, the worse."
      "\n\nExample:\n  aeq validate model.tflite small.tflite --data test.npz --min-sqnr 20");
}

void define_inspect(CLI::App& app, inspect_arguments& into) {
  CLI::App& command = *app.add_subcommand("inspect", "Show a model: signatures, ops, tensors, quantization, sizes");
  add_positional(command, "MODEL", into.model, "A .tflite file; - is standard input");
  command.add_flag("--json", into.json, "The canonical description, one line per tensor and op, instead of tables");
}

void define_diff(CLI::App& app, diff_arguments& into) {
  CLI::App& command = *app.add_subcommand(
      "diff", "Compare what two models say, whatever their bytes look like; exit code 1 if they differ");
  add_positional(command, "A", into.a, "A .tflite file, or a description (.json, .json.gz)");
  add_positional(command, "B", into.b, "The other one");
  add_number(command, "-n,--number", into.number, "Print the first N differences");
  command.add_flag("--ignore-names", into.ignore_names, "Names of tensors and subgraphs do not count");
  add_number(command, "--ulps", into.ulps, "Floats may be this many float32 steps apart");
  add_number(command, "--max-delta", into.max_delta,
             "Elements of constants may be this far apart; both sides must be models");
}

void define_export(CLI::App& app, export_arguments& into) {
  CLI::App& command = *app.add_subcommand("export", "Write a model as source code, to build it into a program");
  add_positional(command, "MODEL", into.model, "A .tflite file; - is standard input");
  add_value(command, "--format", "FORMAT", into.format, "What to write: c-array, an array of bytes for C and C++")
      ->capture_default_str()
      ->check(CLI::IsMember({"c-array"}).description(""));
  add_value(command, "-o,--output", "ARRAY", into.output,
            "Where to write: a header that has the array, or a source file (.c, .cc, .cpp, .cxx), which gets a header "
            "beside it; - is standard output. Default: MODEL.h beside the model");
  add_value(command, "--header", "HEADER", into.header,
            "The header for OUTPUT, which is a source file then. Default: OUTPUT's name with .h");
  add_value(command, "--name", "IDENTIFIER", into.name,
            "The array's name; IDENTIFIER_len is its length. Default: that of MODEL's file, as xxd -i makes it");
  add_number(command, "--align", into.alignment, "The array's address is a multiple of N: 16, 32 and so on to 4096");
  add_value(command, "-r,--recipe", "RECIPE", into.recipe,
            "What MODEL was quantized by, a name or a JSON file, for the comment at the top");
  command.add_flag("--overwrite", into.overwrite, "Replace the output if it exists");
  command.add_flag("--sync", into.sync, "Wait until the disk has the output");
  command.footer(
      "\nThe array is const, aligned, and the same for the same model. A comment at the top says what it is: size, "
      "SHA-256, inputs, outputs. Each file appears whole or not at all."
      "\n\nExample:\n  aeq export small.tflite --name my_model -o my_model.cpp");
}

void define_recipe(CLI::App& app, recipe_arguments& into) {
  CLI::App& recipe = *app.add_subcommand("recipe", "List, show and check recipes");
  recipe.require_subcommand(1);
  recipe.add_subcommand("list", "The recipes that come with aeq");
  CLI::App& show = *recipe.add_subcommand("show", "A recipe as JSON, with every default written out");
  add_positional(show, "NAME", into.name, "A name from the list, or a file");
  CLI::App& check = *recipe.add_subcommand("check", "Check a recipe, and say op by op what it would do to a model");
  add_positional(check, "FILE", into.name, "A JSON file, or a name from the list; - is standard input");
  add_value(check, "--model", "MODEL", into.model, "The model to try it on; nothing is written");
  add_value(check, "--policy", "POLICY", into.policy, policy_text);
  check.add_flag("--strict", into.strict, "Exit code 3 if there are warnings");
  check.add_flag("--json", into.json, "One JSON object instead of a table");
}

/// What stands below the options in the help.
std::string examples_and_codes() {
  constexpr std::size_t column = 58;
  std::string text = "\nExamples:\n";
  for (const example& shown : examples) {
    std::string line = "  " + std::string(shown.call);
    line.resize(column, ' ');
    text += line + std::string(shown.meaning) + "\n";
  }
  text += "\nExit codes:";
  for (std::size_t code = 0; code < exit_codes.size(); ++code) {
    text += (code == 0 ? " " : code == 4 ? ",\n" : ", ") + std::to_string(code) + " " + std::string(exit_codes[code]);
  }
  return text + ".";
}

}  // namespace

void define(CLI::App& app, arguments& into) {
  app.name("aeq");
  app.description("aeq quantizes .tflite models.");
  app.set_version_flag("--version",
                       "aeq " AEQ_VERSION_STRING " (the C++ quantizer; the Python tool's command has the same name)",
                       "Say which version this is");
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "Explain the options");  // commands inherit it
  app.get_formatter()->column_width(34);
  define_quantize(app, into.quantize);
  define_calibrate(app, into.calibrate);
  define_stats(app, into.stats);
  define_run(app, into.run);
  define_validate(app, into.validate);
  define_inspect(app, into.inspect);
  define_diff(app, into.diff);
  define_export(app, into.exported);
  define_recipe(app, into.recipe);
  app.footer(examples_and_codes());  // last: commands inherit what is there before them
}

}  // namespace tool
