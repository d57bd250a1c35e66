// SPDX-License-Identifier: Apache-2.0
// aeq diff: what two models, or descriptions of models, mean differently.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/model/difference.hpp>

#include "commands.hpp"
#include "terminal.hpp"

namespace tool {

int diff(const diff_arguments& given) {
  aeq::warnings notes;
  const aeq::model::difference_options options{given.ignore_names, given.ulps, given.max_delta};
  const std::vector<std::string> found = aeq::model::differences(given.a, given.b, notes, options);
  print_warnings(notes);
  const std::size_t shown = std::min(found.size(), given.number);
  for (std::size_t i = 0; i < shown; ++i) std::printf("%s\n", found[i].c_str());
  if (shown < found.size()) std::printf("... and %zu more\n", found.size() - shown);
  if (found.empty()) {
    std::printf("equal\n");
    return 0;
  }
  std::printf("%zu difference(s)\n", found.size());
  return static_cast<int>(aeq::error_code::check_failed);
}

}  // namespace tool
