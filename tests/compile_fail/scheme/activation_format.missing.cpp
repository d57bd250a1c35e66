// EXPECT: my_scheme.*aeq: activation_format:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
#ifndef AEQ_TEST_FAIL
  using activation = aeq::float32;
#endif
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme>());
