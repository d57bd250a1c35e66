// SPDX-License-Identifier: Apache-2.0
// A source file as firmware has it, beside one that is header-only and one with aeq::compiled.
#include <iostream>

#include "part.hpp"

int main(int count, char** words) {
  const int steps = linking::freestanding(-0.5f, 0.01f);
  if (steps != -50) {
    std::cerr << "-0.5 in steps of 0.01 is -50, not " << steps << '\n';
    return 1;
  }
  return linking::check(count, words, linking::header_only, linking::compiled, false, true);
}
