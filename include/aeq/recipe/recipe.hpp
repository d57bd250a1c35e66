// SPDX-License-Identifier: Apache-2.0
// A recipe: rules in groups of one regular expression each. (spec: quantization, sections 2.4 and 2.5)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <aeq/recipe/rule.hpp>

namespace aeq::inline AEQ_ABI::recipe {

/// Rules in the order in which they are asked; of those that match and suit an op, the last decides.
class recipe {
 public:
  /// A rule that another took the place of.
  struct replaced_rule {
    rule old;
    std::string by;  ///< place of the rule that came instead
  };

  /// Adds a rule. Rules of one regular expression are a group, which keeps the position of its first rule; in it, a
  /// rule takes the place of the one for the same operation, and a rule for "*" the place of all.
  void add(rule added);

  /// Adds all rules of another recipe, in its order.
  void update(const recipe& other);

  /// A scheme for ops, given as types and checked by the compiler: `add<static_wi8_ai8, op::conv_2d>("block1/.*")`.
  /// Without ops the rule is for all that take the scheme. Defined in recipe/typed.hpp.
  template <class Scheme, class... Ops>
  void add(std::string regex, std::uint64_t min_weight_elements = 0);

  /// Leaves ops as they are: `leave<op::conv_2d>("block1/.*")`; without ops, all. Defined in recipe/typed.hpp.
  template <class... Ops>
  void leave(std::string regex);

  /// All rules, group by group.
  [[nodiscard]] std::vector<rule> rules() const;
  [[nodiscard]] bool empty() const { return groups_.empty(); }

  /// Rules that later ones of the same regular expression replaced: they have no effect.
  [[nodiscard]] const std::vector<replaced_rule>& replaced() const { return replaced_; }

  /// Whether some rule wants ranges of activations, matching ops or not.
  [[nodiscard]] bool needs_calibration() const;

  /// Same rules in the same order.
  friend bool operator==(const recipe& a, const recipe& b) { return a.groups_ == b.groups_; }

 private:
  std::vector<std::vector<rule>> groups_;
  std::unordered_map<std::string, std::size_t> positions_;  ///< of a regular expression's group
  std::vector<replaced_rule> replaced_;
  std::size_t added_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/recipe.ipp>
#endif
