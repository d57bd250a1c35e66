// SPDX-License-Identifier: Apache-2.0
// The one source file that defines what <aeq/aeq.hpp> declares, and Boost.JSON's functions.
#define AEQ_IMPLEMENTATION
#include <aeq/aeq.hpp>
