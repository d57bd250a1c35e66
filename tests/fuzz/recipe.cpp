// SPDX-License-Identifier: Apache-2.0
// Any bytes as a recipe: either a clear error, or a recipe that survives being written and read again and that can be
// resolved against a model.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/recipe/json.hpp>
#include <aeq/recipe/save.hpp>

#include "findings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using aeq_fuzz::finding;
  static const aeq_fuzz::view model;
  const std::vector refused{aeq::error_code::bad_input, aeq::error_code::not_quantizable};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  aeq::warnings notes;
  aeq::recipe::recipe first;
  const bool accepted = aeq_fuzz::attempt(refused, [&] {
    first = aeq::recipe::parse(text, "fuzz.json", {aeq::builtin_table(), nullptr, &notes});
  });
  if (!accepted) return 0;
  aeq_fuzz::check_warnings(notes);
  const std::string saved = aeq::recipe::to_text(first);
  aeq::recipe::recipe second;
  if (!aeq_fuzz::attempt(refused, [&] { second = aeq::recipe::parse(saved, "fuzz.json"); })) {
    finding("what was written can't be read");
  }
  if (!(first == second) || aeq::recipe::to_text(second) != saved) {
    finding("the recipe changed on its way through text");
  }
  aeq_fuzz::attempt(refused, [&] {
    const aeq::recipe::plan p = aeq::recipe::resolve(first, aeq::recipe::policy(), aeq::builtin_table(), model, notes);
    if (p.subgraphs.size() != model.graphs.size()) finding("a plan of another model");
    aeq_fuzz::check_warnings(notes);
  });
  return 0;
}
