// EXPECT: my_scheme.*aeq: symmetric_integer_weight:
// SPDX-License-Identifier: Apache-2.0
// The door without a static_assert around it.
#include <aeq/table/kernel_table.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  using weight = aeq::integer<8, aeq::asymmetric, aeq::channelwise>;
#else
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
#endif
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

const aeq::table_row* row() {
  return aeq::kernel_table<my_scheme>::view().find(aeq::op::code::conv_2d, "my_scheme");
}
