// EXPECT: aeq: (activation_fits_mode|integer_weight):
// SPDX-License-Identifier: Apache-2.0
// ALSO: static_range.*aeq: activation_fits_mode:|float16.*aeq: integer_weight:
// Two schemes that break one requirement each are both named, in whatever order the compiler takes them.
#include <aeq/table/kernel_table.hpp>

#ifdef AEQ_TEST_FAIL
using activation = aeq::float32;
using weight = aeq::float16;
#else
using activation = aeq::ai8;
using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
#endif
using one = aeq::scheme<activation, aeq::integer<8, aeq::symmetric, aeq::channelwise>, aeq::compute::integer,
                        aeq::execution::static_range>;
using other = aeq::scheme<aeq::float32, weight, aeq::compute::integer, aeq::execution::dynamic_range>;

constexpr auto table = aeq::kernel_table<one, other>::view();
