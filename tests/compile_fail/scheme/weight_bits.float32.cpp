// EXPECT: my_scheme.*aeq: weight_bits:
// SPDX-License-Identifier: Apache-2.0
// Nothing would be quantized.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  using weight = aeq::float32;
#else
  using weight = aeq::float16;
#endif
  static constexpr auto compute_precision = aeq::compute::floating;
  static constexpr auto execution_mode = aeq::execution::weight_only;
};

static_assert(aeq::verify<my_scheme>());
