// SPDX-License-Identifier: Apache-2.0
// What calibration has seen of each tensor: the definitions.
#pragma once

#include <aeq/calibrate/observations.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <system_error>
#include <type_traits>

#include <aeq/calibrate/range_loops.hpp>
#include <aeq/calibrate/range_loops_avx2.hpp>
#include <aeq/core/half.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

AEQ_INLINE std::string to_text(const range_method& method) {
  switch (method.kind) {
    case range_kind::minmax: return "minmax";
    case range_kind::moving_average: return "moving-average";
    case range_kind::entropy: return "entropy";
    case range_kind::percentile: break;
  }
  std::string percent = io::python_float(method.percent);
  if (percent.ends_with(".0")) percent.resize(percent.size() - 2);
  return "percentile=" + percent;
}

AEQ_INLINE std::optional<range_method> parse_range_method(std::string_view text) {
  if (text == "minmax") return range_method{range_kind::minmax};
  if (text == "moving-average") return range_method{range_kind::moving_average};
  if (text == "entropy") return range_method{range_kind::entropy};
  constexpr std::string_view prefix = "percentile=";
  if (!text.starts_with(prefix)) return std::nullopt;
  range_method method{range_kind::percentile};
  const char* const end = text.data() + text.size();
  const auto [last, problem] = std::from_chars(text.data() + prefix.size(), end, method.percent);
  if (problem != std::errc() || last != end || !(method.percent > 50 && method.percent <= 100)) return std::nullopt;
  return method;
}

namespace detail {

/// 0.95 of what was and 1 - 0.95 of what is, each operation rounded in the type of the range. Products of floats are
/// exact in double, and `volatile` keeps those of doubles from being contracted with the sum.
[[nodiscard]] AEQ_INLINE double averaged(double old, double sample, bool wide) {
  constexpr double keep = 0.95;
  constexpr double give = 1.0 - keep;
  if (wide) {
    const volatile double kept = keep * old;
    const volatile double given = give * sample;
    return kept + given;
  }
  const auto kept = static_cast<float>(static_cast<double>(static_cast<float>(keep)) * old);
  const auto given = static_cast<float>(static_cast<double>(static_cast<float>(give)) * sample);
  return static_cast<double>(kept + given);
}

/// The least, or the greatest; a value that is not finite counts only where there is no other.
[[nodiscard]] AEQ_INLINE double lesser(double a, double b) {
  if (!std::isfinite(b)) return a;
  return std::isfinite(a) ? std::min(a, b) : b;
}
[[nodiscard]] AEQ_INLINE double greater(double a, double b) {
  if (!std::isfinite(b)) return a;
  return std::isfinite(a) ? std::max(a, b) : b;
}

template <class Integer>
[[nodiscard]] histogram::limits limits_of(std::span<const Integer> values) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  return {static_cast<double>(*lowest), static_cast<double>(*highest)};
}

}  // namespace detail

AEQ_INLINE std::size_t observations::place_of(std::string_view tensor) {
  const auto [place, is_new] = index_.emplace(std::string(tensor), entries_.size());
  if (is_new) entries_.emplace_back(std::string(tensor), observed{});
  return place->second;
}

AEQ_INLINE const observed* observations::find(std::string_view tensor) const {
  const auto place = index_.find(std::string(tensor));
  return place == index_.end() ? nullptr : &entries_[place->second].second;
}

AEQ_INLINE void observations::take(observed& into, const tensor_range& of_sample, bool again) const {
  if (!into.seen) {
    into.seen = true;
    into.samples = 1;
    into.range = of_sample;
    if (method_.kind == range_kind::moving_average) into.first = {of_sample.lowest, of_sample.highest};
    return;
  }
  if (into.samples != 0 && !again) ++into.samples;
  tensor_range& all = into.range;
  all.wide = all.wide || of_sample.wide;
  if (method_.kind == range_kind::moving_average) {
    all.lowest = detail::averaged(all.lowest, of_sample.lowest, all.wide);
    all.highest = detail::averaged(all.highest, of_sample.highest, all.wide);
  } else {
    all.lowest = detail::lesser(all.lowest, of_sample.lowest);
    all.highest = detail::greater(all.highest, of_sample.highest);
  }
}

AEQ_INLINE void observations::observe(std::size_t place, const operand& value, std::uint64_t sample_number, bool again,
                                      const work_sharing& share) {
  if (again && method_.kind == range_kind::moving_average) return;
  const std::size_t count = value.elements();
  if (count == 0 || !value.is_complete()) return;
  observed& into = entries_[place].second;
  tensor_range of_sample;
  of_sample.shape.assign(value.shape.size(), 1);
  const auto set = [&](histogram::limits found) {
    of_sample.lowest = found.lowest;
    of_sample.highest = found.highest;
    of_sample.wide = true;
  };
  std::span<const float> floats;
  switch (value.type) {
    case element_type::float32: floats = value.values<float>().first(count); break;
    case element_type::float16: {
      const auto halves = value.values<std::uint16_t>().first(count);
      floats_.resize(count);
      for (std::size_t i = 0; i < count; ++i) floats_[i] = float_from_float16(halves[i]);
      floats = floats_;
      break;
    }
    case element_type::boolean:
    case element_type::uint8: set(detail::limits_of(value.values<std::uint8_t>().first(count))); break;
    case element_type::int8: set(detail::limits_of(value.values<std::int8_t>().first(count))); break;
    case element_type::int16: set(detail::limits_of(value.values<std::int16_t>().first(count))); break;
    case element_type::int32: set(detail::limits_of(value.values<std::int32_t>().first(count))); break;
    case element_type::int64: set(detail::limits_of(value.values<std::int64_t>().first(count))); break;
    case element_type::absent:
    case element_type::int2:
    case element_type::int4: return;
  }
  if (!floats.empty()) {
    const float_range r = range_of(floats.data(), floats.size(), best_loops(), share);
    of_sample.lowest = static_cast<double>(r.lowest);
    of_sample.highest = static_cast<double>(r.highest);
    if (r.nans + r.infinities > 0) {
      const auto odd = odd_.try_emplace(place, odd_values{0, 0, 0, sample_number}).first;
      odd->second.nans += r.nans;
      odd->second.infinities += r.infinities;
      ++odd->second.samples;
    }
    if (method_.wants_histogram()) into.counts.add(floats, std::max(std::fabs(r.lowest), std::fabs(r.highest)));
  }
  take(into, of_sample, again);
}

AEQ_INLINE void observations::merge(const observations& later, const std::string& name, const std::string& later_name) {
  if (method_ != later.method_) {
    throw error(error_code::bad_input, name + " holds ranges of the method " + to_text(method_) + ", " + later_name +
                                           " of " + to_text(later.method_) +
                                           "; statistics of one method can be merged");
  }
  for (const auto& [tensor, other] : later.entries_) {
    observed& into = entries_[place_of(tensor)].second;
    if (!other.seen) continue;
    if (!into.seen) {
      into = other;
      continue;
    }
    tensor_range& all = into.range;
    const bool wide = all.wide || other.range.wide;
    if (method_.kind == range_kind::moving_average) {
      if (!other.first || other.samples == 0) {
        throw error(error_code::bad_input,
                    later_name + ": tensor \"" + io::escaped_utf8(tensor) +
                        "\": the file does not say how its moving average began; such a file can only come first");
      }
      // Going on with the samples of `other` from here would keep this much of what is here...
      const double kept = std::pow(0.95, static_cast<double>(other.samples));
      // ... and give its first sample the share of one that is not the first.
      const auto join = [&](double mine, double theirs, double first) {
        const double joined = theirs + kept * (mine - first);
        return wide ? joined : static_cast<double>(static_cast<float>(joined));
      };
      all.lowest = join(all.lowest, other.range.lowest, other.first->lowest);
      all.highest = join(all.highest, other.range.highest, other.first->highest);
    } else {
      all.lowest = detail::lesser(all.lowest, other.range.lowest);
      all.highest = detail::greater(all.highest, other.range.highest);
      into.counts.merge(other.counts);
    }
    all.wide = wide;
    into.samples = into.samples == 0 || other.samples == 0 ? 0 : into.samples + other.samples;
  }
  samples_ += later.samples_;
}

AEQ_INLINE statistics observations::ranges() const {
  statistics result;
  for (const auto& [tensor, what] : entries_) {
    if (!what.seen) continue;
    tensor_range range = what.range;
    if (method_.wants_histogram() && what.counts.count() > 0) {
      const histogram::limits all{range.lowest, range.highest};
      const histogram::limits chosen = method_.kind == range_kind::percentile
                                           ? what.counts.percentile(method_.percent, all)
                                           : what.counts.least_divergence(all);
      const auto rounded = [&](double v) {
        return (range.wide ? v : static_cast<double>(static_cast<float>(v))) + 0.0;
      };
      range.lowest = rounded(chosen.lowest);
      range.highest = rounded(chosen.highest);
    }
    result.set(tensor, std::move(range));
  }
  return result;
}

AEQ_INLINE void observations::tell(warnings& notes) const {
  for (std::size_t place = 0; place < entries_.size(); ++place) {
    const auto found = odd_.find(place);
    if (found == odd_.end()) continue;
    const odd_values& odd = found->second;
    std::string what;
    if (odd.nans > 0) what = std::to_string(odd.nans) + " times NaN";
    if (odd.infinities > 0) what += (what.empty() ? "" : " and ") + std::to_string(odd.infinities) + " times infinity";
    notes.add("tensor \"" + io::escaped_utf8(entries_[place].first) + "\"",
              "holds " + what + ", first in sample " + std::to_string(odd.first_sample) + " and in " +
                  std::to_string(odd.samples) + " of them; its range leaves that out");
  }
}

}  // namespace aeq::inline AEQ_ABI::calibrate
