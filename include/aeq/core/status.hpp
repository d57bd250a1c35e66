// SPDX-License-Identifier: Apache-2.0
// What setting up a kernel can answer. Freestanding code neither throws nor allocates: setup returns a status, run
// cannot fail.
#pragma once

#include <cstdint>
#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline v0 {

enum class [[nodiscard]] status : std::uint8_t{ok, size_mismatch, unsupported_bits};

[[nodiscard]] constexpr std::string_view describe(status value) noexcept {
  switch (value) {
    case status::ok: return "ok";
    case status::size_mismatch: return "the spans do not have the sizes that the operation needs";
    case status::unsupported_bits: return "packing knows 2, 4, 8 and 16 bits";
  }
  return "unknown status";
}

}  // namespace aeq::inline v0
