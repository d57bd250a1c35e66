// SPDX-License-Identifier: Apache-2.0
// Values of tensors: the definitions.
#pragma once

#include <aeq/validate/values.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include <aeq/core/half.hpp>
#include <aeq/kernel/quantize.hpp>
#include <aeq/scheme/packing.hpp>
#include <aeq/validate/metrics.hpp>

namespace aeq::inline AEQ_ABI::validate {

namespace detail {

/// Which scale the element at `index` has.
class scale_places {
 public:
  explicit scale_places(const operand& value) : count_(value.scale.size()) {
    const std::size_t elements = value.elements();
    if (count_ < 2) return;
    if (value.block_elements > 0) {
      inner_ = static_cast<std::size_t>(value.block_elements);
      fits_ = elements == count_ * inner_;
      return;
    }
    const auto axis = static_cast<std::size_t>(value.channel_axis);
    fits_ =
        value.channel_axis >= 0 && axis < value.shape.size() && static_cast<std::size_t>(value.shape[axis]) == count_;
    if (!fits_) return;
    for (std::size_t i = axis + 1; i < value.shape.size(); ++i) inner_ *= static_cast<std::size_t>(value.shape[i]);
    inner_ = std::max<std::size_t>(inner_, 1);
  }

  [[nodiscard]] bool fits() const { return fits_; }
  [[nodiscard]] std::size_t operator()(std::size_t index) const { return count_ < 2 ? 0 : index / inner_ % count_; }

 private:
  std::size_t count_;
  std::size_t inner_ = 1;
  bool fits_ = true;
};

/// Calls work(element at) with the function that gives integer i of an operand; false if it holds none.
template <class Work>
bool with_integers(const operand& value, const Work& work) {
  const auto plain = [&](auto zero) {
    const auto values = value.values<decltype(zero)>();
    work([values](std::size_t i) { return static_cast<std::int64_t>(values[i]); });
    return true;
  };
  switch (value.type) {
    case element_type::int8: return plain(std::int8_t(0));
    case element_type::boolean:
    case element_type::uint8: return plain(std::uint8_t(0));
    case element_type::int16: return plain(std::int16_t(0));
    case element_type::int32: return plain(std::int32_t(0));
    case element_type::int64: return plain(std::int64_t(0));
    case element_type::int4: {
      const auto packed = value.values<std::uint8_t>();
      work([packed](std::size_t i) { return std::int64_t(unpack<4>(packed, i)); });
      return true;
    }
    case element_type::int2: {
      const auto packed = value.values<std::uint8_t>();
      work([packed](std::size_t i) { return std::int64_t(unpack<2>(packed, i)); });
      return true;
    }
    default: return false;
  }
}

/// The limits of a type's integers; narrow where a signed type of 8 bits or more has its zero in the middle.
template <class Integer>
struct integer_limits {
  Integer lowest = 0;
  Integer highest = 0;
};
[[nodiscard]] AEQ_INLINE bool limits_of(element_type type, bool zero_in_the_middle,
                                        integer_limits<std::int64_t>& into) {
  switch (type) {
    case element_type::int2:
    case element_type::int4:
    case element_type::int8:
    case element_type::int16:
    case element_type::int32: {
      const int bits = bits_of(type);
      into.highest = (std::int64_t(1) << (bits - 1)) - 1;
      into.lowest = -into.highest - (zero_in_the_middle && bits >= 8 ? 0 : 1);
      return true;
    }
    case element_type::uint8: into = {0, 255}; return true;
    default: return false;
  }
}

[[nodiscard]] AEQ_INLINE bool all_zero(std::span<const std::int32_t> zero_point) {
  return std::all_of(zero_point.begin(), zero_point.end(), [](std::int32_t z) { return z == 0; });
}

template <class Integer>
void quantize_floats(std::span<const float> values, float scale, std::int32_t zero_point,
                     const integer_limits<std::int64_t>& limits, std::vector<std::byte>& into) {
  into.resize(values.size() * sizeof(Integer));
  const auto lowest = static_cast<float>(limits.lowest);
  const auto highest = static_cast<float>(limits.highest);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float steps = round_half_even(values[i] / scale + static_cast<float>(zero_point));
    Integer made = 0;
    if (steps >= highest) {
      made = static_cast<Integer>(limits.highest);
    } else if (steps <= lowest) {
      made = static_cast<Integer>(limits.lowest);
    } else if (!is_nan(steps)) {
      made = static_cast<Integer>(steps);
    }
    std::memcpy(into.data() + i * sizeof(Integer), &made, sizeof made);
  }
}

}  // namespace detail

AEQ_INLINE void to_floats(const operand& value, std::vector<float>& into) {
  into.clear();
  const std::size_t count = value.elements();
  const detail::scale_places scale_of(value);
  if (!value.is_complete() || !scale_of.fits()) return;
  if (!value.zero_point.empty() && value.zero_point.size() != value.scale.size()) return;
  into.resize(count);
  if (value.type == element_type::float32) {
    if (count != 0) std::memcpy(into.data(), value.data.data(), count * sizeof(float));
  } else if (value.type == element_type::float16) {
    const auto bits = value.values<std::uint16_t>();
    for (std::size_t i = 0; i < count; ++i) into[i] = float_from_float16(bits[i]);
  } else {
    const bool known = detail::with_integers(value, [&](const auto& integer) {
      if (value.scale.empty()) {
        for (std::size_t i = 0; i < count; ++i) into[i] = static_cast<float>(integer(i));
        return;
      }
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t place = scale_of(i);
        const std::int64_t zero = value.zero_point.empty() ? 0 : value.zero_point[place];
        into[i] = static_cast<float>(dequantize_value(integer(i), static_cast<double>(value.scale[place]), zero));
      }
    });
    if (!known) into.clear();
  }
  make_finite(into);
}

AEQ_INLINE limit_counts count_limits(const operand& value) {
  limit_counts result;
  detail::integer_limits<std::int64_t> limits;
  if (value.scale.empty() || !value.is_complete() ||
      !detail::limits_of(value.type, detail::all_zero(value.zero_point), limits)) {
    return result;
  }
  const std::size_t count = value.elements();
  detail::with_integers(value, [&](const auto& integer) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t v = integer(i);
      result.lowest += v <= limits.lowest ? 1 : 0;
      result.highest += v >= limits.highest ? 1 : 0;
    }
  });
  return result;
}

AEQ_INLINE bool range_of_type(element_type type, std::span<const float> scale, std::span<const std::int32_t> zero_point,
                              value_range& into) {
  detail::integer_limits<std::int64_t> limits;
  if (scale.size() != 1 || !detail::limits_of(type, detail::all_zero(zero_point), limits)) return false;
  const std::int64_t zero = zero_point.empty() ? 0 : zero_point[0];
  into.lowest = dequantize_value(limits.lowest, static_cast<double>(scale[0]), zero);
  into.highest = dequantize_value(limits.highest, static_cast<double>(scale[0]), zero);
  return true;
}

AEQ_INLINE bool convert(const operand& value, std::span<const float> floats, const execute::port& input,
                        stored_value& into) {
  into.type = input.type;
  into.shape.assign(value.shape.begin(), value.shape.end());
  const bool same_scale = std::ranges::equal(value.scale, input.scale) &&
                          (std::ranges::equal(value.zero_point, input.zero_point) ||
                           (detail::all_zero(value.zero_point) && detail::all_zero(input.zero_point)));
  // Samples bear no scales: an integer that is given for an integer is meant as it is.
  if (value.type == input.type && (same_scale || value.scale.empty())) {
    into.bytes.assign(value.data.begin(), value.data.end());
    return true;
  }
  if (floats.size() != value.elements()) return false;
  if (input.type == element_type::float32) {
    into.bytes.resize(floats.size_bytes());
    if (!floats.empty()) std::memcpy(into.bytes.data(), floats.data(), floats.size_bytes());
    return true;
  }
  if (input.type == element_type::float16) {
    into.bytes.resize(floats.size() * sizeof(std::uint16_t));
    for (std::size_t i = 0; i < floats.size(); ++i) {
      const std::uint16_t bits = float16_bits(floats[i]);
      std::memcpy(into.bytes.data() + i * sizeof bits, &bits, sizeof bits);
    }
    return true;
  }
  detail::integer_limits<std::int64_t> limits;
  const std::int32_t zero = input.zero_point.empty() ? 0 : input.zero_point[0];
  if (input.scale.size() != 1 || !detail::limits_of(input.type, detail::all_zero(input.zero_point), limits))
    return false;
  switch (input.type) {
    case element_type::int8:
      detail::quantize_floats<std::int8_t>(floats, input.scale[0], zero, limits, into.bytes);
      return true;
    case element_type::uint8:
      detail::quantize_floats<std::uint8_t>(floats, input.scale[0], zero, limits, into.bytes);
      return true;
    case element_type::int16:
      detail::quantize_floats<std::int16_t>(floats, input.scale[0], zero, limits, into.bytes);
      return true;
    case element_type::int32:
      detail::quantize_floats<std::int32_t>(floats, input.scale[0], zero, limits, into.bytes);
      return true;
    default: return false;
  }
}

}  // namespace aeq::inline AEQ_ABI::validate
