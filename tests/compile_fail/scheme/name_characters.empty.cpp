// EXPECT: my_scheme.*aeq: name_characters:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

struct my_scheme {
#ifdef AEQ_TEST_FAIL
  static constexpr std::string_view name = "";
#else
  static constexpr std::string_view name = "my_scheme";
#endif
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme>());
