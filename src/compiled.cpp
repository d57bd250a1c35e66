// SPDX-License-Identifier: Apache-2.0
// aeq::compiled: what the headers declare under AEQ_SEPARATE_COMPILATION, defined once.
#define AEQ_IMPLEMENTATION
#include <aeq/aeq.hpp>
