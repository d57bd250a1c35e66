// EXPECT: power_of_two_fit.*aeq: own_name:
// SPDX-License-Identifier: Apache-2.0
// An alias has no name but the one that its formats give it.
#include <aeq/table/requirements.hpp>

using shifting = aeq::scheme<aeq::float32, aeq::integer<8, aeq::symmetric, aeq::channelwise>, aeq::compute::integer,
                             aeq::execution::dynamic_range, aeq::power_of_two_fit>;
struct my_scheme : shifting {
  static constexpr std::string_view name = "my_scheme";
};

static_assert(aeq::verify<my_scheme>());
#ifdef AEQ_TEST_FAIL
static_assert(aeq::verify<shifting>());
#endif
