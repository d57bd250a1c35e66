// SPDX-License-Identifier: Apache-2.0
// Two versions of aeq in one program.
#include "part.hpp"

int main(int count, char** words) {
  return linking::check(count, words, linking::header_only, linking::other_version, false, false);
}
