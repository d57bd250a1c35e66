// EXPECT: static_range.*40000.*33155.*aeq: accumulator_fits:
// SPDX-License-Identifier: Apache-2.0
// 40000 products would fit, but not a bias beside them.
#include <aeq/scheme/requirements.hpp>

static_assert(aeq::verify_accumulator<aeq::dynamic_wi8_afp32, 40000>());  // adds its bias in floats
#ifdef AEQ_TEST_FAIL
static_assert(aeq::verify_accumulator<aeq::static_wi8_ai8, 40000>());
#endif
