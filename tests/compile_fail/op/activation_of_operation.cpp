// EXPECT: hard_swish.*my_scheme.*aeq: activation_of_operation:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::integer<16, aeq::symmetric, aeq::tensorwise>;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::static_range;
};

static_assert(aeq::verify<my_scheme, aeq::op::add>());
#ifdef AEQ_TEST_FAIL
static_assert(aeq::verify<my_scheme, aeq::op::add, aeq::op::hard_swish>());
#endif
