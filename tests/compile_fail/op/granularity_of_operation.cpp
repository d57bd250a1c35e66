// EXPECT: conv_2d.*my_scheme.*aeq: granularity_of_operation:
// SPDX-License-Identifier: Apache-2.0
// Blocks on a convolution.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<4, aeq::symmetric, aeq::blockwise<32>>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme, aeq::op::fully_connected>());
#ifdef AEQ_TEST_FAIL
static_assert(aeq::verify<my_scheme, aeq::op::conv_2d>());
#endif
