// SPDX-License-Identifier: Apache-2.0
// A source file that has aeq header-only, in a program with aeq::compiled.
#include "part.hpp"

int main(int count, char** words) {
  return linking::check(count, words, linking::header_only, linking::compiled, false, true);
}
