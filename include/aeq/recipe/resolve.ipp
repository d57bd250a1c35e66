// SPDX-License-Identifier: Apache-2.0
// Resolution: which rules match and suit an op, the last of them, and what is doubtful about the others.
#pragma once

#include <aeq/recipe/resolve.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <aeq/recipe/pattern_index.hpp>
#include <aeq/recipe/scope.hpp>
#include <aeq/recipe/spelling.hpp>

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

/// What rules have in common that say the same of an op.
struct meaning {
  const rule* example;  ///< its regex, operation and place do not count
  friend bool operator==(const meaning& a, const meaning& b) {
    return a.example->algorithm == b.example->algorithm && a.example->scheme == b.example->scheme &&
           a.example->config == b.example->config;
  }
};

struct meaning_hash {
  std::size_t operator()(const meaning& m) const {
    const rule& r = *m.example;
    std::uint64_t seed = std::hash<std::string>()(r.scheme);
    const auto add = [&](std::uint64_t value) { seed = (seed ^ value) * 0x9e3779b97f4a7c15; };
    const auto add_tensor = [&](const std::optional<tensor_config>& t) {
      if (!t) return add(0);
      add(static_cast<std::uint64_t>(t->num_bits) << 8 | static_cast<std::uint64_t>(t->dtype) << 4 |
          (t->symmetric ? 2u : 0u) | 1u);
      add(static_cast<std::uint64_t>(t->granularity.kind) << 32 | t->granularity.block_elements);
      add(std::hash<std::string>()(t->algorithm_params));
    };
    add_tensor(r.config.activation);
    add_tensor(r.config.weight);
    add(static_cast<std::uint64_t>(r.algorithm) << 8 | static_cast<std::uint64_t>(r.config.compute_precision) << 4 |
        (r.config.explicit_dequantize ? 2u : 0u) | (r.config.skip_checks ? 1u : 0u));
    add(r.config.min_weight_elements);
    return static_cast<std::size_t>(seed >> 32 ^ seed);
  }
};

class resolver {
 public:
  resolver(const recipe& r, const policy& checks, kernel_table_view table, std::uint64_t steps)
      : rules_(r.rules()), checks_(checks), table_(table), counts_(rules_.size()), all_steps_(steps), steps_(steps) {
    std::unordered_map<meaning, std::uint32_t, meaning_hash> meanings;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const rule& one = rules_[i];
      // Rules of one regex stand together.
      if (i == 0 || one.regex != rules_[i - 1].regex) {
        first_rule_.push_back(i);
        patterns_.emplace_back(one.regex, one.place);
      }
      pattern_of_.push_back(patterns_.size() - 1);
      const op::operation_descriptor* named =
          one.operation == "*" ? nullptr : op::find(std::string_view(one.operation));
      operation_of_.push_back(one.operation == "*" ? every_operation
                              : named == nullptr   ? no_operation
                                                   : op::position_of(named->builtin));
      meaning_of_.push_back(
          meanings.try_emplace(meaning{&one}, static_cast<std::uint32_t>(meanings.size())).first->second);
      if (!one.scheme.empty() && !table_has(one.scheme)) {
        throw error(error_code::bad_input, one.place + ": the kernel table has no scheme \"" + one.scheme + "\"");
      }
    }
    first_rule_.push_back(rules_.size());
    index_.emplace(patterns_);
    operations_.resize(patterns_.size());
    steps_of_.resize(patterns_.size());
  }

  [[nodiscard]] decision decide(const operation_facts& facts) {
    decision d;
    const std::size_t position = op::position_of(facts.code);
    if (position == op::catalogue.size()) {
      d.reason = "recipes can't name this operator";
      return d;
    }
    d.operation = &op::catalogue[position];
    std::size_t refused = no_rule;
    for (const std::uint32_t p : matches(facts.scope)) {
      operations_[p] |= bit(position);
      spend(p, steps_of_a_rule * (first_rule_[p + 1] - first_rule_[p]));
      for (std::size_t i = first_rule_[p]; i < first_rule_[p + 1]; ++i) {
        if (operation_of_[i] != every_operation && operation_of_[i] != position) continue;
        ++counts_[i].matched;
        if (verdict_of(i, position).refusal) {
          counts_[i].refused |= bit(position);
          refused = i;
          continue;
        }
        ++counts_[i].applicable;
        d.rule = i;
      }
    }
    if (d.rule == no_rule) {
      if (refused != no_rule) d.reason = rules_[refused].place + ": " + *verdict_of(refused, position).refusal;
      return d;
    }
    ++counts_[d.rule].won;
    take(verdict_of(d.rule, position), facts.label, d);
    return d;
  }

  /// What is doubtful about the recipe, now that all ops are decided.
  void doubt(const recipe& r, warnings& doubts) const {
    for (const recipe::replaced_rule& one : r.replaced()) {
      doubts.add(one.old.place, "has no effect: the rule at " + one.by + ", of the same regex, takes its place");
    }
    std::size_t searched = 0;
    constexpr std::size_t most_searches = 20;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const counts& c = counts_[i];
      if (c.matched == 0) {
        doubts.add(rules_[i].place, nothing_matched(i, searched++ < most_searches));
      } else if (c.applicable == 0) {
        doubts.add(rules_[i].place, "suits none of the " + std::to_string(c.matched) +
                                        " operations that it matches: " + some_refusal(i));
      } else if (c.won == 0) {
        doubts.add(rules_[i].place, "has no effect: later rules decide all " + std::to_string(c.applicable) +
                                        " operations that it suits");
      }
    }
  }

 private:
  /// What a rule means for an op.
  struct verdict {
    std::optional<std::string> refusal;  ///< the rule can't apply to the op
    std::string problem;                 ///< it applies, but what it says can't be done
    decision made;
  };
  struct counts {
    std::size_t matched = 0;
    std::size_t applicable = 0;
    std::size_t won = 0;
    std::uint64_t refused = 0;  ///< ops of the catalogue that it matches and does not suit, as bits
  };

  static constexpr std::uint64_t steps_of_a_rule = 4;
  static constexpr std::size_t every_operation = op::catalogue.size();
  static constexpr std::size_t no_operation = op::catalogue.size() + 1;
  static_assert(op::catalogue.size() <= 64);
  static constexpr std::uint64_t bit(std::size_t position) { return std::uint64_t(1) << position; }

  [[nodiscard]] bool table_has(std::string_view scheme) const {
    return std::any_of(table_.schemes().begin(), table_.schemes().end(),
                       [&](const scheme_descriptor& s) { return s.name == scheme; });
  }

  /// Counts steps for a pattern. Throws error (bad_input) where none is left, and names the rule with the most.
  void spend(std::size_t pattern, std::uint64_t steps) {
    steps_of_[pattern] += steps;
    if (steps < steps_) {
      steps_ -= steps;
      return;
    }
    const auto worst = std::max_element(steps_of_.begin(), steps_of_.end());
    patterns_[static_cast<std::size_t>(worst - steps_of_.begin())].fail(
        "takes the most steps of all expressions on the names of this model (" + std::to_string(*worst) +
        "), which together take more than " + std::to_string(all_steps_) +
        "; write it without nested repetitions, put more of the names into it, or use fewer rules");
  }

  /// The patterns that are found in a scope, ascending. Equal scopes are searched once, as long as that takes no more
  /// than some megabytes.
  const std::vector<std::uint32_t>& matches(const std::string& scope) {
    constexpr std::size_t most_kept = std::size_t(1) << 28;
    const auto known = found_.find(scope);
    if (known != found_.end()) return known->second;
    std::vector<std::uint32_t> found;
    for (const std::uint32_t p : index_->candidates(scope, [&](std::size_t q, std::uint64_t n) { spend(q, n); })) {
      std::uint64_t left = steps_;
      const std::optional<bool> here = patterns_[p].matches(scope, left);
      spend(p, steps_ - left);  // throws where nothing came back
      if (*here) found.push_back(p);
    }
    constexpr std::size_t most_named = 1000;
    constexpr std::size_t named_bytes = 160;
    if (scopes_.size() < most_named && !scope.empty()) scopes_.push_back(scope.substr(0, named_bytes));
    if (kept_ < most_kept) {
      kept_ += 64 + sizeof(std::uint32_t) * found.size() + scope.size();
      return found_.emplace(scope, std::move(found)).first->second;
    }
    return last_found_ = std::move(found);
  }

  const verdict& verdict_of(std::size_t i, std::size_t position) {
    const auto [place, is_new] = verdicts_.try_emplace(meaning_of_[i] * op::catalogue.size() + position);
    if (is_new) judge(rules_[i], op::catalogue[position], place->second);
    return place->second;
  }

  void judge(const rule& r, const op::operation_descriptor& operation, verdict& v) const {
    decision& d = v.made;
    d.algorithm = r.algorithm;
    if (r.algorithm == algorithm::no_quantize) return;
    d.quantize = true;
    d.min_weight_elements = r.config.min_weight_elements;
    if (!r.scheme.empty()) {
      const table_row* row = table_.find(operation.builtin, r.scheme);
      if (row == nullptr) {
        v.refusal = std::string(operation.name) + " does not take the scheme " + r.scheme;
        return;
      }
      // A policy speaks of formats and modes, which a scheme of one's own has like any other.
      op_config spelt = config_of(*row->scheme);
      spelt.skip_checks = r.config.skip_checks;
      v.refusal = checks_.allows(algorithm_of(*row->scheme), operation, spelt);
      if (v.refusal) {
        v.refusal = "the scheme " + r.scheme + ": " + *v.refusal;
        return;
      }
      return adopt(*row->scheme, row->scheme->name, row->fits, d);
    }
    v.refusal = checks_.allows(r.algorithm, operation, r.config);
    if (v.refusal) return;
    const std::optional<execution> mode = mode_of(r);
    scheme_descriptor like{"", float32::descriptor, integer<8, symmetric, channelwise>::descriptor,
                           r.config.compute_precision, mode.value_or(execution::weight_only)};
    if (r.algorithm == algorithm::float_casting) like.compute_precision = compute::floating;
    if (r.config.activation) like.activation = format_of(*r.config.activation);
    const format_descriptor weight = r.config.weight ? weight_of(r) : like.weight;
    if (operation.has_weight()) like.weight = weight;  // others do not look at it
    const table_row* row = mode ? table_.find(operation.builtin, like) : nullptr;
    if (row != nullptr && is_builtin(*row->scheme)) return adopt(*row->scheme, row->scheme->name, row->fits, d);
    like.weight = weight;
    adopt(like, derived_name(like.activation, like.weight, like.execution_mode).view(),
          shared_handler<min_max_fit>::fits, d);
    v.problem = problem_of(r, operation);
  }

  static void adopt(const scheme_descriptor& scheme, std::string_view name, const fit_functions& fits, decision& d) {
    d.scheme = scheme;
    d.scheme.name = {};
    d.scheme_name = name;
    d.fits = fits;
  }

  /// float_casting does not look at explicit_dequantize.
  [[nodiscard]] static std::optional<execution> mode_of(const rule& r) {
    return r.algorithm == algorithm::float_casting ? execution::weight_only : r.config.mode();
  }
  [[nodiscard]] static format_descriptor format_of(const tensor_config& config) {
    return config.dtype == number_kind::floating ? float32::descriptor : config.format();
  }
  [[nodiscard]] static format_descriptor weight_of(const rule& r) {
    if (r.algorithm == algorithm::float_casting) return float16::descriptor;
    return format_of(*r.config.weight);
  }

  /// What no check has refused (skip_checks, or a policy of one's own), but nothing can do. Empty if it can be done.
  [[nodiscard]] static std::string problem_of(const rule& r, const op::operation_descriptor& operation) {
    constexpr int fewest_bits = 2;
    constexpr int most_bits = 16;
    const auto unusable = [](const std::optional<tensor_config>& t) {
      return t && (t->dtype == number_kind::floating || t->num_bits < fewest_bits || t->num_bits > most_bits);
    };
    if (r.algorithm == algorithm::float_casting) {
      if (operation.allowed.contains(op::configuration_id::weight_only_wfp16)) return {};
      return "float_casting has no form for " + std::string(operation.name);
    }
    if (!mode_of(r)) {
      return "float computation of quantized values needs \"explicit_dequantize\": true, or \"compute_precision\": "
             "\"INTEGER\"";
    }
    if (unusable(r.config.activation)) return "activations are integers of 2 to 16 bits, or have no configuration";
    if (!operation.has_weight()) return {};
    if (!r.config.weight || unusable(r.config.weight) || r.config.weight->dtype != number_kind::signed_integer) {
      return "weights are signed integers of 2 to 16 bits";
    }
    return {};
  }

  void take(const verdict& v, const std::string& label, decision& d) const {
    if (!v.problem.empty()) {
      throw error(error_code::not_quantizable, label + ": can't have what " + rules_[d.rule].place + " says (" +
                                                   describe(rules_[d.rule].config) + "): " + v.problem);
    }
    const std::size_t winner = d.rule;
    const op::operation_descriptor* operation = d.operation;
    d = v.made;
    d.rule = winner;
    d.operation = operation;
    if (!d.quantize) d.reason = rules_[winner].place + ": no_quantize";
  }

  /// Why a rule suits no op: for an op with a weight, if there is one.
  [[nodiscard]] std::string some_refusal(std::size_t i) const {
    std::string text;
    for (std::size_t o = 0; o < op::catalogue.size(); ++o) {
      if ((counts_[i].refused & bit(o)) == 0) continue;
      const std::string& refusal = *verdicts_.at(meaning_of_[i] * op::catalogue.size() + o).refusal;
      if (text.empty() || op::catalogue[o].has_weight()) text = refusal;
    }
    return text;
  }

  [[nodiscard]] std::string nothing_matched(std::size_t i, bool search) const {
    const std::uint64_t present = operations_[pattern_of_[i]];
    if (present == 0) return "matches no operation" + (search ? nearest_scopes(rules_[i].regex) : std::string());
    std::string names;
    for (std::size_t o = 0; o < op::catalogue.size(); ++o) {
      if ((present & bit(o)) == 0 || op::catalogue[o].is_virtual()) continue;
      names += (names.empty() ? "" : ", ") + std::string(op::catalogue[o].name);
    }
    return "matches no operation: where its regex is found there is no " + rules_[i].operation +
           (names.empty() ? std::string() : ", but " + names);
  }

  /// The scopes that come nearest to a regular expression's text, if any comes alike.
  [[nodiscard]] std::string nearest_scopes(std::string_view regex) const {
    constexpr std::size_t compared = 48;
    constexpr std::size_t shown = 3;
    std::string wanted;
    for (const char c : regex.substr(0, compared)) {
      if (std::string_view("^$.*+?\\()[]{}").find(c) == std::string_view::npos) wanted += c;
    }
    std::vector<std::pair<std::size_t, std::string>> alike;
    for (const std::string& scope : scopes_) {
      const std::size_t distance = edit_distance(wanted, scope, true);
      if (3 * distance <= wanted.size() + 2) alike.emplace_back(distance, scope);
    }
    std::sort(alike.begin(), alike.end());
    if (alike.size() > shown) alike.resize(shown);
    std::string text;
    for (const auto& [distance, scope] : alike) text += (text.empty() ? "; near it are \"" : ", \"") + scope + '"';
    return text;
  }

  std::vector<rule> rules_;
  const policy& checks_;
  kernel_table_view table_;
  std::vector<scope_pattern> patterns_;
  std::vector<std::size_t> first_rule_;    ///< by pattern, and behind the last: the rules of a pattern stand together
  std::vector<std::size_t> pattern_of_;    ///< by rule
  std::vector<std::size_t> operation_of_;  ///< by rule: position in the catalogue, every_operation or no_operation
  std::vector<std::size_t> meaning_of_;    ///< by rule
  std::optional<pattern_index> index_;
  std::unordered_map<std::size_t, verdict> verdicts_;  ///< by meaning and op
  std::vector<counts> counts_;                         ///< by rule
  std::vector<std::uint64_t> operations_;              ///< by pattern: ops in whose scope it was found, as bits
  std::unordered_map<std::string, std::vector<std::uint32_t>> found_;
  std::vector<std::uint32_t> last_found_;
  std::size_t kept_ = 0;
  std::uint64_t all_steps_;              ///< that searches may take
  std::uint64_t steps_;                  ///< that are left of them
  std::vector<std::uint64_t> steps_of_;  ///< by pattern: taken
  std::vector<std::string> scopes_;      ///< some, to name in warnings
};

AEQ_INLINE plan resolve_any(const recipe& r, const policy& checks, kernel_table_view table, const any_model_view& model,
                            warnings& doubts, std::uint64_t steps) {
  if (r.empty()) throw error(error_code::bad_input, "the recipe has no rules; at least one is wanted");
  plan result;
  result.needs_calibration = r.needs_calibration();
  resolver decide(r, checks, table, steps);
  for (std::size_t g = 0; g < model.subgraph_count(); ++g) {
    subgraph_plan& decisions = result.subgraphs.emplace_back();
    const std::string graph = "subgraph " + std::to_string(g);
    for (std::size_t i = 0; i < model.operation_count(g); ++i) {
      decisions.operations.push_back(decide.decide(model.operation(g, i)));
    }
    decisions.inputs = decide.decide({op::code::graph_input, model.input_scope(g), graph + ": its inputs"});
    decisions.outputs = decide.decide({op::code::graph_output, model.output_scope(g), graph + ": its outputs"});
  }
  decide.doubt(r, doubts);
  return result;
}

}  // namespace detail

}  // namespace aeq::inline AEQ_ABI::recipe
