// EXPECT: my_scheme.*aeq: activation_format:
// SPDX-License-Identifier: Apache-2.0
// A C++ type in place of a number format.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
#ifdef AEQ_TEST_FAIL
  using activation = std::int8_t;
#else
  using activation = aeq::integer<8, aeq::asymmetric, aeq::tensorwise>;
#endif
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::static_range;
};

static_assert(aeq::verify<my_scheme>());
