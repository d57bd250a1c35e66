// SPDX-License-Identifier: Apache-2.0
// Where tensors lie while they live: one block of memory for all, in which those that do not live at the same time
// share room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::execute {

/// Room that is wanted from step `first` to step `last`, both included.
struct lifetime {
  std::uint64_t bytes = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

struct arena_plan {
  std::vector<std::uint64_t> offsets;  ///< one per lifetime, multiples of arena_alignment
  std::uint64_t bytes = 0;             ///< of the whole arena, which may be more than there are addresses
};

inline constexpr std::size_t arena_alignment = 64;

/// Gives each lifetime the smallest hole that it fits in, in the order of their beginnings. Time: n log n. Sizes must
/// add up to less than 2^63.
[[nodiscard]] arena_plan plan_arena(std::span<const lifetime> wanted);

/// Memory aligned for every kernel, not initialized.
class aligned_bytes {
 public:
  aligned_bytes() = default;
  explicit aligned_bytes(std::size_t bytes)
      : data_(bytes == 0 ? nullptr : static_cast<std::byte*>(::operator new(bytes, std::align_val_t(arena_alignment)))),
        bytes_(bytes) {}

  [[nodiscard]] std::span<std::byte> span() const { return {data_.get(), bytes_}; }
  [[nodiscard]] std::size_t size() const { return bytes_; }

 private:
  struct release {
    void operator()(std::byte* data) const { ::operator delete(data, std::align_val_t(arena_alignment)); }
  };
  std::unique_ptr<std::byte[], release> data_;
  std::size_t bytes_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::execute

#if AEQ_DEFINITIONS
#include <aeq/execute/arena.ipp>
#endif
