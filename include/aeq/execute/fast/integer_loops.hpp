// SPDX-License-Identifier: Apache-2.0
// The inner loops of products of 8-bit integers, as a processor with vectors does them: tiles of a product of matrices,
// and depthwise windows, down to the output's integers. All have the bits of the portable kernels (kernel/integer/),
// which compute where a processor has none of these.
//
// Inside: integer_product.hpp and its like include it, other headers do not.
#pragma once

#include <cstddef>
#include <cstdint>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::execute::fast {

/// Channels of a panel: weights and what belongs to a channel are filled up to whole panels, with zeros.
inline constexpr std::size_t panel_channels = 16;
/// Rows of a tile and panels side by side, at most.
inline constexpr std::size_t most_tile_rows = 6;
inline constexpr std::size_t most_tile_panels = 4;

/// What follows a sum: plus offset, times multiplier * 2^(left - right - 31), rounded twice as kernel::multiply does,
/// clamped, plus the zero point. One per channel, from the first one of the tile.
struct integer_scaling {
  const std::int32_t* offset = nullptr;
  const std::int32_t* multiplier = nullptr;
  const std::int32_t* left = nullptr;
  const std::int32_t* right = nullptr;
  std::int32_t zero_point = 0;
  std::int32_t low = 0;  ///< without the zero point
  std::int32_t high = 0;

  [[nodiscard]] integer_scaling from(std::size_t channel) const {
    integer_scaling result = *this;
    result.offset += channel;
    result.multiplier += channel;
    result.left += channel;
    result.right += channel;
    return result;
  }
};

/// y[r][n] = the sum over k of x[r][k] * w[n][k], scaled; rows that repeat are computed twice and do no harm.
struct integer_tile {
  const std::byte* const* rows = nullptr;  ///< R of them, widened, k filled up to whole steps
  std::size_t steps = 0;                   ///< of `together` k
  const std::int8_t* w = nullptr;          ///< panels of [steps][panel_channels][together]
  std::size_t columns = 0;                 ///< of the panels
  integer_scaling scaling{};
  std::int8_t* const* y = nullptr;      ///< one per row; null: the sums are wanted, offset added, not scaled
  std::int32_t* const* sums = nullptr;  ///< of whole panels
};

/// y[c] = the sum over taps of rows[tap][c] * w[tap][c], scaled.
struct integer_depthwise_tile {
  const std::int8_t* const* rows = nullptr;  ///< 2 * pairs
  std::size_t pairs = 0;
  const std::int32_t* w = nullptr;  ///< [pairs][w_step]: the even tap's weight in the lower half, the odd one's above
  std::size_t w_step = 0;
  std::size_t channels = 0;
  integer_scaling scaling{};
  std::int8_t* y = nullptr;
};

/// y = a + b or a - b, of n numbers each, as kernel::scaled_sum has it.
struct integer_sum {
  /// Times multiplier * 2^(left - right - 31), rounded twice.
  struct factor {
    std::int32_t multiplier = 0;
    std::int32_t left = 0;
    std::int32_t right = 0;
  };
  factor a{}, b{}, y{};  ///< those of a and b shift the spare bits, too
  std::int32_t a_zero = 0;
  std::int32_t b_zero = 0;
  std::int32_t zero_point = 0;  ///< of y
  std::int32_t low = 0;         ///< without it
  std::int32_t high = 0;
  bool is_difference = false;
};

struct integer_loops {
  const char* name = "";
  std::size_t rows = 0;      ///< R of tiles with many rows; the others have one
  std::size_t panels = 0;    ///< side by side, at most: a power of two
  std::size_t together = 0;  ///< k that are multiplied in one step
  std::size_t bytes = 0;     ///< of a widened number
  /// A widened x is x - zero_point, or x + 128 where numbers have to be positive. What that adds to a sum is (128 +
  /// zero_point) times the sum of the weights.
  bool is_positive = false;
  void (*widen)(const std::int8_t* from, std::size_t n, std::int32_t zero_point, std::byte* to) = nullptr;
  void (*multiply[2][3])(const integer_tile&) = {};  ///< [many rows][log2 of panels]
  void (*depthwise)(const integer_depthwise_tile&) = nullptr;
  void (*sum)(const integer_sum& by, const std::int8_t* a, const std::int8_t* b, std::size_t n,
              std::int8_t* y) = nullptr;
};

}  // namespace aeq::inline AEQ_ABI::execute::fast
