// SPDX-License-Identifier: Apache-2.0
// Ranges of pieces of weights, on all processors.
#pragma once

#include <aeq/quantize/algorithm/min_max_uniform_quantize.hpp>

#include <algorithm>
#include <cstddef>

#include <aeq/core/half.hpp>
#include <aeq/io/parallel.hpp>
#include <aeq/quantize/encoder.hpp>
#include <aeq/quantize/weight_loops_avx2.hpp>
#include <aeq/scheme/fit.hpp>

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE void min_max_ranges::add(std::shared_ptr<tensor_parameters> p, fit_functions fits) {
  p->fit = fits.narrow;
  p->late = when_ == scale_time::while_writing && can_wait(*p);
  if (p->late) return;
  waiting_.push_back(std::make_unique<job>(job{p, fits, {}, {}}));
}

AEQ_INLINE void min_max_ranges::compute(unsigned threads, aeq::progress* tell) {
  std::vector<piece> pieces;
  // In the order of the file, which is the order that memory and disk like.
  std::sort(waiting_.begin(), waiting_.end(),
            [](const auto& a, const auto& b) { return a->source().bytes().data() < b->source().bytes().data(); });
  for (const auto& j : waiting_) prepare(*j, pieces);
  if (tell != nullptr) {
    for (const auto& j : waiting_) tell->expect(std::uint64_t(j->source().layout().elements()) * sizeof(float));
  }
  const bool is_small = pieces.size() <= waiting_.size() && pieces.size() < 16;
  parallel_for(pieces.size(), is_small ? 1 : threads, [&](std::size_t i) {
    const std::uint64_t bytes = measure(pieces[i]);
    if (tell != nullptr) tell->advance(bytes);
  });
  for (const auto& j : waiting_) finish(*j);
  waiting_.clear();
}

AEQ_INLINE bool min_max_ranges::can_wait(const tensor_parameters& p) {
  constexpr std::size_t cached_elements = std::size_t(1) << 16;
  const weight_layout& l = p.source->layout();
  return !p.is_blockwise() && p.format.bits <= 8 && l.lead == 1 && l.channels > 1 && l.trail <= cached_elements &&
         l.trail * static_cast<unsigned>(storage_bits(p.format)) % 8 == 0;
}

AEQ_INLINE bool min_max_ranges::one_range(const job& j) {
  return j.source().layout().channels == 1 && !j.target->is_blockwise();
}

AEQ_INLINE void min_max_ranges::prepare(job& j, std::vector<piece>& pieces) {
  const weight_layout& l = j.source().layout();
  if (j.target->is_blockwise()) {
    j.target->block_scale.resize(l.channels);
  } else {
    j.ranges.assign(l.channels, nothing);
  }
  j.merging = std::make_unique<std::mutex>();
  const std::size_t all = one_range(j) ? l.elements() : l.lead == 1 ? l.channels : l.lead;
  const std::size_t each = l.elements() / std::max<std::size_t>(all, 1);
  const std::size_t step = std::max<std::size_t>(1, piece_elements / std::max<std::size_t>(each, 1));
  for (std::size_t i = 0; i < all; i += step) pieces.push_back({&j, i, std::min(all, i + step)});
}

AEQ_INLINE std::uint64_t min_max_ranges::measure(const piece& p) {
  thread_local std::vector<float> scratch;
  job& j = *p.owner;
  const weight_layout& l = j.source().layout();
  const std::size_t each = one_range(j) ? 1 : l.lead == 1 ? l.trail : l.channels * l.trail;
  const std::size_t first = p.begin * each;
  const std::size_t count = (p.end - p.begin) * each;
  const float* values = j.source().values(first, count, scratch);
  const weight_loops& loops = best_loops();
  if (one_range(j)) {
    merge(j, 0, loops.range(values, count));
  } else if (l.lead == 1) {
    for (std::size_t c = p.begin; c < p.end; ++c) {
      set(j, c, loops.range(values + (c - p.begin) * l.trail, l.trail));
    }
  } else {
    measure_leads(j, values, p.end - p.begin);
  }
  j.source().let_go(first, count);
  return std::uint64_t(count) * sizeof(float);
}

AEQ_INLINE void min_max_ranges::set(job& j, std::size_t channel, const run_range& r) {
  if (!j.target->is_blockwise()) {
    j.ranges[channel] = r;
    return;
  }
  detail::refuse_if_not_finite(j.source(), r);
  const range<float> values{r.lowest, r.highest};
  j.target->block_scale[channel] = float16_bits(j.fits.narrow(values, j.target->format).scale);
}

AEQ_INLINE void min_max_ranges::merge(job& j, std::size_t channel, const run_range& r) {
  const std::lock_guard lock(*j.merging);
  merge_into(j.ranges[channel], r);
}

AEQ_INLINE void min_max_ranges::merge_into(run_range& into, const run_range& r) {
  into.lowest = std::min(into.lowest, r.lowest);
  into.highest = std::max(into.highest, r.highest);
  into.magnitude_bits = std::max(into.magnitude_bits, r.magnitude_bits);
}

AEQ_INLINE void min_max_ranges::measure_leads(job& j, const float* values, std::size_t leads) {
  const weight_layout& l = j.source().layout();
  const weight_loops& loops = best_loops();
  std::vector<run_range> local(l.channels, nothing);
  for (std::size_t lead = 0; lead < leads; ++lead) {
    const float* row = values + lead * l.channels * l.trail;
    if (l.trail == 1) {
      loops.widen(row, l.channels, local.data());
    } else {
      for (std::size_t c = 0; c < l.channels; ++c) merge_into(local[c], loops.range(row + c * l.trail, l.trail));
    }
  }
  const std::lock_guard lock(*j.merging);
  for (std::size_t c = 0; c < l.channels; ++c) merge_into(j.ranges[c], local[c]);
}

AEQ_INLINE void min_max_ranges::finish(job& j) {
  tensor_parameters& p = *j.target;
  if (p.is_blockwise()) return;
  p.scale.reserve(j.ranges.size());
  p.zero_point.reserve(j.ranges.size());
  for (const run_range& r : j.ranges) {
    detail::refuse_if_not_finite(j.source(), r);
    const scale_zero_point<float> fitted = j.fits.narrow({r.lowest, r.highest}, p.format);
    p.scale.push_back(static_cast<double>(fitted.scale));
    p.zero_point.push_back(fitted.zero_point);
  }
}

}  // namespace aeq::inline AEQ_ABI::quantize
