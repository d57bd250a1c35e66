// SPDX-License-Identifier: Apache-2.0
// The table of the built-in schemes, where it is compiled once.
#pragma once

#include <aeq/table/kernel_table.hpp>

namespace aeq::inline AEQ_ABI {

#if AEQ_SEPARATE_COMPILATION
kernel_table_view builtin_table() {
  return kernel_table<builtin_schemes>::view();
}
#endif

}  // namespace aeq::inline AEQ_ABI
