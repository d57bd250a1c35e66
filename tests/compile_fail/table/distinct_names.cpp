// EXPECT: aeq: distinct_names:
// SPDX-License-Identifier: Apache-2.0
// Two schemes with one name in a table.
#include <aeq/table/kernel_table.hpp>

struct accelerator_wi8 {
#ifdef AEQ_TEST_FAIL
  static constexpr std::string_view name = "dynamic_wi8_afp32";
#else
  static constexpr std::string_view name = "accelerator_wi8";
#endif
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

constexpr auto table = aeq::kernel_table<aeq::builtin_schemes, accelerator_wi8>::view();
