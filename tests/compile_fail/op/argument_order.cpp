// EXPECT: conv_2d.*aeq: argument_order:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

static_assert(aeq::verify<aeq::static_wi8_ai8, aeq::op::conv_2d>());
#ifdef AEQ_TEST_FAIL
static_assert(aeq::verify<aeq::op::conv_2d, aeq::static_wi8_ai8>());
#endif
