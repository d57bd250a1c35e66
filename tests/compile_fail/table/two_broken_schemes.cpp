// EXPECT: (aeq: activation_fits_mode:.*aeq: integer_weight:|aeq: integer_weight:.*aeq: activation_fits_mode:)
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/kernel_table.hpp>

// Two schemes that break one requirement each are both named.
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
