// SPDX-License-Identifier: Apache-2.0
// A workspace, piece by piece. The same code that takes the pieces also counts their bytes. Freestanding.
#pragma once

#include <cstddef>
#include <span>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Hands out arrays, one behind the other, each aligned for its type. Out of no memory at all it hands out nothing, and
/// counts.
class workspace_pieces {
 public:
  constexpr workspace_pieces() = default;
  /// memory: aligned for any scalar type.
  constexpr explicit workspace_pieces(std::span<std::byte> memory) noexcept : memory_(memory) {}

  /// n elements; none if fewer are left.
  template <class T>
  [[nodiscard]] std::span<T> take(std::size_t n) noexcept {
    const std::size_t begin = (used_ + alignof(T) - 1) / alignof(T) * alignof(T);
    used_ = begin + n * sizeof(T);
    if (used_ > memory_.size()) return {};
    return {reinterpret_cast<T*>(memory_.data() + begin), n};
  }

  /// Bytes of all pieces so far, whether there was memory for them or not.
  [[nodiscard]] constexpr std::size_t used() const noexcept { return used_; }
  [[nodiscard]] constexpr bool is_short() const noexcept { return used_ > memory_.size(); }

 private:
  std::span<std::byte> memory_{};
  std::size_t used_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::kernel
