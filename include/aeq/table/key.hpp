// SPDX-License-Identifier: Apache-2.0
// The key of a row of the kernel table: op and scheme. Freestanding.
#pragma once

#include <compare>
#include <cstdint>

#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI {

struct table_key {
  op::code operation = op::code::add;
  std::uint16_t scheme = 0;  ///< position in the table's list of schemes
  friend constexpr auto operator<=>(const table_key&, const table_key&) = default;
};

}  // namespace aeq::inline AEQ_ABI
