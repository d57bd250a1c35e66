// EXPECT: my_scheme.*aeq: known_block_size:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  using weight = aeq::integer<4, aeq::symmetric, aeq::blockwise<0>>;
#else
  using weight = aeq::integer<4, aeq::symmetric, aeq::blockwise<32>>;
#endif
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme>());
