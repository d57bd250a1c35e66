// SPDX-License-Identifier: Apache-2.0
// Quantizes a model: MODEL RECIPE OUTPUT. The recipe is a name (dynamic_wi8_afp32) or a JSON file.
#include <cstdint>
#include <iostream>

#include <aeq/aeq.hpp>

int main(int count, char** words) try {
  if (count != 4) throw aeq::error(aeq::error_code::wrong_usage, "quantize_model MODEL RECIPE OUTPUT");

  aeq::quantizer quantizer(words[1]);
  quantizer.load_recipe(words[2]);
  const aeq::recipe::plan plan = quantizer.plan();

  const aeq::model::model& source = quantizer.source();
  for (std::size_t g = 0; g < plan.subgraphs.size(); ++g) {
    for (std::size_t i = 0; i < plan.subgraphs[g].operations.size(); ++i) {
      const aeq::recipe::decision& decision = plan.subgraphs[g].operations[i];
      std::cout << aeq::op::builtin_name(source.builtin(source.subgraphs[g].operations[i])) << ": "
                << (decision.quantize ? decision.scheme_name : "stays as it is") << '\n';
    }
  }
  for (const aeq::warning& note : quantizer.notes().all()) std::cerr << note.place << ": " << note.message << '\n';

  const std::uint64_t bytes = aeq::model::write(quantizer.quantize(plan), words[3], {.file = {.overwrite = true}});
  std::cout << source.file->bytes().size() << " bytes before, " << bytes << " after\n";
} catch (const aeq::error& problem) {
  std::cerr << problem.what() << '\n';
  return static_cast<int>(problem.code());
}
