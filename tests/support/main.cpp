// SPDX-License-Identifier: Apache-2.0
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "support/folder.hpp"

std::filesystem::path aeq_test::tests_folder() {
  return AEQ_TESTS_FOLDER;
}
