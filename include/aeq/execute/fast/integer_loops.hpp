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
/// Channels of depthwise weights are filled up to a multiple of it.
inline constexpr std::size_t depthwise_block = 64;

/// Times multiplier * 2^(shift - 31), rounded twice as kernel::multiply does, in the form that the loops compute: of x
/// shifted to the left, once more than shift says, the upper half of the product with multiplier; plus `half`, less 1
/// if it is negative and there is something to round (sign is 31 then, else 32); shifted to the right.
struct integer_factor {
  std::int32_t multiplier = 0;
  std::int32_t left = 0;
  std::int32_t right = 0;
  std::int32_t half = 0;
  std::int32_t sign = 32;

  /// Of shifts from -31 to 30.
  [[nodiscard]] static constexpr integer_factor of(std::int32_t multiplier, std::int32_t shift) {
    integer_factor f{multiplier, (shift > 0 ? shift : 0) + 1, shift < 0 ? -shift : 0, 0, 32};
    if (f.right > 0) {
      f.half = std::int32_t(1) << (f.right - 1);
      f.sign = 31;
    }
    return f;
  }
  /// Whether no x of a magnitude up to `largest` makes more than 32 bits on the way.
  [[nodiscard]] constexpr bool takes(std::uint64_t largest) const {
    return left <= 31 && largest < (std::uint64_t(1) << 31) >> left;
  }
};

/// What follows a sum: plus offset, times the factor, plus the zero point, clamped. One per channel, from the first one
/// of the tile. Sums are small enough for their factors (integer_factor::takes).
struct integer_scaling {
  const std::int32_t* offset = nullptr;
  const std::int32_t* multiplier = nullptr;  ///< one more can be read
  const std::int32_t* left = nullptr;
  const std::int32_t* right = nullptr;
  const std::int32_t* half = nullptr;
  const std::int32_t* sign = nullptr;
  std::int16_t zero_point = 0;
  std::int8_t low = 0;
  std::int8_t high = 0;

  [[nodiscard]] integer_scaling from(std::size_t channel) const {
    return {offset + channel,
            multiplier + channel,
            left + channel,
            right + channel,
            half + channel,
            sign + channel,
            zero_point,
            low,
            high};
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

/// y[c] = the sum over taps of x[tap][c] * w[tap][c], scaled; x is rows[tap][c], plus 128 where numbers have to be
/// positive.
struct integer_depthwise_tile {
  const std::int8_t* const* rows = nullptr;  ///< loops.taps of each step
  std::size_t steps = 0;
  const std::int32_t* w =
      nullptr;  ///< [steps][w_step]: the weights of the taps of a step, the first in the lowest bits
  std::size_t w_step = 0;
  std::size_t channels = 0;  ///< of w and of the scaling, loops.place says where each stands
  integer_scaling scaling{};
  std::int8_t* y = nullptr;
};

/// y = a + b or a - b, of n numbers each, as kernel::scaled_sum has it.
struct integer_sum {
  integer_factor a{}, b{}, y{};  ///< those of a and b shift the spare bits, too
  std::int32_t a_zero = 0;
  std::int32_t b_zero = 0;
  std::int16_t zero_point = 0;  ///< of y
  std::int8_t low = 0;
  std::int8_t high = 0;
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
  std::size_t taps = 0;  ///< that depthwise multiplies in one step, with weights of 32 / taps bits
  /// Where depthwise wants what belongs to a channel of so many, below the next multiple of depthwise_block.
  std::size_t (*place)(std::size_t channel, std::size_t channels) = nullptr;
  /// Adds the weight of a step's tap to an element of integer_depthwise_tile::w, which had none of it.
  constexpr void add_tap(std::int32_t& element, std::size_t tap, std::int32_t weight) const {
    const std::size_t bits = 32 / taps;
    const auto part = static_cast<std::uint32_t>(weight) & ((1u << bits) - 1u);
    element = static_cast<std::int32_t>(static_cast<std::uint32_t>(element) | part << (tap * bits));
  }
  void (*sum)(const integer_sum& by, const std::int8_t* a, const std::int8_t* b, std::size_t n,
              std::int8_t* y) = nullptr;
};

}  // namespace aeq::inline AEQ_ABI::execute::fast
