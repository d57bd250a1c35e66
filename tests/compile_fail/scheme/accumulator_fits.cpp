// EXPECT: aeq: accumulator_fits:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/scheme/builtin.hpp>
#include <aeq/scheme/requirements.hpp>

#ifdef AEQ_TEST_FAIL
constexpr std::uint64_t depth = 1u << 20;
#else
constexpr std::uint64_t depth = 4096;
#endif

static_assert(aeq::verify_accumulator<aeq::static_wi8_ai8, depth>());
