// EXPECT: (code::add|code::softmax).*my_scheme.*aeq: mode_of_operation:
// SPDX-License-Identifier: Apache-2.0
// ALSO: (code::add|code::softmax).*my_scheme.*aeq: mode_of_operation:
// Each op that does not take the scheme is named.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme, aeq::op::conv_2d, aeq::op::fully_connected>());
#ifdef AEQ_TEST_FAIL
static_assert(aeq::verify<my_scheme, aeq::op::add, aeq::op::conv_2d, aeq::op::softmax>());
#endif
