// EXPECT: my_scheme.*aeq: symmetric_wide_activation:
// SPDX-License-Identifier: Apache-2.0
// Schemes in a list of one's own.
#include <aeq/table/kernel_table.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
#ifdef AEQ_TEST_FAIL
  using activation = aeq::integer<16, aeq::asymmetric, aeq::tensorwise>;
#else
  using activation = aeq::integer<16, aeq::symmetric, aeq::tensorwise>;
#endif
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::static_range;
};
struct my_schemes : aeq::type_list<aeq::static_wi8_ai8, my_scheme> {};

constexpr auto table = aeq::kernel_table<aeq::builtin_schemes, my_schemes>::view();
