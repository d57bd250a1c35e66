// SPDX-License-Identifier: Apache-2.0
// Metrics: the definitions. Floats are added up in the order of NumPy, so that the bits are those of the Python tool
// where it depends on no library of linear algebra.
#pragma once

#include <aeq/validate/metrics.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include <aeq/io/error.hpp>
#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::validate {

namespace detail {

/// A product rounded once: that of floats is exact in double, so that no compiler can join it with a sum.
[[nodiscard]] inline float product(float a, float b) {
  return static_cast<float>(static_cast<double>(a) * static_cast<double>(b));
}

/// The sum of value(begin) to value(end - 1) by halves, as NumPy adds floats that lie next to each other.
template <class Value>
[[nodiscard]] float pairwise_sum(std::size_t begin, std::size_t end, const Value& value) {
  const std::size_t count = end - begin;
  if (count < 8) {
    float sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += value(i);
    return sum;
  }
  if (count > 128) {
    const std::size_t half = count / 2 / 8 * 8;
    return pairwise_sum(begin, begin + half, value) + pairwise_sum(begin + half, end, value);
  }
  std::array<float, 8> lanes{};
  for (std::size_t k = 0; k < 8; ++k) lanes[k] = value(begin + k);
  std::size_t i = begin + 8;
  for (; i + 8 <= end; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) lanes[k] += value(i + k);
  }
  float sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  for (; i < end; ++i) sum += value(i);
  return sum;
}

template <class Value>
[[nodiscard]] float mean_of(std::size_t count, const Value& value) {
  return pairwise_sum(0, count, value) / static_cast<float>(count);
}

[[nodiscard]] AEQ_INLINE float mean_square_error(std::span<const float> t, std::span<const float> r) {
  return mean_of(t.size(), [&](std::size_t i) {
    const float d = t[i] - r[i];
    return product(d, d);
  });
}

[[nodiscard]] AEQ_INLINE float median_diff_ratio(std::span<const float> t, std::span<const float> r) {
  std::vector<float> ratios(t.size());
  for (std::size_t i = 0; i < t.size(); ++i) ratios[i] = std::fabs(t[i] - r[i]) / (std::fabs(r[i]) + 1e-6f);
  const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::nth_element(ratios.begin(), middle, ratios.end());
  if (ratios.size() % 2 == 1) return *middle;
  return (*std::max_element(ratios.begin(), middle) + *middle) / 2.0f;
}

[[nodiscard]] AEQ_INLINE double cosine_similarity(std::span<const float> t, std::span<const float> r) {
  double tt = 0;
  double rr = 0;
  double tr = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double x = t[i];
    const double y = r[i];
    tt += x * x;
    rr += y * y;
    tr += x * y;
  }
  const bool t_is_zero = static_cast<float>(tt) == 0.0f;  // the norms of the Python tool are floats
  const bool r_is_zero = static_cast<float>(rr) == 0.0f;
  if (t_is_zero || r_is_zero) return t_is_zero && r_is_zero ? 1.0 : 0.0;
  return tr / (std::sqrt(tt) * std::sqrt(rr));
}

[[nodiscard]] AEQ_INLINE float kl_divergence(std::span<const float> t, std::span<const float> r) {
  return pairwise_sum(0, t.size(), [&](std::size_t i) {
    const float p = std::max(0.0f, r[i]);
    const float q = std::max(0.0f, t[i]);
    const float ratio = (p + 1e-9f) / (q + 1e-9f);
    return product(p, static_cast<float>(std::log(static_cast<double>(ratio))));
  });
}

[[nodiscard]] AEQ_INLINE double max_error(std::span<const float> t, std::span<const float> r) {
  double largest = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    largest = std::max(largest, std::fabs(static_cast<double>(t[i]) - static_cast<double>(r[i])));
  }
  return largest;
}

}  // namespace detail

AEQ_INLINE std::optional<metric> parse_metric(std::string_view name) {
  if (name == "cosine") return metric::cosine_similarity;
  if (name == "kl") return metric::kl_divergence;
  const auto found = std::find_if(all_metrics.begin(), all_metrics.end(), [&](metric m) { return name_of(m) == name; });
  if (found == all_metrics.end()) return std::nullopt;
  return *found;
}

AEQ_INLINE std::vector<metric> parse_metrics(std::string_view list) {
  std::vector<metric> result;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    const std::string_view name = list.substr(begin, comma - begin);
    begin = comma + 1;
    const std::optional<metric> found = parse_metric(name);
    if (!found) {
      std::string known;
      for (const metric m : all_metrics) known += (known.empty() ? "" : ", ") + std::string(name_of(m));
      throw error(error_code::wrong_usage, "'" + io::escaped_utf8(name.substr(0, 200)) + "' is no metric; there are " +
                                               known + ", with commas between them");
    }
    if (std::find(result.begin(), result.end(), *found) == result.end()) result.push_back(*found);
  }
  return result;
}

AEQ_INLINE void make_finite(std::span<float> values) {
  for (float& v : values) {
    if (std::isnan(v)) v = 1e-9f;
    if (std::isinf(v)) v = v > 0 ? 1e9f : -1e9f;
  }
}

AEQ_INLINE double measure(metric m, std::span<const float> t, std::span<const float> r) {
  if (t.size() != r.size()) {
    throw error(error_code::bad_input, "values of " + std::to_string(t.size()) + " and of " + std::to_string(r.size()) +
                                           " elements can't be compared");
  }
  if (t.empty()) return 0;
  switch (m) {
    case metric::mse: return static_cast<double>(detail::mean_square_error(t, r));
    case metric::median_diff_ratio: return static_cast<double>(detail::median_diff_ratio(t, r));
    case metric::cosine_similarity: return detail::cosine_similarity(t, r);
    case metric::kl_divergence: return static_cast<double>(detail::kl_divergence(t, r));
    case metric::snr: {
      const float signal = detail::mean_of(r.size(), [&](std::size_t i) { return detail::product(r[i], r[i]); });
      return static_cast<double>(signal) / (static_cast<double>(detail::mean_square_error(t, r)) + 1e-9);
    }
    case metric::sqnr: {
      power all;
      all.add(t, r);
      return all.sqnr();
    }
    case metric::max_error: return detail::max_error(t, r);
  }
  return 0;
}

AEQ_INLINE void power::add(std::span<const float> t, std::span<const float> r) {
  double s = 0;
  double n = 0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    const double y = r[i];
    const double d = static_cast<double>(t[i]) - y;
    s += y * y;
    n += d * d;
  }
  signal += s;
  noise += n;
  elements += r.size();
}

AEQ_INLINE double power::sqnr() const {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  return 10.0 * std::log10(signal / noise);
}

AEQ_INLINE double power::noise_share() const {
  if (noise == 0) return 0;
  return noise / signal;
}

AEQ_INLINE void accumulation::add(std::span<const metric> wanted, std::span<const float> t, std::span<const float> r) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] != metric::sqnr && wanted[i] != metric::max_error) sums_[i] += measure(wanted[i], t, r);
  }
  max_error_ = std::max(max_error_, measure(metric::max_error, t, r));
  power_.add(t, r);
  ++samples_;
}

AEQ_INLINE std::vector<double> accumulation::values(std::span<const metric> wanted) const {
  std::vector<double> result;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == metric::sqnr) {
      result.push_back(power_.elements == 0 ? 0 : power_.sqnr());
    } else if (wanted[i] == metric::max_error) {
      result.push_back(max_error_);
    } else {
      result.push_back(samples_ == 0 ? 0 : sums_[i] / static_cast<double>(samples_));
    }
  }
  return result;
}

}  // namespace aeq::inline AEQ_ABI::validate
