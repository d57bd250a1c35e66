// EXPECT: my_scheme.*aeq: weight_format:
// SPDX-License-Identifier: Apache-2.0
// A format of one's own that does not describe itself.
#include <aeq/table/requirements.hpp>

struct int6 {
  static constexpr int bits = 6;
};

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  using weight = int6;
#else
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
#endif
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme>());
