// EXPECT: static_range.*1048576.*33155.*aeq: accumulator_fits:
// SPDX-License-Identifier: Apache-2.0
// A million products of 8 bits in 32.
#include <aeq/scheme/requirements.hpp>

#ifdef AEQ_TEST_FAIL
constexpr std::uint64_t depth = 1u << 20;
#else
constexpr std::uint64_t depth = 4096;
#endif

static_assert(aeq::verify_accumulator<aeq::static_wi8_ai8, depth>());
