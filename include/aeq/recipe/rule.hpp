// SPDX-License-Identifier: Apache-2.0
// A rule of a recipe: which ops (a regular expression over scopes, an operation), which algorithm, which configuration.
// (spec: quantization, section 2.1)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <aeq/scheme/scheme.hpp>

namespace aeq::inline AEQ_ABI::recipe {

/// How numbers are chosen. `no_quantize` leaves an op as it is.
enum class algorithm : std::uint8_t { no_quantize, min_max_uniform_quantize, float_casting };

inline constexpr std::array<std::string_view, 3> algorithm_names{"no_quantize", "min_max_uniform_quantize",
                                                                 "float_casting"};
[[nodiscard]] constexpr std::string_view name_of(algorithm value) {
  return algorithm_names[static_cast<std::size_t>(value)];
}

/// The configuration of weights or activations, as the JSON has it. Widths that no scheme has (3 bits) are kept: a rule
/// with skip_checks may use them.
struct tensor_config {
  int num_bits = 8;
  bool symmetric = true;
  granularity_descriptor granularity{};
  number_kind dtype = number_kind::signed_integer;
  std::string algorithm_params;  ///< JSON object, empty if there are none

  [[nodiscard]] format_descriptor format() const {
    return {dtype, static_cast<std::uint8_t>(num_bits), symmetric ? aeq::symmetric : aeq::asymmetric, granularity};
  }
  friend bool operator==(const tensor_config&, const tensor_config&) = default;
};

struct op_config {
  std::optional<tensor_config> activation;
  std::optional<tensor_config> weight;
  compute compute_precision = compute::floating;
  bool explicit_dequantize = false;
  bool skip_checks = false;
  std::uint64_t min_weight_elements = 0;

  friend bool operator==(const op_config&, const op_config&) = default;

  /// The execution mode that the combination spells; none for float computation without explicit dequantization.
  [[nodiscard]] std::optional<execution> mode() const {
    if (compute_precision == compute::integer) return activation ? execution::static_range : execution::dynamic_range;
    if (!activation && explicit_dequantize) return execution::weight_only;
    return std::nullopt;
  }
};

struct rule {
  std::string regex;
  std::string operation = "*";
  aeq::recipe::algorithm algorithm = aeq::recipe::algorithm::no_quantize;
  std::string scheme;  ///< name of a scheme of the kernel table; empty: `config` says it all
  op_config config;
  std::string place;  ///< where it was written, for messages: "recipe.json: /3"

  /// Same meaning; where it was written does not count.
  friend bool operator==(const rule& a, const rule& b) {
    return a.regex == b.regex && a.operation == b.operation && a.algorithm == b.algorithm && a.scheme == b.scheme &&
           a.config == b.config;
  }
};

/// The configuration that spells a scheme. Float weights are written channelwise, as the Python tool writes them.
[[nodiscard]] inline op_config config_of(const scheme_descriptor& scheme) {
  const auto tensor = [](const format_descriptor& format) {
    tensor_config config{format.bits, format.is_symmetric(), format.granularity, format.kind, {}};
    if (!format.is_integer()) config.granularity = channelwise::descriptor;
    return config;
  };
  op_config config;
  if (scheme.activation.is_integer()) config.activation = tensor(scheme.activation);
  config.weight = tensor(scheme.weight);
  config.compute_precision = scheme.compute_precision;
  config.explicit_dequantize = scheme.execution_mode == execution::weight_only;
  return config;
}

/// The algorithm that turns values into a scheme's weights.
[[nodiscard]] constexpr algorithm algorithm_of(const scheme_descriptor& scheme) {
  return scheme.weight.is_integer() ? algorithm::min_max_uniform_quantize : algorithm::float_casting;
}

}  // namespace aeq::inline AEQ_ABI::recipe
