// SPDX-License-Identifier: Apache-2.0
// How far a tensor of one model is from the same tensor of another. Those metrics that the Python tool has too carry
// its names and give its results. (spec: numerics, section 8.2)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::validate {

enum class metric : std::uint8_t {
  mse,                ///< mean((t - r)^2)
  median_diff_ratio,  ///< median(|t - r| / (|r| + 1e-6))
  cosine_similarity,  ///< t.r / (|t| |r|): 1 if both have one direction, or are all zero
  kl_divergence,      ///< sum(p log(p / q)) over the positive parts p of r and q of t, which need not sum up to 1
  snr,                ///< mean(r^2) / (mse + 1e-9): a ratio
  sqnr,               ///< mean(r^2) / mse over all samples together, in dB: infinite without noise
  max_error           ///< the largest |t - r| of all samples
};

inline constexpr std::array<metric, 7> all_metrics{
    metric::mse,  metric::median_diff_ratio, metric::cosine_similarity, metric::kl_divergence, metric::snr,
    metric::sqnr, metric::max_error};

[[nodiscard]] constexpr std::string_view name_of(metric m) noexcept {
  switch (m) {
    case metric::mse: return "mse";
    case metric::median_diff_ratio: return "median_diff_ratio";
    case metric::cosine_similarity: return "cosine_similarity";
    case metric::kl_divergence: return "kl_divergence";
    case metric::snr: return "snr";
    case metric::sqnr: return "sqnr";
    case metric::max_error: return "max_error";
  }
  return "?";
}

/// Whether more of it is better.
[[nodiscard]] constexpr bool is_likeness(metric m) noexcept {
  return m == metric::cosine_similarity || m == metric::snr || m == metric::sqnr;
}

/// The metric of a name, also "cosine" and "kl".
[[nodiscard]] std::optional<metric> parse_metric(std::string_view name);

/// "mse,snr": no metric twice. Throws error (wrong_usage) naming what there is.
[[nodiscard]] std::vector<metric> parse_metrics(std::string_view list);

/// What all metrics start with: NaN becomes 1e-9, infinities become 1e9 and -1e9.
void make_finite(std::span<float> values);

/// One sample, target `t` beside reference `r`, both finite and of one size. Without elements every metric is 0.
/// Throws error (bad_input) for different sizes.
[[nodiscard]] double measure(metric m, std::span<const float> t, std::span<const float> r);

/// The signal and its noise: sums of squares over all elements of all samples.
struct power {
  double signal = 0;
  double noise = 0;
  std::uint64_t elements = 0;

  void add(std::span<const float> t, std::span<const float> r);
  /// Signal over noise in dB; infinite without noise, also where there is no signal.
  [[nodiscard]] double sqnr() const;
  /// Noise per signal: infinite for noise on a signal that is all zeros.
  [[nodiscard]] double noise_share() const;
};

/// A tensor over many samples. Metrics of the Python tool are averaged over samples.
class accumulation {
 public:
  explicit accumulation(std::span<const metric> wanted) : sums_(wanted.size(), 0) {}

  /// `wanted` is the list that this was made with.
  void add(std::span<const metric> wanted, std::span<const float> t, std::span<const float> r);

  [[nodiscard]] std::vector<double> values(std::span<const metric> wanted) const;
  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] const power& strength() const { return power_; }

 private:
  std::vector<double> sums_;
  power power_;
  double max_error_ = 0;
  std::uint64_t samples_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/metrics.ipp>
#endif
