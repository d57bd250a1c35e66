// EXPECT: my_scheme.*aeq: compute_fits_mode:
// SPDX-License-Identifier: Apache-2.0
// Static range that computes in floats.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::integer<8, aeq::asymmetric, aeq::tensorwise>;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
#ifdef AEQ_TEST_FAIL
  static constexpr auto compute_precision = aeq::compute::floating;
#else
  static constexpr auto compute_precision = aeq::compute::integer;
#endif
  static constexpr auto execution_mode = aeq::execution::static_range;
};

static_assert(aeq::verify<my_scheme>());
