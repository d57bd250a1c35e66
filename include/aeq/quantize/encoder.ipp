// SPDX-License-Identifier: Apache-2.0
// The encoders: integers of 2 to 64 bits, binary16.
#pragma once

#include <aeq/quantize/encoder.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <aeq/core/byte_order.hpp>
#include <aeq/core/half.hpp>
#include <aeq/io/error.hpp>
#include <aeq/kernel/quantize.hpp>
#include <aeq/quantize/weight_loops_avx2.hpp>
#include <aeq/scheme/packing.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// Packs four-bit integers eight at a time: the same bytes as pack<4>.
AEQ_INLINE void pack_four_bits(std::span<const std::int8_t> values, std::span<std::uint8_t> packed) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  std::size_t i = 0;
  for (; i + 8 <= values.size(); i += 8) {
    auto x = load_little<std::uint64_t>(bytes + i);
    x &= 0x0f0f0f0f0f0f0f0fu;
    x = (x | (x >> 4)) & 0x00ff00ff00ff00ffu;
    x = (x | (x >> 8)) & 0x0000ffff0000ffffu;
    store_little(static_cast<std::uint32_t>(x | (x >> 16)), packed.data() + i / 2);
  }
  pack<4>(values.subspan(i), packed.subspan(i / 2));
}

AEQ_INLINE void refuse_if_not_finite(const weight& source, const run_range& r) {
  if (r.finite()) return;
  throw error(error_code::not_quantizable, source.name() +
                                               ": holds NaN or infinite values, which have no scale; mend the "
                                               "model, or leave its op out with a no_quantize rule");
}

using scale_vector = std::vector<scale_zero_point<float>>;

/// Quantizes pieces of a weight with parameters that are known by then, or finds them on the way and leaves them in
/// `late`.
class integer_encoder {
 public:
  explicit integer_encoder(parameters p, std::shared_ptr<scale_vector> late = nullptr)
      : parameters_(std::move(p)), source_(*parameters_->source), late_(std::move(late)) {}

  void operator()(std::uint64_t offset, std::span<std::uint8_t> into) const {
    const int bits = storage_bits(parameters_->format);
    const auto per_byte = static_cast<std::size_t>(bits < 8 ? 8 / bits : 1);
    const auto at = static_cast<std::size_t>(offset);
    const std::size_t first = bits < 8 ? at * per_byte : at / static_cast<std::size_t>(bits / 8);
    const std::size_t wanted = bits < 8 ? into.size() * per_byte : into.size() / static_cast<std::size_t>(bits / 8);
    const std::size_t count = std::min(wanted, source_.layout().elements() - first);
    if (bits == 8) {
      quantize(first, count, reinterpret_cast<std::int8_t*>(into.data()));
    } else if (bits < 8) {
      constexpr std::size_t about = 8192;  // a multiple of every number of elements per byte
      const std::size_t trail = source_.layout().trail;
      const std::size_t step = late_ ? std::max<std::size_t>(1, about / trail) * trail : about;
      std::vector<std::int8_t> integers(std::min(step, count));
      for (std::size_t done = 0; done < count; done += step) {
        const std::size_t n = std::min(step, count - done);
        quantize(first + done, n, integers.data());
        const std::span<const std::int8_t> values(integers.data(), n);
        const auto packed = into.subspan(done / per_byte, packed_bytes(n, bits));
        bits == 4 ? pack_four_bits(values, packed) : pack<2>(values, packed);
      }
    } else {
      quantize_wide(first, count, into.data());
    }
    source_.let_go(first, count);
  }

 private:
  [[nodiscard]] float scale(std::size_t channel) const {
    return parameters_->is_blockwise() ? float_from_float16(parameters_->block_scale[channel])
                                       : static_cast<float>(parameters_->scale[channel]);
  }
  [[nodiscard]] float zero_point(std::size_t channel) const {
    return parameters_->is_blockwise() ? 0.0f : static_cast<float>(parameters_->zero_point[channel]);
  }

  /// Calls f(first, count, channel) for each run of neighbours that share a scale.
  template <class Function>
  void each_run(std::size_t first, std::size_t count, const Function& f) const {
    const weight_layout& layout = source_.layout();
    for (std::size_t i = first; i < first + count;) {
      const std::size_t end = std::min(first + count, (i / layout.trail + 1) * layout.trail);
      f(i, end - i, layout.channel_of(i));
      i = end;
    }
  }

  void quantize(std::size_t first, std::size_t count, std::int8_t* result) const {
    if (parameters_->wide) {
      quantize_wide(first, count, reinterpret_cast<std::uint8_t*>(result));
      return;
    }
    thread_local std::vector<float> scratch;
    const quantized_limits<float> limits(parameters_->format);
    const weight_loops& loops = best_loops();
    const float* values = source_.values(first, count, scratch);
    if (late_) {
      measure_and_quantize(first, count, values, limits, result);
      return;
    }
    if (source_.layout().trail == 1 && source_.layout().channels > 1) {
      quantize_columns(first, count, values, limits, result);
      return;
    }
    each_run(first, count, [&](std::size_t at, std::size_t n, std::size_t channel) {
      loops.quantize_run(values + (at - first), n, scale(channel), zero_point(channel), limits.lowest, limits.highest,
                         result + (at - first));
    });
  }

  /// Whole channels: each one's range, scale and integers while its values are in the cache.
  void measure_and_quantize(std::size_t first, std::size_t count, const float* values,
                            const quantized_limits<float>& limits, std::int8_t* result) const {
    const weight_loops& loops = best_loops();
    each_run(first, count, [&](std::size_t at, std::size_t n, std::size_t channel) {
      const run_range r = loops.range(values + (at - first), n);
      refuse_if_not_finite(source_, r);
      const scale_zero_point<float> fitted = parameters_->fit({r.lowest, r.highest}, parameters_->format);
      (*late_)[channel] = fitted;
      loops.quantize_run(values + (at - first), n, fitted.scale, static_cast<float>(fitted.zero_point), limits.lowest,
                         limits.highest, result + (at - first));
    });
  }

  void quantize_columns(std::size_t first, std::size_t count, const float* values,
                        const quantized_limits<float>& limits, std::int8_t* result) const {
    const std::size_t channels = source_.layout().channels;
    const std::size_t kept = std::min(channels, count);  // a piece may be a small part of a row
    std::vector<float> scales(kept);
    std::vector<float> zero_points(kept);
    const bool all = kept == channels;
    for (std::size_t c = 0; all && c < channels; ++c) {
      scales[c] = scale(c);
      zero_points[c] = zero_point(c);
    }
    for (std::size_t i = first; i < first + count;) {
      const std::size_t channel = i % channels;
      const std::size_t n = std::min(first + count - i, channels - channel);
      for (std::size_t c = 0; !all && c < n; ++c) {
        scales[c] = scale(channel + c);
        zero_points[c] = zero_point(channel + c);
      }
      const std::size_t at = all ? channel : 0;
      best_loops().quantize_columns(values + (i - first), n, scales.data() + at, zero_points.data() + at, limits.lowest,
                                    limits.highest, result + (i - first));
      i += n;
    }
  }

  /// Any number of bits, and scales of either type: activations' constants and biases, which are small.
  void quantize_wide(std::size_t first, std::size_t count, std::uint8_t* result) const {
    parameters_->wide ? quantize_in<double>(first, count, result) : quantize_in<float>(first, count, result);
  }

  template <class T>
  void quantize_in(std::size_t first, std::size_t count, std::uint8_t* result) const {
    constexpr std::uint8_t widest = 32;  // a bias of 64 bits holds integers of 32 (spec: numerics, section 3.1)
    std::vector<float> scratch;
    format_descriptor format = parameters_->format;
    format.bits = std::min(format.bits, widest);
    const quantized_limits<T> limits(format);
    const float* values = source_.values(first, count, scratch);
    const auto bytes = static_cast<std::size_t>(std::max(storage_bits(parameters_->format), 8) / 8);
    each_run(first, count, [&](std::size_t at, std::size_t n, std::size_t channel) {
      const T s =
          parameters_->is_blockwise() ? static_cast<T>(scale(channel)) : static_cast<T>(parameters_->scale[channel]);
      const T zero = parameters_->is_blockwise() ? T(0) : static_cast<T>(parameters_->zero_point[channel]);
      for (std::size_t i = at - first; i < at - first + n; ++i) {
        const std::int32_t q = quantize_value(static_cast<T>(values[i]), s, zero, limits);
        std::array<std::uint8_t, sizeof(std::int64_t)> stored{};
        store_little(std::int64_t{q}, stored.data());
        std::copy_n(stored.begin(), bytes, result + i * bytes);
      }
    });
  }

  parameters parameters_;
  const weight& source_;
  std::shared_ptr<scale_vector> late_;
};

/// Casts pieces of a weight to binary16.
class float16_encoder {
 public:
  explicit float16_encoder(parameters p) : parameters_(std::move(p)), source_(*parameters_->source) {}

  void operator()(std::uint64_t offset, std::span<std::uint8_t> into) const {
    const auto first = static_cast<std::size_t>(offset / sizeof(std::uint16_t));
    const std::size_t count = into.size() / sizeof(std::uint16_t);
    std::vector<float> scratch;
    std::vector<std::uint16_t> halves(count);
    best_loops().to_float16(source_.values(first, count, scratch), count, halves.data());
    for (std::size_t i = 0; i < count; ++i) store_little(halves[i], into.data() + i * sizeof(std::uint16_t));
    source_.let_go(first, count);
  }

 private:
  parameters parameters_;
  const weight& source_;
};

}  // namespace detail

AEQ_INLINE std::uint64_t encoded_bytes(const tensor_parameters& p) {
  return packed_bytes(std::uint64_t{p.source->layout().elements()}, storage_bits(p.format));
}

AEQ_INLINE void encode_into(model::buffer& into, const parameters& p) {
  into.size = encoded_bytes(*p);
  if (!p->format.is_integer()) {
    into.produce = std::make_shared<const model::byte_producer>(detail::float16_encoder(p));
  } else if (!p->late) {
    into.produce = std::make_shared<const model::byte_producer>(detail::integer_encoder(p));
  } else if (!into.late_scales) {  // a second tensor on the buffer shares what the first one's encoder finds
    const auto found = std::make_shared<detail::scale_vector>(p->source->layout().channels);
    into.late_scales = found;
    into.unit_bytes =
        static_cast<std::uint32_t>(p->source->layout().trail * static_cast<unsigned>(storage_bits(p->format)) / 8);
    into.produce = std::make_shared<const model::byte_producer>(detail::integer_encoder(p, found));
  }
}

}  // namespace aeq::inline AEQ_ABI::quantize
