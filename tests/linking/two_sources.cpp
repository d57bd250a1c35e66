// SPDX-License-Identifier: Apache-2.0
// Two source files, and what aeq::compiled defines for both.
#include "part.hpp"

int main(int count, char** words) {
  return linking::check(count, words, linking::compiled, linking::compiled_too, true, true);
}
