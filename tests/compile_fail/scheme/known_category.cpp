// EXPECT: my_scheme.*aeq: known_category:
// SPDX-License-Identifier: Apache-2.0
// A category of one's own.
#include <aeq/table/requirements.hpp>

struct rounding_category {};
struct round_up {
  using category = rounding_category;
};

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
#ifdef AEQ_TEST_FAIL
  using policies = aeq::type_list<round_up>;
#else
  using policies = aeq::type_list<>;
#endif
};

static_assert(aeq::verify<my_scheme>());
