// EXPECT: my_scheme.*aeq: compute_member:
// SPDX-License-Identifier: Apache-2.0
// The two enums mixed up.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
#ifdef AEQ_TEST_FAIL
  static constexpr auto compute_precision = aeq::execution::dynamic_range;
#else
  static constexpr auto compute_precision = aeq::compute::integer;
#endif
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme>());
