// EXPECT: one.*other.*aeq: distinct_names:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/kernel_table.hpp>

struct one {
  static constexpr std::string_view name = "mine";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

struct other {
#ifdef AEQ_TEST_FAIL
  static constexpr std::string_view name = "mine";
#else
  static constexpr std::string_view name = "also_mine";
#endif
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::floating;
  static constexpr auto execution_mode = aeq::execution::weight_only;
};

constexpr auto table = aeq::kernel_table<aeq::builtin_schemes, one, other>::view();
