// EXPECT: my_scheme.*aeq: symmetric_integer_weight:
// SPDX-License-Identifier: Apache-2.0
// A broken scheme is reported as such where an op is asked, not as something that the op does not take.
#include <aeq/table/requirements.hpp>

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

constexpr bool taken = aeq::verify_operation<aeq::op::conv_2d, my_scheme>();
