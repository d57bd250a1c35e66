// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include <aeq/calibrate/histogram.hpp>

namespace {

using aeq::calibrate::histogram;

float largest_of(std::span<const float> values) {
  float most = 0;
  for (const float v : values) {
    if (std::fabs(v) < 3e38f) most = std::max(most, std::fabs(v));
  }
  return most;
}

histogram of(std::span<const float> values) {
  histogram h;
  h.add(values, largest_of(values));
  return h;
}

std::vector<float> normal_values(std::size_t count, unsigned seed, float scale = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& v : values) v = scale * normal(random);
  return values;
}

histogram::limits all_of(const std::vector<float>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {static_cast<double>(*low), static_cast<double>(*high)};
}

}  // namespace

TEST_SUITE("calibrate/histogram") {
  TEST_CASE("bins begin at zero and the larger side uses more than half of them") {
    const histogram h = of(std::vector<float>{0, -0.0f, 1, 1.5f, -0.25f, 2047, 2047.9f});
    CHECK(h.exponent() == 0);
    CHECK(h.zeros() == 2);
    CHECK(h.positive().size() == 2048);
    CHECK(h.positive()[1] == 2);
    CHECK(h.positive()[2047] == 2);
    CHECK(h.negative() == std::vector<std::uint64_t>{1});
    CHECK(h.count() == 7);
    CHECK(of(std::vector<float>{1.0f}).positive().size() == 1025);
    CHECK(of(std::vector<float>{0.0f}).exponent() == histogram::least_exponent);
  }

  TEST_CASE("NaN and what stands for infinity are left out") {
    const float infinity = std::numeric_limits<float>::infinity();
    const histogram h = of(std::vector<float>{1, std::nanf(""), infinity, -infinity, 3.3e38f});
    CHECK(h.count() == 1);
  }

  TEST_CASE("values in any order and parts make the same histogram, and merging is associative") {
    std::vector<float> values = normal_values(5000, 1);
    const std::vector<float> large = normal_values(100, 2, 1e6f);
    const std::vector<float> small = normal_values(100, 3, 1e-30f);
    values.insert(values.end(), large.begin(), large.end());
    values.insert(values.end(), small.begin(), small.end());
    values.insert(values.end(), {0.0f, 1e-45f, -1e-45f, 1e-38f, -2.9e38f, 0x1p-126f, 0x1p20f});
    const histogram whole = of(values);
    std::shuffle(values.begin(), values.end(), std::mt19937(4));
    CHECK(of(values) == whole);
    const std::span<const float> v = values;
    const histogram a = of(v.first(100));
    const histogram b = of(v.subspan(100, 2000));
    const histogram c = of(v.subspan(2100));
    histogram left = a;  // (a b) c
    left.merge(b);
    left.merge(c);
    histogram right = b;  // a (b c)
    right.merge(c);
    histogram first = a;
    first.merge(right);
    CHECK(left == whole);
    CHECK(first == whole);
    histogram turned = c;  // c b a
    turned.merge(b);
    turned.merge(a);
    CHECK(turned == whole);
  }

  TEST_CASE("a percentile cuts as much above as below") {
    std::vector<float> values;
    for (int i = 1; i <= 1000; ++i) values.push_back(static_cast<float>(i));
    const histogram h = of(values);
    const histogram::limits all{1, 1000};
    CHECK(h.percentile(100, all) == all);
    const histogram::limits most = h.percentile(90, all);
    CHECK(most.lowest == doctest::Approx(51).epsilon(0.001));
    CHECK(most.highest == doctest::Approx(951).epsilon(0.001));
    // Of normal values 95 % lie within 1.96.
    const std::vector<float> many = normal_values(100'000, 5);
    const histogram::limits two_sigma = of(many).percentile(95, all_of(many));
    CHECK(two_sigma.lowest == doctest::Approx(-1.96).epsilon(0.02));
    CHECK(two_sigma.highest == doctest::Approx(1.96).epsilon(0.02));
    // Where most values are zero, as behind a RELU, the least stays zero.
    std::vector<float> rectified = many;
    for (float& v : rectified) v = std::max(v, 0.0f);
    const histogram::limits cut = of(rectified).percentile(99, all_of(rectified));
    CHECK(cut.lowest == 0);
    CHECK(cut.highest == doctest::Approx(2.576).epsilon(0.02));
    // All on one side.
    CHECK(of(std::vector<float>{-4, -3, -2, -1}).percentile(51, {-4, -1}).highest < -1);
    CHECK(of(std::vector<float>{3, 3, 3}).percentile(60, {3, 3}) == histogram::limits{3, 3});
  }

  TEST_CASE("the divergence cuts outliers off, and nothing where there are none") {
    std::vector<float> values = normal_values(100'000, 6);
    const histogram::limits plain = of(values).least_divergence(all_of(values));
    values.push_back(60);
    values.push_back(-50);
    const histogram::limits all = all_of(values);
    const histogram::limits cut = of(values).least_divergence(all);
    CHECK(cut.highest < 12);
    CHECK(cut.highest > 2);
    CHECK(cut.lowest > -12);
    CHECK(plain.highest > 2);
    std::vector<float> even;
    for (int i = 0; i < 100'000; ++i) even.push_back(static_cast<float>(i % 1000 - 500));
    CHECK(of(even).least_divergence(all_of(even)).lowest < -495);
    CHECK(of(std::vector<float>{0, 0}).least_divergence({0, 0}) == histogram::limits{0, 0});
    CHECK(of(std::vector<float>{5}).least_divergence({5, 5}) == histogram::limits{5, 5});
    // Half of the values stay: they lie on one side, and the other has nothing to cut.
    std::vector<float> rectified = values;
    for (float& v : rectified) v = std::max(v, 0.0f);
    const histogram::limits above = of(rectified).least_divergence(all_of(rectified));
    CHECK(above.lowest == 0);
    CHECK(above.highest < 12);
  }
}
