// EXPECT: aeq: granularity_of_operation:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/op/requirements.hpp>
#include <aeq/scheme/builtin.hpp>

static_assert(aeq::verify_operation<aeq::op::fully_connected, aeq::dynamic_range_scheme<4, aeq::blockwise<32>>>());
#ifdef AEQ_TEST_FAIL
static_assert(aeq::verify_operation<aeq::op::conv_2d, aeq::dynamic_range_scheme<4, aeq::blockwise<32>>>());
#endif
