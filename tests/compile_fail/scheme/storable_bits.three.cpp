// EXPECT: my_scheme.*aeq: storable_bits:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  using weight = aeq::integer<3, aeq::symmetric, aeq::channelwise>;
#else
  using weight = aeq::integer<4, aeq::symmetric, aeq::channelwise>;
#endif
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme>());
