// SPDX-License-Identifier: Apache-2.0
// The functions of the C library that models take of many floats, without branches: in a loop over neighbours compilers
// make vectors of them. Within a few units in the last place of the exact result, unless a function says otherwise.
// NaN stays NaN. They are inlined always: a loop that is compiled for a processor's vectors must have the whole of
// them.
//
// The polynomials are minimax fits of the relative error, made for this.
//
// Inside: function_loops.hpp includes it, other headers do not.
#pragma once

#include <bit>
#include <cstdint>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::execute::fast::function {

/// condition ? a : b, both computed. (Written with the operator, or with comparisons in a row, it may become branches.)
[[gnu::always_inline]] inline float chosen(bool condition, float a, float b) {
  const std::uint32_t mask = 0u - static_cast<std::uint32_t>(condition);
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(a) & mask) | (std::bit_cast<std::uint32_t>(b) & ~mask));
}

[[gnu::always_inline]] inline float magnitude(float x) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0x7fffffffu);
}

[[gnu::always_inline]] inline float at_most(float x, float highest) {
  return chosen(x > highest, highest, x);
}
[[gnu::always_inline]] inline float at_least(float x, float lowest) {
  return chosen(x < lowest, lowest, x);
}

/// 2^n, n from -126 to 127.
[[gnu::always_inline]] inline float power_of_two(std::int32_t n) {
  return std::bit_cast<float>((static_cast<std::uint32_t>(n) + 127u) << 23);
}

/// x = n * ln 2 + r for a whole n and |r| <= ln 2 / 2, or a little more.
struct reduced {
  std::int32_t n;
  float r;
};
/// x is high + low, where low is small; |x| <= 130.
[[gnu::always_inline]] inline reduced reduce_by_logarithm(float high, float low) {
  constexpr float whole = 12582912.0f;  // 1.5 * 2^23: a float added to it loses its fraction
  const float shifted = (high + low) * 1.44269504f + whole;
  const float n = shifted - whole;
  const float r =
      ((high - n * 0.693359375f) - n * -2.12194440e-4f) + low;  // ln 2 in two parts, n times the first exact
  return {static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(whole)), r};
}

/// e^r - 1 for |r| <= ln 2 / 2, or a little more.
[[gnu::always_inline]] inline float small_exponential_minus_one(float r) {
  float p = 0.0013951717410236597f;
  p = p * r + 0.008369598537683487f;
  p = p * r + 0.0416661873459816f;
  p = p * r + 0.16666512191295624f;
  p = p * r + 0.5f;
  return r + (r * r) * p;
}

/// e^(high + low), where low is small.
[[gnu::always_inline]] inline float exponential_of_sum(float high, float low) {
  const reduced x = reduce_by_logarithm(at_most(at_least(high, -105.0f), 89.0f), low);
  const float p = 1.0f + small_exponential_minus_one(x.r);
  const std::int32_t half = x.n >> 1;  // results at both ends need two steps
  return p * power_of_two(half) * power_of_two(x.n - half);
}

struct exponential {
  [[gnu::always_inline]] static float of(float x) { return exponential_of_sum(x, 0.0f); }
};

/// 1 / (1 + e^-x), with the thresholds of the reference: 1 above 16.62, e^x below -9.
struct logistic {
  [[gnu::always_inline]] static float of(float x) {
    const bool is_low = x < -9.0f;
    const float e = exponential::of(chosen(is_low, x, -x));
    return chosen(x > 16.619047164916992f, 1.0f, chosen(is_low, e, 1.0f / (1.0f + e)));
  }
};

struct hyperbolic_tangent {
  [[gnu::always_inline]] static float of(float x) {
    const float a = magnitude(x);
    const float far = 1.0f - 2.0f / (exponential::of(a + a) + 1.0f);
    const float s = a * a;
    float p = -0.005717036779969931f;
    p = p * s + 0.020650578662753105f;
    p = p * s + -0.05374349653720856f;
    p = p * s + 0.13331490755081177f;
    p = p * s + -0.3333328366279602f;
    const float near = a + a * (s * p);
    const float result = chosen(a < 0.625f, near, far);
    const std::uint32_t sign = std::bit_cast<std::uint32_t>(x) & 0x80000000u;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(result) | sign);
  }
};

/// 1 - erf(z).
[[gnu::always_inline]] inline float complementary_error(float z) {
  const float a = at_most(magnitude(z), 11.0f);  // from 10.1 on the result is 0
  const float u = 1.0f / (1.0f + 0.4f * a);
  float p = 0.04288152977824211f;  // e^(a^2) * erfc(a) / u as a function of u
  p = p * u + -0.1482621431350708f;
  p = p * u + 0.10044582188129425f;
  p = p * u + 0.06909359991550446f;
  p = p * u + 0.09281215816736221f;
  p = p * u + 0.1878291517496109f;
  p = p * u + 0.2033097892999649f;
  p = p * u + 0.22624431550502777f;
  p = p * u + 0.22564584016799927f;
  // -a^2 in two parts, for what rounds off of it would be multiplied by it: the first is exact, of 12 bits of a.
  const float first = std::bit_cast<float>(std::bit_cast<std::uint32_t>(a) & 0xfffff000u);
  const float e = exponential_of_sum(-(first * first), (first - a) * (first + a));
  const float far = e * (u * p);
  return chosen(z < 0.0f, 2.0f - far, far);
}

/// x times the normal distribution's integral.
struct gelu {
  [[gnu::always_inline]] static float of(float x) { return 0.5f * x * complementary_error(x * -0.70710678f); }
};
/// Its approximation by tanh.
struct gelu_by_tangent {
  [[gnu::always_inline]] static float of(float x) {
    return 0.5f * x * (1.0f + hyperbolic_tangent::of(0.79788456f * (x + ((0.044715f * x) * x) * x)));
  }
};

/// e^x - 1 below 0, else x.
struct elu {
  [[gnu::always_inline]] static float of(float x) {
    const float low = at_most(at_least(x, -20.0f), 0.0f);
    const reduced part = reduce_by_logarithm(low, 0.0f);
    const float scale = power_of_two(part.n);
    return chosen(x < 0.0f, scale * small_exponential_minus_one(part.r) + (scale - 1.0f), x);
  }
};

}  // namespace aeq::inline AEQ_ABI::execute::fast::function
