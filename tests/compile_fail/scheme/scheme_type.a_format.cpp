// EXPECT: float32.*aeq: scheme_type:
// SPDX-License-Identifier: Apache-2.0
// A number format in place of a scheme.
#include <aeq/table/requirements.hpp>

#ifdef AEQ_TEST_FAIL
static_assert(aeq::verify<aeq::float32>());
#else
static_assert(aeq::verify<aeq::static_wi8_ai8>());
#endif
