// SPDX-License-Identifier: Apache-2.0
// The aeq command line: parse, call, print.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include <aeq/io/console.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>

#include "commands.hpp"
#include "terminal.hpp"

namespace {

/// The Python tool installs a command of the same name. Its flags get an answer instead of a riddle.
int answer_python_flags(int count, char** words) {
  std::string model = "MODEL";
  std::string recipe = "NAME|FILE";
  std::string folder;
  bool asked = false;
  bool overwrite = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const auto value = [&](std::string_view flag, std::string& into) {
      if (word == flag && i + 1 < count) into = words[i + 1];
      if (word.starts_with(flag) && word.size() > flag.size() && word[flag.size()] == '=')
        into = word.substr(flag.size() + 1);
      return word.starts_with(flag);
    };
    asked |= value("--model_file", model);
    asked |= value("--output_dir", folder);
    value("--recipe", recipe);
    if (word.starts_with("--overwrite_outputs")) asked = overwrite = true;
  }
  if (!asked) return 0;
  std::string call = "aeq quantize " + model + " --recipe " + recipe;
  if (!folder.empty()) call += " -o " + folder + "/OUT.tflite";
  if (overwrite) call += " --overwrite";
  std::fprintf(stderr, "aeq: these are flags of the Python tool's command aeq; here it is\n  %s\n", call.c_str());
  return static_cast<int>(aeq::error_code::wrong_usage);
}

int fail(aeq::error_code code, const std::string& message) {
  std::fprintf(stderr, "%s %s\n", tool::coloured("31", "aeq: error:").c_str(), message.c_str());
  return static_cast<int>(code);
}

/// Whether two inputs are to come from standard input, which has only one content.
bool wants_standard_input_twice(int count, char** words) {
  int inputs = 0;
  for (int i = 1; i < count; ++i) {
    const std::string_view before = words[i - 1];
    const std::string_view word = words[i];
    const bool is_output = before == "-o" || before == "--output";
    inputs += (word == "-" && !is_output) || (word.starts_with("--") && word.ends_with("=-") && word != "--output=-");
  }
  return inputs > 1;
}

extern "C" void input_got_shorter(int) {
  aeq::io::say_and_exit("aeq: error: an input file got shorter while it was read\n",
                        static_cast<int>(aeq::error_code::io));
}

/// A command's results count only once they are out.
int flushed(int code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  const std::string why = errno != 0 ? ": " + aeq::io::system_message(errno) : std::string();
  return fail(aeq::error_code::io, "standard output: can't be written" + why);
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

/// "a, b and c".
std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : " and ";
    text += words[i];
  }
  return text;
}

/// "aeq recipe check": the words that led to the command that was chosen.
std::string chosen(const CLI::App& app) {
  const std::vector<CLI::App*> below = app.get_subcommands();
  return app.get_name() + (below.empty() ? "" : " " + chosen(*below.front()));
}

/// Runs the command that was chosen.
int run(const CLI::App& app, const tool::arguments& given) {
  if (app.got_subcommand("quantize")) return tool::quantize(given.quantize);
  if (app.got_subcommand("calibrate")) return tool::calibrate(given.calibrate);
  if (app.got_subcommand("stats")) return tool::stats_merge(given.stats);
  if (app.got_subcommand("run")) return tool::run(given.run);
  if (app.got_subcommand("validate")) return tool::validate(given.validate);
  if (app.got_subcommand("inspect")) return tool::inspect(given.inspect);
  if (app.got_subcommand("diff")) return tool::diff(given.diff);
  if (app.got_subcommand("export")) return tool::export_model(given.exported);
  const CLI::App& recipe = *app.get_subcommand("recipe");
  if (recipe.got_subcommand("list")) return tool::recipe_list();
  if (recipe.got_subcommand("show")) return tool::recipe_show(given.recipe);
  return tool::recipe_check(given.recipe);
}

int command_line(int count, char** words) {
  if (const int answer = answer_python_flags(count, words); answer != 0) return answer;

  CLI::App app;
  tool::arguments given;
  tool::define(app, given);
  const std::vector<std::string> commands = commands_of(app);
  if (count > 1 && words[1][0] != '-' && std::find(commands.begin(), commands.end(), words[1]) == commands.end()) {
    return fail(aeq::error_code::wrong_usage,
                std::string(words[1]) + " is no command; " + listed(commands) + " are (aeq --help tells more)");
  }
  if (wants_standard_input_twice(count, words)) {
    return fail(aeq::error_code::wrong_usage, "- is standard input; only one of the inputs can come from it");
  }
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return flushed(app.exit(e));  // help, or the version
    return fail(aeq::error_code::wrong_usage, std::string(e.what()) + " (" + chosen(app) + " --help tells more)");
  }
  try {
    return flushed(run(app, given));
  } catch (const aeq::error& e) {
    return fail(e.code(), e.what());
  } catch (const std::bad_alloc&) {
    return fail(aeq::error_code::io, "out of memory");
  } catch (const std::exception& e) {
    return fail(aeq::error_code::io, std::string("unexpected: ") + e.what());
  }
}

}  // namespace

int main(int count, char** words) {
  aeq::io::prepare_standard_streams();
  aeq::io::when_input_gets_shorter(input_got_shorter);
  std::vector<std::string> arguments = aeq::io::utf8_arguments(count, words);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  return command_line(static_cast<int>(arguments.size()), pointers.data());
}
