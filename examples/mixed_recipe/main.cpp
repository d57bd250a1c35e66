// SPDX-License-Identifier: Apache-2.0
// Integers where they do no harm, something else where they do: one recipe with static range, dynamic range and floats.
// Arguments: MODEL DATA OUTPUT.
#include <cstddef>
#include <cstdint>
#include <iostream>

#include <aeq/aeq.hpp>

int main(int count, char** words) try {
  if (count != 4) throw aeq::error(aeq::error_code::wrong_usage, "mixed_recipe MODEL DATA OUTPUT");

  aeq::recipe::recipe recipe;
  recipe.add<aeq::static_wi8_ai8>(".*");                                   // integers throughout, ...
  recipe.add<aeq::static_wi8_ai16, aeq::op::conv_2d>("stem");              // finer ones in the first layer,
  recipe.add<aeq::dynamic_wi4_afp32, aeq::op::fully_connected>("hidden");  // the smallest weights in the largest,
  recipe.leave<aeq::op::softmax>(".*");                                    // and probabilities in floats

  aeq::quantizer quantizer(words[1]);
  quantizer.set_recipe(recipe);
  quantizer.set_input_type(aeq::recipe::edge_type::float32);
  quantizer.set_output_type(aeq::recipe::edge_type::float32);
  // Of each activation the range that 99.99 % of its values lie in; and only those that the recipe needs.
  const auto seen = quantizer.calibrate(words[2], {.ranges = {aeq::calibrate::range_kind::percentile, 99.99}});

  const aeq::recipe::plan plan = quantizer.plan();
  const aeq::model::subgraph& graph = quantizer.source().subgraphs[0];
  for (std::size_t i = 0; i < graph.operations.size(); ++i) {
    const aeq::recipe::decision& decision = plan.subgraphs[0].operations[i];
    std::cout << aeq::op::builtin_name(quantizer.source().builtin(graph.operations[i])) << ": "
              << (decision.quantize ? decision.scheme_name : "stays as it is") << '\n';
  }
  const std::uint64_t bytes = quantizer.save(plan, words[3], {.file = {.overwrite = true}});
  std::cout << seen.samples() << " samples, ranges of " << seen.ranges().size() << " tensors; " << bytes << " bytes\n";
  for (const aeq::warning& note : quantizer.notes().all()) std::cerr << note.place << ": " << note.message << '\n';
} catch (const aeq::error& problem) {
  std::cerr << problem.what() << '\n';
  return static_cast<int>(problem.code());
}
