// EXPECT: aeq: symmetric_integer_weight:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/kernel_table.hpp>

// A broken scheme is reported as such where an op is asked, not as something that the op does not take.
#ifdef AEQ_TEST_FAIL
constexpr auto zero = aeq::asymmetric;
#else
constexpr auto zero = aeq::symmetric;
#endif
using my_scheme = aeq::scheme<aeq::float32, aeq::integer<8, zero, aeq::channelwise>, aeq::compute::integer,
                              aeq::execution::dynamic_range>;

static_assert(aeq::verify_operation<aeq::op::conv_2d, my_scheme>());
static_assert(aeq::verify_accumulator<my_scheme, 64>());
