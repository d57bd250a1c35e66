// EXPECT: my_scheme.*aeq: symmetric_blocks:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  using weight = aeq::integer<4, aeq::asymmetric, aeq::blockwise<32>>;
#else
  using weight = aeq::integer<4, aeq::asymmetric, aeq::channelwise>;
#endif
  static constexpr auto compute_precision = aeq::compute::floating;
  static constexpr auto execution_mode = aeq::execution::weight_only;
};

static_assert(aeq::verify<my_scheme>());
