// EXPECT: my_scheme.*aeq: known_block_size:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/kernel_table.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  using weight = aeq::integer<4, aeq::symmetric, aeq::blockwise<48>>;
#else
  using weight = aeq::integer<4, aeq::symmetric, aeq::blockwise<64>>;
#endif
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

constexpr auto table = aeq::kernel_table<aeq::builtin_schemes, my_scheme>::view();
