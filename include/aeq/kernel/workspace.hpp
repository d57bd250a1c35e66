// SPDX-License-Identifier: Apache-2.0
// A workspace, piece by piece. The same code that takes the pieces also counts their bytes. Freestanding.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Bytes of n... elements of T, all multiplied; where that is no std::size_t the largest one, which no memory has.
template <class T, class... Count>
[[nodiscard]] constexpr std::size_t bytes_for(Count... n) noexcept {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  std::size_t bytes = sizeof(T);
  ((bytes = n != 0 && bytes > most / n ? most : bytes * n), ...);
  return bytes;
}

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
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    const std::size_t begin = used_ > most - alignof(T) ? most : (used_ + alignof(T) - 1) / alignof(T) * alignof(T);
    const std::size_t bytes = bytes_for<T>(n);
    used_ = bytes > most - begin ? most : begin + bytes;
    if (used_ > memory_.size()) return {};
    return {reinterpret_cast<T*>(memory_.data() + begin), n};
  }

  /// Bytes of all pieces so far, whether there was memory for them or not; the largest number there is, if too many.
  [[nodiscard]] constexpr std::size_t used() const noexcept { return used_; }
  [[nodiscard]] constexpr bool is_short() const noexcept { return used_ > memory_.size(); }

 private:
  std::span<std::byte> memory_{};
  std::size_t used_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::kernel
