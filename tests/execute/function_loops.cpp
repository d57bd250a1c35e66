// SPDX-License-Identifier: Apache-2.0
// Functions of many floats, in every variant that this processor has, against the C library's in double.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/fast/function_loops.hpp>

#include "support/random_values.hpp"

namespace fast = aeq::execute::fast;

namespace {

std::vector<const fast::function_loops*> variants() {
  std::vector<const fast::function_loops*> all{&fast::portable_function_loops};
#if AEQ_HAS_X86_FUNCTION_LOOPS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) all.push_back(&fast::avx2_function_loops);
  if (__builtin_cpu_supports("avx512f")) all.push_back(&fast::avx512_function_loops);
#endif
  return all;
}

struct function {
  const char* name;
  fast::function_loops::row fast::function_loops::*row;
  double (*exact)(double);
  double lowest, highest;  ///< where it is compared
  double tolerance;        ///< relative
};

double gelu(double x) {  // of what rounds off of its argument the exact function would be as wrong
  return 0.5 * x * std::erfc(static_cast<double>(static_cast<float>(x) * -0.70710678f));
}

const std::vector<function> functions{
    {"exponential", &fast::function_loops::exponential, [](double x) { return std::exp(x); }, -87, 88.7, 2e-7},
    {"logistic", &fast::function_loops::logistic,
     [](double x) { return x < -9 ? std::exp(x) : 1 / (1 + std::exp(-x)); }, -87, 16.6, 3e-7},
    {"hyperbolic_tangent", &fast::function_loops::hyperbolic_tangent, [](double x) { return std::tanh(x); }, -12, 12,
     3e-7},
    {"hyperbolic_tangent", &fast::function_loops::hyperbolic_tangent, [](double x) { return std::tanh(x); }, -1e-3,
     1e-3, 3e-7},
    {"gelu", &fast::function_loops::gelu, &gelu, -12, 12, 1e-6},
    {"gelu_by_tangent", &fast::function_loops::gelu_by_tangent,
     [](double x) { return 0.5 * x * (1 + std::tanh(0.797884560802865 * (x + 0.044715 * x * x * x))); }, -1, 12, 1e-6},
    {"elu", &fast::function_loops::elu, [](double x) { return x < 0 ? std::expm1(x) : x; }, -30, 2, 2e-7},
    {"elu", &fast::function_loops::elu, [](double x) { return x < 0 ? std::expm1(x) : x; }, -1e-3, 0, 2e-7},
};

}  // namespace

TEST_SUITE_BEGIN("execute/function_loops");

TEST_CASE("functions are within a few units in the last place") {
  aeq_test::generator random(23);
  for (const fast::function_loops* loops : variants()) {
    for (const function& f : functions) {
      CAPTURE(std::string(loops->name));
      CAPTURE(std::string(f.name));
      std::vector<float> x(20011), y(x.size() + 1, 77.0f);
      for (float& value : x) {
        const double share = 0.5 * (static_cast<double>(random.real()) + 1);
        value = static_cast<float>(f.lowest + (f.highest - f.lowest) * share);
      }
      x[0] = static_cast<float>(f.lowest);
      x[1] = static_cast<float>(f.highest);
      (loops->*f.row)(x.data(), y.data(), x.size());
      double worst = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double exact = f.exact(static_cast<double>(x[i]));
        const double error = std::fabs(static_cast<double>(y[i]) - exact) / std::max(std::fabs(exact), 1e-37);
        worst = std::isnan(error) ? 1 : std::max(worst, error);
      }
      CHECK(worst < f.tolerance);
      CHECK(y.back() == 77.0f);
      // In place, and wherever a float stands: the same bits.
      std::vector<float> again(x.begin() + 3, x.begin() + 40);
      (loops->*f.row)(again.data(), again.data(), again.size());
      CHECK(std::equal(again.begin(), again.end(), y.begin() + 3));
    }
  }
}

TEST_CASE("functions at the ends of float") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> x{0.0f, infinity, -infinity, nan, 1e30f, -1e30f, 1e-40f, -100.0f};
  for (const fast::function_loops* loops : variants()) {
    CAPTURE(std::string(loops->name));
    const auto of = [&](fast::function_loops::row row) {
      std::vector<float> y(x.size());
      row(x.data(), y.data(), x.size());
      CHECK(std::isnan(y[3]));
      return y;
    };
    const std::vector<float> e = of(loops->exponential);
    CHECK(e[0] == 1);
    CHECK(e[1] == infinity);
    CHECK(e[2] == 0);
    CHECK(e[4] == infinity);
    CHECK(e[5] == 0);
    CHECK(e[7] == doctest::Approx(3.8e-44).epsilon(0.05));  // a subnormal
    const std::vector<float> s = of(loops->logistic);
    CHECK(s[0] == 0.5f);
    CHECK(s[1] == 1);
    CHECK(s[2] == 0);
    CHECK(s[4] == 1);
    const std::vector<float> t = of(loops->hyperbolic_tangent);
    CHECK(t[0] == 0);
    CHECK(t[1] == 1);
    CHECK(t[2] == -1);
    CHECK(t[5] == -1);
    CHECK(t[6] == 1e-40f);
    for (const auto row : {loops->gelu, loops->gelu_by_tangent}) {
      const std::vector<float> g = of(row);
      CHECK(g[0] == 0);
      CHECK(g[1] == infinity);
      CHECK(g[4] == 1e30f);
      CHECK(g[5] == 0);
    }
    const std::vector<float> l = of(loops->elu);
    CHECK(l[1] == infinity);
    CHECK(l[2] == -1);
    CHECK(l[4] == 1e30f);
    CHECK(l[5] == -1);
  }
}

TEST_CASE("exponentials of a row and their sum, and the greatest, at every length") {
  aeq_test::generator random(29);
  for (const fast::function_loops* loops : variants()) {
    CAPTURE(std::string(loops->name));
    for (std::size_t n = 1; n < 70; ++n) {
      CAPTURE(n);
      std::vector<float> x(n), y(n + 1, 77.0f);
      for (float& value : x) value = 20 * random.real();
      const float greatest = loops->greatest(x.data(), n);
      CHECK(greatest == *std::max_element(x.begin(), x.end()));
      const float sum = loops->exponentials(x.data(), y.data(), n, greatest, 0.5f);
      double exact = 0, worst = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const double one = std::exp(static_cast<double>((x[i] - greatest) * 0.5f));
        exact += one;
        worst = std::max(worst, std::fabs(static_cast<double>(y[i]) - one) / one);
      }
      CHECK(worst < 2e-7);
      CHECK(std::fabs(static_cast<double>(sum) - exact) < 5e-7 * exact);
      CHECK(y[n] == 77.0f);
      loops->divide(y.data(), n, 3.0f);
      CHECK(std::fabs(static_cast<double>(y[n - 1]) * 3 - std::exp(static_cast<double>((x[n - 1] - greatest) * 0.5f))) <
            1e-6);
      CHECK(y[n] == 77.0f);
    }
  }
}

TEST_SUITE_END();
