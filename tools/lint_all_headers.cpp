// SPDX-License-Identifier: Apache-2.0
// What clang-tidy looks at: everything.
#include <aeq/aeq.hpp>
