// SPDX-License-Identifier: Apache-2.0
// Windows of convolutions and pools along one axis. (spec: kernels, section 1, padding) Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include <aeq/kernel/options.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Tap t of window o stands at input position o * stride - before + t * dilation, which may lie outside: in the
/// padding.
struct window_axis {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  std::int64_t filter = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t before = 0;  ///< padded positions in front

  /// Taps [first, last) are those inside; none: first == last.
  struct taps {
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  [[nodiscard]] constexpr std::int64_t start(std::int64_t output) const noexcept { return output * stride - before; }
  [[nodiscard]] constexpr taps inside(std::int64_t output) const noexcept {
    const std::int64_t at = start(output);
    if (at >= 0 && at + (filter - 1) * dilation < inputs) return {0, filter};  // most are
    const std::int64_t first = at < 0 ? (-at + dilation - 1) / dilation : 0;
    std::int64_t last = at < inputs ? (inputs - at + dilation - 1) / dilation : 0;
    if (last > filter) last = filter;
    return {first < last ? first : last, last};
  }
};

/// Where windows lie; false if there are no such windows, or more than an int32 counts.
[[nodiscard]] constexpr bool place_windows(window_padding padding, std::int64_t inputs, std::int64_t filter,
                                           std::int64_t stride, std::int64_t dilation, window_axis& result) noexcept {
  if (inputs < 0 || filter < 1 || stride < 1 || dilation < 1) return false;
  if (padding != window_padding::same && padding != window_padding::valid) return false;
  const std::int64_t reach = (filter - 1) * dilation + 1;
  std::int64_t outputs =
      padding == window_padding::same ? (inputs + stride - 1) / stride : (inputs + stride - reach) / stride;
  if (outputs < 0) outputs = 0;
  const std::int64_t total = (outputs - 1) * stride + reach - inputs;
  const std::int64_t before = total > 0 ? total / 2 : 0;
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (outputs > most || before > most) return false;
  result = {inputs, outputs, filter, stride, dilation, before};
  return true;
}

/// A window over height and width of [batches, height, width, channels].
struct window_plane {
  window_axis rows{};
  window_axis columns{};
};

}  // namespace aeq::inline AEQ_ABI::kernel
