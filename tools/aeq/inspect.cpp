// SPDX-License-Identifier: Apache-2.0
// aeq inspect: a model as tables, or as its canonical description.
#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include <aeq/model/dump.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/model/summary.hpp>

#include "commands.hpp"
#include "terminal.hpp"

namespace tool {

action add_inspect(CLI::App& app) {
  struct arguments {
    std::string model;
    bool json = false;
  };
  const auto given = std::make_shared<arguments>();
  CLI::App* command = app.add_subcommand("inspect", "Show a model: signatures, ops, tensors, quantization, sizes");
  command->add_option("MODEL", given->model, "A .tflite file; - is standard input")->required();
  command->add_flag("--json", given->json, "The canonical description, one line per tensor and op, instead of tables");
  return [given] {
    aeq::warnings notes;
    const aeq::model::model model = aeq::model::read(given->model, notes);
    print_warnings(notes);
    const std::string text = given->json ? aeq::model::dump_text(model) : aeq::model::summary_text(model);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  };
}

}  // namespace tool
