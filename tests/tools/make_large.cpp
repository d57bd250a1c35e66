// SPDX-License-Identifier: Apache-2.0
// make_large KIND N FILE: writes a model or a recipe that is large in one way. Without arguments it lists the kinds.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "large_models.hpp"

int main(int count, char** words) {
  for (const auto& kinds : {aeq_test::large_models(), aeq_test::large_recipes()}) {
    for (const aeq_test::large_kind& k : kinds) {
      if (count == 4 && k.name == words[1]) {
        k.make(std::strtoull(words[2], nullptr, 10), words[3]);
        return 0;
      }
      if (count < 4)
        std::printf("%-22.*s %.*s\n", static_cast<int>(k.name.size()), k.name.data(), static_cast<int>(k.what.size()),
                    k.what.data());
    }
  }
  return count < 4 ? 0 : 2;
}
