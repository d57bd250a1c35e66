// EXPECT: aeq: operation_type:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/op/requirements.hpp>
#include <aeq/scheme/builtin.hpp>

static_assert(aeq::verify_operation<aeq::op::conv_2d, aeq::static_wi8_ai8>());
#ifdef AEQ_TEST_FAIL
static_assert(aeq::verify_operation<aeq::op::code, aeq::static_wi8_ai8>());
#endif
