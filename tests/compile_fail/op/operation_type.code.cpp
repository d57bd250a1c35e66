// EXPECT: op::code.*aeq: operation_type:
// SPDX-License-Identifier: Apache-2.0
// The code of an op in place of its type.
#include <aeq/table/requirements.hpp>

static_assert(aeq::verify<aeq::static_wi8_ai8, aeq::op::conv_2d>());
#ifdef AEQ_TEST_FAIL
static_assert(aeq::verify<aeq::static_wi8_ai8, aeq::op::code>());
#endif
