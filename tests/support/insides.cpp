// SPDX-License-Identifier: Apache-2.0
// The quantizer's definitions, compiled once for all tests (AEQ_TESTS_COMPILED), and the tests of what only they have.
#define AEQ_IMPLEMENTATION
#include <aeq/aeq.hpp>

#include "model/difference.cpp"
#include "model/dump.cpp"
#include "model/writer.cpp"
