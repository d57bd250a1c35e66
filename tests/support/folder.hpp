// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace aeq_test {

/// The folder tests/ of the checkout. (One source file knows it: the others are the same wherever they are compiled.)
[[nodiscard]] std::filesystem::path tests_folder();

}  // namespace aeq_test
