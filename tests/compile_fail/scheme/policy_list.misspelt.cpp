// EXPECT: my_scheme.*aeq: policy_list:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
#ifdef AEQ_TEST_FAIL
  using policy = aeq::power_of_two_fit;
#else
  using policies = aeq::power_of_two_fit;
#endif
};

static_assert(aeq::verify<my_scheme>());
