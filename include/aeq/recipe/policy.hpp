// SPDX-License-Identifier: Apache-2.0
// Policies: which configuration an op may have, be it spelt out or the one that a scheme stands for. The default one is
// the op catalogue's; one's own replaces it for min_max_uniform_quantize. (spec: quantization, sections 4.1 to 4.3)
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <aeq/op/catalogue.hpp>
#include <aeq/recipe/rule.hpp>

namespace aeq::inline AEQ_ABI::recipe {

/// Configurations of a tensor: one width and kind, several symmetries and granularities.
struct tensor_family {
  int num_bits = 8;
  number_kind dtype = number_kind::signed_integer;
  std::vector<bool> symmetric;
  std::vector<granularity_descriptor> granularity;

  [[nodiscard]] bool contains(const tensor_config& config) const;
};

/// A named family of configurations.
struct policy_config {
  std::string name;
  std::optional<tensor_family> activation;
  tensor_family weight;
  compute compute_precision = compute::floating;
  bool explicit_dequantize = false;
};

/// A configuration in words: "dynamic range, weights int8 symmetric CHANNELWISE".
[[nodiscard]] std::string describe(const op_config& config);

/// Which configurations ops may have.
class policy {
 public:
  /// The default policy.
  policy();

  /// A policy that allows nothing yet.
  [[nodiscard]] static policy empty() { return policy(nothing{}); }

  /// Lets ops of the catalogue have the configurations of a family.
  void allow(policy_config config, const std::vector<op::code>& operations);

  /// Nothing if the op may have the configuration, else the reason why not.
  [[nodiscard]] std::optional<std::string> allows(algorithm by, const op::operation_descriptor& operation,
                                                  const op_config& config) const;

  [[nodiscard]] const std::vector<policy_config>& configs() const { return configs_; }

 private:
  struct nothing {};
  explicit policy(nothing) {}

  [[nodiscard]] const std::vector<std::size_t>& of(const op::operation_descriptor& operation) const {
    return by_operation_[op::position_of(operation.builtin)];
  }

  /// Why none of the op's configurations is this one: the first requirement that all of them break.
  [[nodiscard]] std::string refusal(const op::operation_descriptor& operation, const op_config& config) const;

  std::vector<policy_config> configs_;
  std::array<std::vector<std::size_t>, op::catalogue.size()> by_operation_;  ///< positions in configs_
};

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/policy.ipp>
#endif
