// EXPECT: my_scheme.*aeq: name_characters:
// SPDX-License-Identifier: Apache-2.0
// ALSO: my_scheme.*5.*aeq: storable_bits:
// ALSO: my_scheme.*aeq: compute_fits_mode:
// All that is wrong with a scheme is said at once.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  static constexpr std::string_view name = "my scheme";
  using weight = aeq::integer<5, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::floating;
#else
  static constexpr std::string_view name = "my_scheme";
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
#endif
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme>());
