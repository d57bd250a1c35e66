// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <iostream>

#include "part.hpp"

namespace linking {

int check(int count, char** words, part one, part other, bool same_code, bool same_version) try {
  if (count != 3) {
    std::cerr << words[0] << " MODEL OUTPUT\n";
    return 2;
  }
  const report first = one(words[1], words[2]);
  const report second = other(words[1], words[2]);
  int failures = 0;
  const auto expect = [&](bool holds, const char* what) {
    if (!holds) std::cerr << "does not hold: " << what << '\n';
    failures += holds ? 0 : 1;
  };
  expect(!first.bytes.empty() && first.bytes == second.bytes, "both parts write the same model");
  expect((first.writer == second.writer) == same_code,
         same_code ? "both parts call one function of aeq" : "each part calls a function of aeq of its own");
  expect((first.version == second.version) == same_version,
         same_version ? "both parts are of one version" : "the parts are of different versions");
  std::cout << first.version << " and " << second.version << ", " << first.bytes.size() << " bytes each\n";
  return failures == 0 ? 0 : 1;
} catch (const std::exception& problem) {
  std::cerr << problem.what() << '\n';
  return 1;
}

}  // namespace linking
