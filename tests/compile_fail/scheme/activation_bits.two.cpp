// EXPECT: my_scheme.*aeq: activation_bits:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
#ifdef AEQ_TEST_FAIL
  using activation = aeq::integer<2, aeq::symmetric, aeq::tensorwise>;
#else
  using activation = aeq::integer<8, aeq::asymmetric, aeq::tensorwise>;
#endif
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::static_range;
};

static_assert(aeq::verify<my_scheme>());
