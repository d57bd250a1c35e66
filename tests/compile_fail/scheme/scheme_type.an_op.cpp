// EXPECT: conv_2d.*aeq: scheme_type:
// SPDX-License-Identifier: Apache-2.0
// An op in the list of a table's schemes.
#include <aeq/table/kernel_table.hpp>

#ifdef AEQ_TEST_FAIL
using item = aeq::op::conv_2d;
#else
using item = aeq::static_wi8_ai8;
#endif

constexpr auto table = aeq::kernel_table<aeq::dynamic_wi8_afp32, item>::view();
