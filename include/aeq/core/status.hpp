// SPDX-License-Identifier: Apache-2.0
// What the setup of a kernel answers: ready, or the one thing that it can't work with. Freestanding code has no
// exceptions; a status that nobody looks at is a warning.
#pragma once

#include <cstdint>
#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

enum class [[nodiscard]] status : std::uint8_t{
    ready,             ///< evaluate may be called
    wrong_operands,    ///< too few, too many, or one that the op needs is absent
    wrong_type,        ///< an operand's element type
    wrong_shape,       ///< ranks or extents that do not go together, or too little data for the shape
    wrong_parameters,  ///< scales or zero points
    wrong_options,     ///< options of the op
    small_workspace,   ///< fewer bytes than workspace_bytes said
    wrong_data         ///< values that the op has no result for: an index out of range, a divisor of zero
};

/// In words, for messages: "an operand's type".
[[nodiscard]] constexpr std::string_view name_of(status value) noexcept {
  switch (value) {
    case status::ready: return "ready";
    case status::wrong_operands: return "number of operands, or an absent one";
    case status::wrong_type: return "type of an operand";
    case status::wrong_shape: return "shape of an operand";
    case status::wrong_parameters: return "scales or zero points of an operand";
    case status::wrong_options: return "options of the op";
    case status::small_workspace: return "workspace is too small";
    case status::wrong_data: return "data of an operand";
  }
  return "?";
}

}  // namespace aeq::inline AEQ_ABI
