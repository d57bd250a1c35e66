// SPDX-License-Identifier: Apache-2.0
// Two source files without Boost.JSON's library: one of them says AEQ_IMPLEMENTATION.
#include "part.hpp"

int main(int count, char** words) {
  return linking::check(count, words, linking::implementation, linking::header_only, true, true);
}
