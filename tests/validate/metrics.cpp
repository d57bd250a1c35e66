// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/io/error.hpp>
#include <aeq/validate/metrics.hpp>

#include "support/golden.hpp"
#include "support/shared.hpp"

namespace {

using aeq::validate::measure;
using aeq::validate::metric;

struct golden_metrics {
  std::size_t size;
  std::array<double, 5> expected;
};

/// What the metrics of ai-edge-quantizer 0.10 give with NumPy 2, as make_golden_metrics.py prints it: mse,
/// median_diff_ratio, cosine_similarity, kl_divergence, snr.
// clang-format off
constexpr std::array<golden_metrics, 14> golden{{
    {1, {{0x1.c988000000000p-13, 0x1.3ce3cc0000000p-7, 0x1.0000000000000p+0, 0x0.0p+0, 0x1.4e244ab005c69p+13}}},
    {2, {{0x1.cc10000000000p-14, 0x1.50b58c0000000p-8, 0x1.fffeb60000000p-1, -0x1.1fe6fa0000000p-10, 0x1.9124de092e309p+14}}},
    {7, {{0x1.e924920000000p-14, 0x1.3ce3cc0000000p-7, 0x1.fffa980000000p-1, 0x1.1126000000000p-5, 0x1.606facb18559cp+13}}},
    {8, {{0x1.ae88000000000p-14, 0x1.a561240000000p-8, 0x1.fffc660000000p-1, 0x1.fe50c40000000p-6, 0x1.08ef6a2c81d3dp+14}}},
    {9, {{0x1.d1338e0000000p-14, 0x1.14f66e0000000p-7, 0x1.fffc0a0000000p-1, 0x1.6c9f080000000p-5, 0x1.00bcc54405de5p+14}}},
    {100, {{0x1.635e660000000p-14, 0x1.09f3980000000p-7, 0x1.fffc200000000p-1, 0x1.5c6bb00000000p-4, 0x1.0880718956f5dp+14}}},
    {127, {{0x1.52c8700000000p-14, 0x1.00a2940000000p-7, 0x1.fffc560000000p-1, 0x1.a41c320000000p-4, 0x1.17685e1392a37p+14}}},
    {128, {{0x1.51d6000000000p-14, 0x1.00513e0000000p-7, 0x1.fffc5a0000000p-1, 0x1.c1afb00000000p-4, 0x1.18f73731d55b7p+14}}},
    {129, {{0x1.51a8ce0000000p-14, 0x1.00a2940000000p-7, 0x1.fffc560000000p-1, 0x1.9e60880000000p-4, 0x1.17e5f1d13bd9bp+14}}},
    {136, {{0x1.4d5bc40000000p-14, 0x1.02b6e40000000p-7, 0x1.fffc680000000p-1, 0x1.9d44d80000000p-4, 0x1.1d72ca4d72b12p+14}}},
    {300, {{0x1.552a580000000p-14, 0x1.0288e60000000p-7, 0x1.fffc560000000p-1, 0x1.069ab40000000p-3, 0x1.17b2bd56d04fcp+14}}},
    {1000, {{0x1.56232c0000000p-14, 0x1.004b4a0000000p-7, 0x1.fffc4a0000000p-1, 0x1.a1bc9c0000000p-3, 0x1.15b7d00c49a3bp+14}}},
    {4099, {{0x1.57b09c0000000p-14, 0x1.fde0120000000p-8, 0x1.fffc4c0000000p-1, 0x1.787bc00000000p-1, 0x1.1409e70fcdf25p+14}}},
    {100003, {{0x1.58008a0000000p-14, 0x1.fd73d20000000p-8, 0x1.fffcb40000000p-1, 0x1.bc2e460000000p+3, 0x1.13afb0a61e603p+14}}},
}};
// clang-format on

/// The values of make_golden_metrics.py.
struct made_values {
  std::vector<float> target;
  std::vector<float> reference;

  explicit made_values(std::size_t count) {
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) {
      const float r = static_cast<float>((i * 7919 + 13) % 1009 - 404) / 256.0f;
      const float noise = static_cast<float>((i * 104729 + 7) % 257 - 128) / 8192.0f;
      reference.push_back(r);
      target.push_back(r + noise);
    }
  }
};

bool is_near(double a, double b) {
  return a == b || std::fabs(a - b) <= 1e-6 * std::max(std::fabs(a), std::fabs(b));
}

}  // namespace

TEST_CASE("Metrics are the Python tool's, from one element to 100,003") {
  for (const golden_metrics& g : golden) {
    CAPTURE(g.size);
    const made_values v(g.size);
    // Sums of floats in NumPy's order, and a median: to the last bit.
    CHECK(measure(metric::mse, v.target, v.reference) == g.expected[0]);
    CHECK(measure(metric::median_diff_ratio, v.target, v.reference) == g.expected[1]);
    CHECK(measure(metric::snr, v.target, v.reference) == g.expected[4]);
    // There NumPy asks others, for products of vectors and logarithms.
    // (Its products are sums of floats, whose rounding grows with the size; ours are sums of doubles.)
    const double largest = g.size < 10000 ? 1e-6 : 1e-5;
    CHECK(std::fabs(measure(metric::cosine_similarity, v.target, v.reference) - g.expected[2]) <= largest);
    CHECK(is_near(measure(metric::kl_divergence, v.target, v.reference), g.expected[3]));
  }
}

TEST_CASE("Metrics equal the golden values of the specification") {
  const auto path = aeq_test::shared_file_or_skip("spec/golden_numerics.json");
  if (!path) return;
  int count = 0;
  for (const aeq_test::golden_vector& g : aeq_test::read_golden(*path)) {
    if (g.kind != "metrics") continue;
    ++count;
    std::vector<float> target = g.input_array("target").as<float>();
    std::vector<float> reference = g.input_array("reference").as<float>();
    aeq::validate::make_finite(target);
    aeq::validate::make_finite(reference);
    for (const auto& member : g.expect) {
      const std::string name(member.key());
      CAPTURE(g.id);
      CAPTURE(name);
      const std::optional<metric> m = aeq::validate::parse_metric(name);
      REQUIRE(m.has_value());
      CHECK(is_near(measure(*m, target, reference), aeq_test::number_of<double>(member.value())));
    }
  }
  CHECK(count == 9);
}

TEST_CASE("Noise in dB, and the largest error") {
  const std::vector<float> reference{3, -4, 0, 0};
  const std::vector<float> target{3, -4, 0.5f, 0};
  CHECK(measure(metric::sqnr, target, reference) == doctest::Approx(20));
  CHECK(measure(metric::max_error, target, reference) == 0.5);
  CHECK(measure(metric::sqnr, reference, reference) == std::numeric_limits<double>::infinity());
  const std::vector<float> zeros(4, 0.0f);
  CHECK(measure(metric::sqnr, target, zeros) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("Samples are averaged, but for noise in dB and the largest error") {
  const std::vector<metric> wanted{metric::mse, metric::sqnr, metric::max_error};
  aeq::validate::accumulation all(wanted);
  all.add(wanted, std::vector<float>{1, 1}, std::vector<float>{0, 2});    // noise 2, signal 4
  all.add(wanted, std::vector<float>{10, 0}, std::vector<float>{14, 0});  // noise 16, signal 196
  const std::vector<double> values = all.values(wanted);
  CHECK(values[0] == (1.0 + 8.0) / 2.0);
  CHECK(values[1] == doctest::Approx(10 * std::log10(200.0 / 18.0)));
  CHECK(values[2] == 4);
  CHECK(all.samples() == 2);
  CHECK(all.strength().elements == 4);
  CHECK(all.strength().noise_share() == doctest::Approx(18.0 / 200.0));
}

TEST_CASE("Metrics are asked for by name") {
  using aeq::validate::parse_metrics;
  CHECK(parse_metrics("mse") == std::vector{metric::mse});
  CHECK(parse_metrics("snr,cosine,kl,snr") ==
        std::vector{metric::snr, metric::cosine_similarity, metric::kl_divergence});
  for (const metric m : aeq::validate::all_metrics) CHECK(aeq::validate::parse_metric(name_of(m)) == m);
  for (const char* wrong : {"", "mse,", "MSE", "mse snr"}) {
    CHECK_THROWS_WITH_AS(static_cast<void>(parse_metrics(wrong)),
                         doctest::Contains("is no metric; there are mse, median_diff_ratio"), aeq::error);
  }
  CHECK_THROWS_WITH_AS(static_cast<void>(measure(metric::mse, std::vector<float>(2), std::vector<float>(3))),
                       "values of 2 and of 3 elements can't be compared", aeq::error);
}
