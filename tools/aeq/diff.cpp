// SPDX-License-Identifier: Apache-2.0
// aeq diff: what two models, or descriptions of models, mean differently.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <aeq/io/error.hpp>
#include <aeq/model/difference.hpp>

#include "commands.hpp"
#include "terminal.hpp"

namespace tool {

action add_diff(CLI::App& app) {
  struct arguments {
    std::string a;
    std::string b;
    std::size_t number = 20;
    aeq::model::difference_options options;
  };
  const auto given = std::make_shared<arguments>();
  CLI::App* command = app.add_subcommand(
      "diff", "Compare what two models say, whatever their bytes look like; exit code 1 if they differ");
  command->add_option("A", given->a, "A .tflite file, or a description (.json, .json.gz)")->required();
  command->add_option("B", given->b, "The other one")->required();
  command->add_option("-n,--number", given->number, "Print the first N differences")->capture_default_str();
  command->add_flag("--ignore-names", given->options.ignore_names, "Names of tensors and subgraphs do not count");
  command->add_option("--ulps", given->options.ulps, "Floats may be this many float32 steps apart")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--max-delta", given->options.max_delta,
                   "Elements of constants may be this far apart; both sides must be models")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  return [given] {
    aeq::warnings notes;
    const std::vector<std::string> found = aeq::model::differences(given->a, given->b, notes, given->options);
    print_warnings(notes);
    const std::size_t shown = std::min(found.size(), given->number);
    for (std::size_t i = 0; i < shown; ++i) std::printf("%s\n", found[i].c_str());
    if (shown < found.size()) std::printf("... and %zu more\n", found.size() - shown);
    if (found.empty()) {
      std::printf("equal\n");
      return 0;
    }
    std::printf("%zu difference(s)\n", found.size());
    return static_cast<int>(aeq::error_code::check_failed);
  };
}

}  // namespace tool
