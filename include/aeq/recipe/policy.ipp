// SPDX-License-Identifier: Apache-2.0
// The default policy, and why an op may not have a configuration.
#pragma once

#include <aeq/recipe/policy.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

#include <aeq/op/requirements.hpp>
#include <aeq/recipe/spelling.hpp>

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

[[nodiscard]] AEQ_INLINE tensor_family family(const op::format_family& f) {
  tensor_family result{f.bits, f.kind, {}, {}};
  if ((f.symmetries & op::allow_symmetric) != 0) result.symmetric.push_back(true);
  if ((f.symmetries & op::allow_asymmetric) != 0) result.symmetric.push_back(false);
  for (const spelling<granularity_descriptor>& g : granularity_spellings) {
    if ((f.granularities & (1u << static_cast<unsigned>(g.value.kind))) != 0) result.granularity.push_back(g.value);
  }
  return result;
}

[[nodiscard]] AEQ_INLINE bool mode_agrees(const policy_config& allowed, const op_config& config) {
  return allowed.compute_precision == config.compute_precision &&
         allowed.explicit_dequantize == config.explicit_dequantize &&
         allowed.activation.has_value() == config.activation.has_value();
}
[[nodiscard]] AEQ_INLINE bool activation_agrees(const policy_config& allowed, const op_config& config) {
  return !allowed.activation || allowed.activation->contains(*config.activation);
}

[[nodiscard]] AEQ_INLINE bool takes_blocks(const op::operation_descriptor& operation) {
  return operation.builtin == op::code::fully_connected || operation.builtin == op::code::embedding_lookup;
}

[[nodiscard]] AEQ_INLINE std::optional<std::string> blocks_refused(const op::operation_descriptor& operation,
                                                                   const op_config& config) {
  if (!config.weight || config.weight->granularity.kind != granularity_kind::blockwise) return std::nullopt;
  if (takes_blocks(operation) && !config.activation && config.weight->symmetric) return std::nullopt;
  return std::string(operation.name) +
         " does not take this blockwise weight: FULLY_CONNECTED and EMBEDDING_LOOKUP do, with symmetric weights and "
         "float activations";
}

[[nodiscard]] AEQ_INLINE std::optional<std::string> allows_casting(const op::operation_descriptor& operation,
                                                                   const op_config& config) {
  const bool known = operation.allowed.contains(op::configuration_id::weight_only_wfp16);
  if (!known) {
    return std::string(operation.name) +
           " can't have float_casting; FULLY_CONNECTED, CONV_2D, DEPTHWISE_CONV_2D, CONV_2D_TRANSPOSE and "
           "EMBEDDING_LOOKUP can";
  }
  const bool fits = config.compute_precision == compute::floating && !config.activation && config.weight &&
                    config.weight->num_bits == 16 && config.weight->dtype == number_kind::floating;
  if (fits) return std::nullopt;
  return "float_casting takes weights of 16 bits and dtype FLOAT, compute_precision FLOAT and no "
         "activation_tensor_config; this is " +
         describe(config);
}

}  // namespace detail

AEQ_INLINE std::string describe(const op_config& config) {
  const auto tensor = [](const tensor_config& t) {
    std::string text = t.dtype == number_kind::floating         ? "float"
                       : t.dtype == number_kind::signed_integer ? "int"
                                                                : "uint";
    text += std::to_string(t.num_bits);
    if (t.dtype == number_kind::floating) return text;
    return text + (t.symmetric ? " symmetric " : " asymmetric ") +
           std::string(spell(granularity_spellings, t.granularity));
  };
  const std::optional<execution> mode = config.mode();
  std::string text = !mode                               ? "float computation without explicit_dequantize"
                     : *mode == execution::dynamic_range ? "dynamic range"
                     : *mode == execution::weight_only   ? "weight only"
                                                         : "static range";
  if (config.compute_precision == compute::integer && config.explicit_dequantize) text += " with explicit_dequantize";
  if (config.activation) text += ", activations " + tensor(*config.activation);
  if (config.weight) text += ", weights " + tensor(*config.weight);
  return text;
}

AEQ_INLINE bool tensor_family::contains(const tensor_config& config) const {
  return config.num_bits == num_bits && config.dtype == dtype &&
         std::find(symmetric.begin(), symmetric.end(), config.symmetric) != symmetric.end() &&
         std::find(granularity.begin(), granularity.end(), config.granularity) != granularity.end();
}

AEQ_INLINE policy::policy() {
  for (std::size_t i = 0; i < op::configurations.size(); ++i) {
    const op::configuration& c = op::configurations[i];
    if (c.weight.kind == number_kind::floating) continue;  // float_casting's, which has a check of its own
    policy_config config{std::string(c.name),
                         {},
                         detail::family(c.weight),
                         c.compute_precision,
                         c.execution_mode == execution::weight_only};
    if (c.activation.kind != number_kind::floating) config.activation = detail::family(c.activation);
    std::vector<op::code> operations;
    for (const op::operation_descriptor& entry : op::catalogue) {
      if (entry.allowed.contains(static_cast<op::configuration_id>(i))) operations.push_back(entry.builtin);
    }
    allow(std::move(config), operations);
  }
}

AEQ_INLINE void policy::allow(policy_config config, const std::vector<op::code>& operations) {
  for (const op::code operation : operations) {
    const std::size_t position = op::position_of(operation);
    if (position < by_operation_.size()) by_operation_[position].push_back(configs_.size());
  }
  configs_.push_back(std::move(config));
}

AEQ_INLINE std::optional<std::string> policy::allows(algorithm by, const op::operation_descriptor& operation,
                                                     const op_config& config) const {
  if (by == algorithm::no_quantize || config.skip_checks) return std::nullopt;
  if (by == algorithm::float_casting) return detail::allows_casting(operation, config);
  if (operation.has_weight() && (!config.weight || config.weight->dtype != number_kind::signed_integer)) {
    return std::string(operation.name) +
           " needs integer weights with min_max_uniform_quantize; float_casting makes float16 ones";
  }
  for (const std::size_t i : of(operation)) {
    if (!detail::mode_agrees(configs_[i], config) || !detail::activation_agrees(configs_[i], config)) continue;
    if (operation.has_weight() && !configs_[i].weight.contains(*config.weight)) continue;
    return detail::blocks_refused(operation, config);
  }
  return refusal(operation, config);
}

AEQ_INLINE std::string policy::refusal(const op::operation_descriptor& operation, const op_config& config) const {
  std::string_view broken = "granularity_of_operation";
  const auto none = [&](const auto& agrees) {
    return std::none_of(of(operation).begin(), of(operation).end(), agrees);
  };
  const auto mode = [&](std::size_t i) { return detail::mode_agrees(configs_[i], config); };
  const auto activation = [&](std::size_t i) { return mode(i) && detail::activation_agrees(configs_[i], config); };
  const auto bits = [&](std::size_t i) {
    return activation(i) && (!operation.has_weight() || configs_[i].weight.num_bits == config.weight->num_bits);
  };
  if (none(mode)) {
    broken = "mode_of_operation";
  } else if (none(activation)) {
    broken = "activation_of_operation";
  } else if (none(bits)) {
    broken = "weight_bits_of_operation";
  }
  std::string text = std::string(operation.name) + " does not take " + describe(config) + ": ";
  for (const requirement& r : operation_requirements) {
    constexpr std::string_view prefix = "aeq: ";
    if (r.id == broken) text += std::string_view(r.sentence).substr(prefix.size());
  }
  std::string names;
  for (const std::size_t i : of(operation)) {
    if (!none(mode) && !mode(i)) continue;
    if (!names.empty()) names += ", ";
    names += configs_[i].name;
  }
  return text + "; the policy allows it " + (names.empty() ? "nothing" : names);
}

}  // namespace aeq::inline AEQ_ABI::recipe
