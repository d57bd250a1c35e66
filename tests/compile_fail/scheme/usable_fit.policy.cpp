// EXPECT: my_scheme.*aeq: usable_fit:
// SPDX-License-Identifier: Apache-2.0
// A policy of fit_category without a fit.
#include <aeq/table/requirements.hpp>

struct no_fit {
  using category = aeq::fit_category;
};

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
#ifdef AEQ_TEST_FAIL
  using policies = aeq::type_list<no_fit>;
#else
  using policies = aeq::type_list<aeq::min_max_fit>;
#endif
};

static_assert(aeq::verify<my_scheme>());
