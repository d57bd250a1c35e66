// SPDX-License-Identifier: Apache-2.0
// A recipe as C++: schemes and ops are types, so that the compiler refuses what no kernel can do. It is saved as JSON
// for everyone else, and used on a model. Arguments: MODEL RECIPE_OUTPUT.
#include <iostream>

#include <aeq/aeq.hpp>
#include <aeq/recipe/save.hpp>

namespace {

aeq::recipe::recipe small_and_careful() {
  aeq::recipe::recipe recipe;
  recipe.add<aeq::dynamic_wi8_afp32>(".*");                                    // every op that takes it
  recipe.add<aeq::weight_only_wi4_afp32, aeq::op::fully_connected>("hidden");  // most of the weights
  recipe.leave<aeq::op::conv_2d>("stem");                                      // the first layer stays float
#ifdef SHOW_A_COMPILE_ERROR
  recipe.add<aeq::dynamic_wi4_afp32, aeq::op::depthwise_conv_2d>(".*");
#endif
  return recipe;
}

}  // namespace

int main(int count, char** words) try {
  if (count != 3) throw aeq::error(aeq::error_code::wrong_usage, "typed_recipe MODEL RECIPE_OUTPUT");
  const aeq::recipe::recipe recipe = small_and_careful();

  aeq::recipe::save(recipe, words[2], {.overwrite = true});
  std::cout << aeq::recipe::to_text(recipe);
  if (aeq::recipe::load(words[2]) != recipe) throw aeq::error(aeq::error_code::check_failed, "the file differs");

  aeq::quantizer quantizer(words[1]);
  quantizer.set_recipe(recipe);
  const aeq::recipe::plan plan = quantizer.plan();
  for (const aeq::recipe::decision& decision : plan.subgraphs[0].operations) {
    if (decision.quantize) std::cout << decision.operation->name << ": " << decision.scheme_name << '\n';
  }
} catch (const aeq::error& problem) {
  std::cerr << problem.what() << '\n';
  return static_cast<int>(problem.code());
}
