// SPDX-License-Identifier: Apache-2.0
// min_max_uniform_quantize: each group of values spans its own range. (spec: numerics, sections 2.1 and 5.1)
//
// A model that is saved at once is read once: a channel's range, scale and integers are found together while it is in
// the cache (encoder.hpp). What can't wait, or is wanted before, gets its ranges here, in one pass over all such
// weights, in pieces, on all processors; the encoders then read it a second time.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include <aeq/io/progress.hpp>
#include <aeq/quantize/parameters.hpp>
#include <aeq/quantize/weight.hpp>
#include <aeq/quantize/weight_loops.hpp>
#include <aeq/table/handler.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Collects constants whose ranges are wanted, and finds them all at once.
class min_max_ranges {
 public:
  explicit min_max_ranges(scale_time when) : when_(when) {}

  /// Takes the parameters of a constant, complete but for scales and zero points, which come with `compute`.
  void add(std::shared_ptr<tensor_parameters> p, fit_functions fits);

  /// Finds the ranges of everything added since the last call. Throws error (not_quantizable) that names a tensor with
  /// NaN or infinite values.
  void compute(unsigned threads, aeq::progress* tell);

 private:
  struct job {
    std::shared_ptr<tensor_parameters> target;
    fit_functions fits;
    std::vector<run_range> ranges;  ///< per channel; unused where blockwise
    std::unique_ptr<std::mutex> merging;

    [[nodiscard]] const weight& source() const { return *target->source; }
  };
  /// Channels [begin, end) of a job with one lead; values [begin, end) of a single channel; leads [begin, end)
  /// otherwise.
  struct piece {
    job* owner;
    std::size_t begin;
    std::size_t end;
  };

  static constexpr std::size_t piece_elements = std::size_t(1) << 18;

  /// A channel is one run of values, of a size that stays in the cache between finding its range and quantizing it, and
  /// ends with a byte.
  [[nodiscard]] static bool can_wait(const tensor_parameters& p);

  /// All values share a range, which may be put together from those of pieces.
  [[nodiscard]] static bool one_range(const job& j);

  static void prepare(job& j, std::vector<piece>& pieces);
  static std::uint64_t measure(const piece& p);
  static void measure_leads(job& j, const float* values, std::size_t leads);
  static void set(job& j, std::size_t channel, const run_range& r);
  static void merge(job& j, std::size_t channel, const run_range& r);
  static void merge_into(run_range& into, const run_range& r);
  static void finish(job& j);

  /// The range of no values: widening it by one gives that one.
  static constexpr run_range nothing{std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                                     0};

  scale_time when_;
  std::vector<std::unique_ptr<job>> waiting_;
};

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/algorithm/min_max_uniform_quantize.ipp>
#endif
