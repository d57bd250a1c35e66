// EXPECT: my_scheme.*aeq: execution_member:
// SPDX-License-Identifier: Apache-2.0
// At the door of the table.
#include <aeq/table/kernel_table.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
#ifndef AEQ_TEST_FAIL
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
#endif
};

constexpr auto table = aeq::kernel_table<aeq::builtin_schemes, my_scheme>::view();
