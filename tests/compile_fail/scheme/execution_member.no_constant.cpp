// EXPECT: my_scheme.*aeq: execution_member:
// SPDX-License-Identifier: Apache-2.0
// A mode that the program may change while it runs.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
#ifdef AEQ_TEST_FAIL
  static inline aeq::execution execution_mode = aeq::execution::dynamic_range;
#else
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
#endif
};

static_assert(aeq::verify<my_scheme>());
