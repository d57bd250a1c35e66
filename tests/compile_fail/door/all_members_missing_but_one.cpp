// EXPECT: my_scheme.*aeq: weight_format:
// SPDX-License-Identifier: Apache-2.0
// ALSO: my_scheme.*aeq: compute_member:
// ALSO: my_scheme.*aeq: execution_member:
#include <aeq/table/kernel_table.hpp>

struct my_scheme {
  using activation = aeq::float32;
#ifndef AEQ_TEST_FAIL
  static constexpr std::string_view name = "my_scheme";
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
#endif
};

constexpr aeq::kernel_table_view table = aeq::kernel_table<aeq::builtin_schemes, my_scheme>();
