// SPDX-License-Identifier: Apache-2.0
// The default policy's configurations: families of schemes that runtimes have kernels for. The catalogue says per op
// which of them it allows. Freestanding. (spec: quantization, section 4.3)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <aeq/scheme/scheme.hpp>

namespace aeq::inline AEQ_ABI::op {

/// Sets, as bits.
enum : std::uint8_t { allow_symmetric = 1, allow_asymmetric = 2 };
enum : std::uint8_t { allow_tensorwise = 1, allow_channelwise = 2, allow_blockwise = 4 };

/// A number format with some of its properties left open.
struct format_family {
  number_kind kind = number_kind::floating;
  std::uint8_t bits = 32;
  std::uint8_t symmetries = allow_symmetric;
  std::uint8_t granularities = allow_tensorwise;

  [[nodiscard]] constexpr bool contains(const format_descriptor& f) const {
    if (f.kind != kind || f.bits != bits) return false;
    if (!f.is_integer()) return true;
    const std::uint8_t symmetry = f.is_symmetric() ? allow_symmetric : allow_asymmetric;
    const auto granularity = static_cast<std::uint8_t>(1u << static_cast<unsigned>(f.granularity.kind));
    return (symmetries & symmetry) != 0 && (granularities & granularity) != 0;
  }
};

struct configuration {
  std::string_view name;
  format_family activation;
  format_family weight;
  compute compute_precision = compute::integer;
  execution execution_mode = execution::dynamic_range;
};

/// Index into `configurations`, and bit in a set of them.
enum class configuration_id : std::uint8_t {
  dynamic_wi8,
  dynamic_wi4,
  dynamic_wi4_blockwise,
  dynamic_wi2,
  dynamic_wi2_blockwise,
  weight_only_wi8,
  weight_only_wi4,
  weight_only_wfp16,
  static_wi8_ai8,
  static_wi8_ai16,
  static_wi4_ai8,
  static_wi4_ai16,
  static_wi8_au8
};

namespace detail {
inline constexpr std::uint8_t per_tensor_or_channel = allow_tensorwise | allow_channelwise;
inline constexpr std::uint8_t either_symmetry = allow_symmetric | allow_asymmetric;

[[nodiscard]] constexpr format_family weights(std::uint8_t bits, std::uint8_t symmetries, std::uint8_t granularities) {
  return {number_kind::signed_integer, bits, symmetries, granularities};
}
inline constexpr format_family float_activation{};
inline constexpr format_family int8_activation{number_kind::signed_integer, 8, either_symmetry, allow_tensorwise};
inline constexpr format_family int16_activation{number_kind::signed_integer, 16, allow_symmetric, allow_tensorwise};
inline constexpr format_family uint8_activation{number_kind::unsigned_integer, 8, allow_asymmetric, allow_tensorwise};
}  // namespace detail

inline constexpr std::array<configuration, 13> configurations{{
    {"dynamic_wi8_afp32", detail::float_activation, detail::weights(8, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::dynamic_range},
    {"dynamic_wi4_afp32", detail::float_activation, detail::weights(4, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::dynamic_range},
    {"dynamic_wi4_afp32_blockwise", detail::float_activation, detail::weights(4, allow_symmetric, allow_blockwise),
     compute::integer, execution::dynamic_range},
    {"dynamic_wi2_afp32", detail::float_activation, detail::weights(2, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::dynamic_range},
    {"dynamic_wi2_afp32_blockwise", detail::float_activation, detail::weights(2, allow_symmetric, allow_blockwise),
     compute::integer, execution::dynamic_range},
    {"weightonly_wi8_afp32", detail::float_activation,
     detail::weights(8, detail::either_symmetry, detail::per_tensor_or_channel), compute::floating,
     execution::weight_only},
    {"weightonly_wi4_afp32", detail::float_activation,
     detail::weights(4, detail::either_symmetry, detail::per_tensor_or_channel), compute::floating,
     execution::weight_only},
    {"weightonly_wfp16_afp32",
     detail::float_activation,
     {number_kind::floating, 16, 0, 0},
     compute::floating,
     execution::weight_only},
    {"static_wi8_ai8", detail::int8_activation, detail::weights(8, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::static_range},
    {"static_wi8_ai16", detail::int16_activation, detail::weights(8, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::static_range},
    {"static_wi4_ai8", detail::int8_activation, detail::weights(4, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::static_range},
    {"static_wi4_ai16", detail::int16_activation, detail::weights(4, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::static_range},
    {"static_wi8_au8", detail::uint8_activation, detail::weights(8, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::static_range},
}};

/// A set of configurations.
struct configuration_set {
  std::uint16_t bits = 0;

  constexpr configuration_set() = default;
  constexpr configuration_set(configuration_id id)
      : bits(static_cast<std::uint16_t>(1u << static_cast<unsigned>(id))) {}
  [[nodiscard]] constexpr bool contains(configuration_id id) const { return (bits & configuration_set(id).bits) != 0; }
  [[nodiscard]] friend constexpr configuration_set operator|(configuration_set a, configuration_set b) {
    configuration_set both;
    both.bits = static_cast<std::uint16_t>(a.bits | b.bits);
    return both;
  }
  [[nodiscard]] friend constexpr configuration_set operator-(configuration_set a, configuration_set b) {
    configuration_set rest;
    rest.bits = static_cast<std::uint16_t>(a.bits & ~b.bits);
    return rest;
  }
};

}  // namespace aeq::inline AEQ_ABI::op
