// EXPECT: my_scheme.*aeq: signed_weight:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  using weight = aeq::unsigned_integer<8, aeq::asymmetric, aeq::channelwise>;
#else
  using weight = aeq::integer<8, aeq::asymmetric, aeq::channelwise>;
#endif
  static constexpr auto compute_precision = aeq::compute::floating;
  static constexpr auto execution_mode = aeq::execution::weight_only;
};

static_assert(aeq::verify<my_scheme>());
