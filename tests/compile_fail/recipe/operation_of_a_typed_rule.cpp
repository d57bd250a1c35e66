// EXPECT: aeq: operation_type:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/recipe/typed.hpp>

void fill(aeq::recipe::recipe& recipe) {
  recipe.leave<aeq::op::conv_2d>("block1/.*");
#ifdef AEQ_TEST_FAIL
  recipe.leave<aeq::dynamic_wi8_afp32>("block1/.*");
#endif
}
