// SPDX-License-Identifier: Apache-2.0
// The C math library's functions that float kernels need, by the compiler's names for them: <cmath> brings a hundred
// more, and costs every source file a tenth of a second. Freestanding; who links a kernel that uses one links the
// library (-lm).
#pragma once

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::elementary {

[[nodiscard]] inline float floor(float x) noexcept {
  return __builtin_floorf(x);
}
[[nodiscard]] inline float ceil(float x) noexcept {
  return __builtin_ceilf(x);
}
[[nodiscard]] inline double ceil(double x) noexcept {
  return __builtin_ceil(x);
}
/// Halves away from zero.
[[nodiscard]] inline float round(float x) noexcept {
  return __builtin_roundf(x);
}
[[nodiscard]] inline double round(double x) noexcept {
  return __builtin_round(x);
}
[[nodiscard]] inline float copysign(float size, float sign) noexcept {
  return __builtin_copysignf(size, sign);
}
[[nodiscard]] inline float fmod(float x, float y) noexcept {
  return __builtin_fmodf(x, y);
}

[[nodiscard]] inline float sqrt(float x) noexcept {
  return __builtin_sqrtf(x);
}
[[nodiscard]] inline float exp(float x) noexcept {
  return __builtin_expf(x);
}
[[nodiscard]] inline double exp(double x) noexcept {
  return __builtin_exp(x);
}
[[nodiscard]] inline float expm1(float x) noexcept {
  return __builtin_expm1f(x);
}
[[nodiscard]] inline float log(float x) noexcept {
  return __builtin_logf(x);
}
[[nodiscard]] inline float pow(float x, float y) noexcept {
  return __builtin_powf(x, y);
}
[[nodiscard]] inline double pow(double x, double y) noexcept {
  return __builtin_pow(x, y);
}
[[nodiscard]] inline float tanh(float x) noexcept {
  return __builtin_tanhf(x);
}
[[nodiscard]] inline float sin(float x) noexcept {
  return __builtin_sinf(x);
}
[[nodiscard]] inline float cos(float x) noexcept {
  return __builtin_cosf(x);
}
[[nodiscard]] inline float atan2(float y, float x) noexcept {
  return __builtin_atan2f(y, x);
}
/// 1 - erf(x)
[[nodiscard]] inline float erfc(float x) noexcept {
  return __builtin_erfcf(x);
}

}  // namespace aeq::inline AEQ_ABI::elementary
