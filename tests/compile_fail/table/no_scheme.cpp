// EXPECT: aeq: scheme_members:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/kernel_table.hpp>

// A type that has nothing of a scheme, at the table's door.
#ifdef AEQ_TEST_FAIL
using my_scheme = aeq::float32;
#else
using my_scheme = aeq::static_wi8_ai8;
#endif

constexpr aeq::kernel_table_view table = aeq::kernel_table<my_scheme>();
