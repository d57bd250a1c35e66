// SPDX-License-Identifier: Apache-2.0
// The definitions, as the single header has them, and the tests that look at their insides.
#define AEQ_IMPLEMENTATION
#include <aeq/aeq.hpp>

#include "model/difference.cpp"
#include "model/dump.cpp"
#include "model/writer.cpp"
