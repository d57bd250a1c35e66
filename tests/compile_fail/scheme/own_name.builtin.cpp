// EXPECT: my_scheme.*aeq: own_name:
// SPDX-License-Identifier: Apache-2.0
// Recipes that say dynamic_wi8_afp32 would mean the built-in scheme.
#include <aeq/table/kernel_table.hpp>

struct my_scheme {
#ifdef AEQ_TEST_FAIL
  static constexpr std::string_view name = "dynamic_wi8_afp32";
#else
  static constexpr std::string_view name = "my_scheme";
#endif
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

constexpr auto table = aeq::kernel_table<aeq::builtin_schemes, my_scheme>::view();
