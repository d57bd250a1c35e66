// SPDX-License-Identifier: Apache-2.0
// Granularity: how many values share one scale. Tags for people, a descriptor for the engine. Freestanding.
#pragma once

#include <cstdint>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

enum class granularity_kind : std::uint8_t { tensorwise, channelwise, blockwise };

struct granularity_descriptor {
  granularity_kind kind = granularity_kind::tensorwise;
  std::uint16_t block_elements = 0;  ///< values per scale along the last axis, blockwise only
  friend constexpr bool operator==(const granularity_descriptor&, const granularity_descriptor&) = default;
};

/// One scale for the whole tensor.
struct tensorwise {
  static constexpr granularity_descriptor descriptor{granularity_kind::tensorwise, 0};
};

/// One scale per index of the op's channel axis (op/catalogue.hpp names it).
struct channelwise {
  static constexpr granularity_descriptor descriptor{granularity_kind::channelwise, 0};
};

/// One scale per `Elements` neighbours along the last axis of a rank-2 weight. A number that no descriptor can say
/// becomes 0, which known_block_size refuses with a sentence.
template <int Elements>
struct blockwise {
  static constexpr granularity_descriptor descriptor{
      granularity_kind::blockwise,
      Elements > 0 && Elements <= 0xFFFF ? static_cast<std::uint16_t>(Elements) : std::uint16_t(0)};
};

}  // namespace aeq::inline AEQ_ABI
