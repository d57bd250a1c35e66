// EXPECT: my_scheme.*aeq: compute_fits_mode:
// SPDX-License-Identifier: Apache-2.0
// Weight only that computes in integers.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
#ifdef AEQ_TEST_FAIL
  static constexpr auto compute_precision = aeq::compute::integer;
#else
  static constexpr auto compute_precision = aeq::compute::floating;
#endif
  static constexpr auto execution_mode = aeq::execution::weight_only;
};

static_assert(aeq::verify<my_scheme>());
