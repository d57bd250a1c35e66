// SPDX-License-Identifier: Apache-2.0
// aeq inspect: a model as tables, or as its canonical description.
#include <cstdio>
#include <string>

#include <aeq/model/dump.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/model/summary.hpp>

#include "commands.hpp"
#include "terminal.hpp"

namespace tool {

int inspect(const inspect_arguments& given) {
  aeq::warnings notes;
  const aeq::model::model model = aeq::model::read(given.model, notes);
  print_warnings(notes);
  const std::string text = given.json ? aeq::model::dump_text(model) : aeq::model::summary_text(model);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace tool
