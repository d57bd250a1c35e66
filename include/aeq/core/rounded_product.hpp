// SPDX-License-Identifier: Apache-2.0
// Products that are rounded by themselves, on every processor. Freestanding.
#pragma once

#include <concepts>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

/// a * b, rounded to T whatever becomes of it. Where processors multiply and add at once, compilers join a product and
/// a sum, which then is rounded once; LiteRT's reference kernels round twice.
template <std::floating_point T>
[[nodiscard]] inline T rounded_product(T a, T b) noexcept {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__aarch64__) || defined(__riscv) || defined(__s390x__)
  volatile T product = a * b;
  return product;
#else
  return a * b;
#endif
}

}  // namespace aeq::inline AEQ_ABI
