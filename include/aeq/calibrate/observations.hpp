// SPDX-License-Identifier: Apache-2.0
// What calibration has seen of each tensor so far, and how ranges come from it. (spec: numerics, sections 7.2 and 7.3)
//
// Observations can be saved, gone on with, and merged. For minmax, percentile and entropy it does not matter in which
// order and parts samples came: the bits are the same. A moving average depends on the order; merging A and B gives,
// but for rounding, what A gives when it goes on with the samples of B.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <aeq/calibrate/histogram.hpp>
#include <aeq/calibrate/statistics.hpp>
#include <aeq/config.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/kernel/operand.hpp>
#include <aeq/kernel/work_sharing.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

enum class range_kind : std::uint8_t {
  minmax,          ///< the least and the greatest value of all samples
  moving_average,  ///< of each sample's least and greatest, 0.95 of what was and 0.05 of what is (the Python tool's)
  percentile,      ///< what a share of all values lies in
  entropy          ///< what leaves the distribution of values most as it is in 8 bits
};

/// How ranges come from what is seen.
struct range_method {
  range_kind kind = range_kind::minmax;
  double percent = 100;  ///< of values within the range, for percentile: above 50, at most 100

  [[nodiscard]] bool wants_histogram() const { return kind == range_kind::percentile || kind == range_kind::entropy; }
  friend bool operator==(const range_method&, const range_method&) = default;
};

/// "minmax", "moving-average", "percentile=99.9", "entropy".
[[nodiscard]] std::string to_text(const range_method& method);
/// Nothing if the text is none of these.
[[nodiscard]] std::optional<range_method> parse_range_method(std::string_view text);
inline constexpr std::string_view range_methods_text =
    "minmax, moving-average, percentile=P with 50 < P <= 100, entropy";

/// What has been seen of a tensor.
struct observed {
  bool seen = false;          ///< else the rest means nothing
  tensor_range range;         ///< of all samples, or their moving average
  std::uint64_t samples = 0;  ///< 0: not known, which a file of another tool does not say
  /// Of the first sample, for moving averages; nothing if it is not known.
  std::optional<histogram::limits> first;
  histogram counts;  ///< of floats, for methods that want it

  friend bool operator==(const observed&, const observed&) = default;
};

class observations {
 public:
  observations() = default;
  explicit observations(const range_method& method) : method_(method) {}

  /// The place of a tensor, which gets one if it has none yet.
  std::size_t place_of(std::string_view tensor);

  /// Takes what a tensor is in a sample. Floats that are NaN or infinite are left out of ranges, and told by `tell`. A
  /// tensor without elements is passed over. `again`: the sample has shown it before; an average takes the first alone.
  void observe(std::size_t place, const operand& value, std::uint64_t sample_number, bool again = false,
               const work_sharing& share = {});

  /// Counts a sample of which all tensors have been observed.
  void count_sample() { ++samples_; }

  /// Goes on where `later` began. Both have the same method. Throws error (bad_input) that says why they can't be
  /// merged; the names are those of the files.
  void merge(const observations& later, const std::string& name, const std::string& later_name);

  /// The ranges, in the order in which tensors were seen first.
  [[nodiscard]] statistics ranges() const;

  /// Adds a warning for each tensor that had NaN or infinities, with the first sample that brought them.
  void tell(warnings& notes) const;

  [[nodiscard]] const range_method& method() const { return method_; }
  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] const std::vector<std::pair<std::string, observed>>& entries() const { return entries_; }
  [[nodiscard]] const observed* find(std::string_view tensor) const;

  /// For who reads them from a file.
  void set(std::string_view tensor, observed what) { entries_[place_of(tensor)].second = std::move(what); }
  void set_method(const range_method& method) { method_ = method; }
  void set_samples(std::uint64_t samples) { samples_ = samples; }

 private:
  /// Floats of a tensor that are none.
  struct odd_values {
    std::uint64_t nans = 0;
    std::uint64_t infinities = 0;
    std::uint64_t samples = 0;
    std::uint64_t first_sample = 0;
  };
  void take(observed& into, const tensor_range& of_sample, bool again) const;

  range_method method_;
  std::uint64_t samples_ = 0;
  std::vector<std::pair<std::string, observed>> entries_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<std::size_t, odd_values> odd_;
  std::vector<float> floats_;  ///< of half floats
};

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/observations.ipp>
#endif
