// EXPECT: aeq: weight_bits_of_operation:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/recipe/typed.hpp>

void fill(aeq::recipe::recipe& recipe) {
  recipe.add<aeq::dynamic_wi8_afp32, aeq::op::depthwise_conv_2d>("block1/.*");
#ifdef AEQ_TEST_FAIL
  recipe.add<aeq::dynamic_wi4_afp32, aeq::op::conv_2d, aeq::op::depthwise_conv_2d>("block1/.*");
#endif
}
