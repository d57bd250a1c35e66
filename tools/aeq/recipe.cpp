// SPDX-License-Identifier: Apache-2.0
// aeq recipe: the recipes that come with aeq, and what a recipe would do to a model.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <aeq/quantize/composite.hpp>
#include <aeq/quantize/model_view.hpp>
#include <aeq/quantize/selection.hpp>
#include <aeq/quantizer.hpp>
#include <aeq/recipe/builtin.hpp>
#include <aeq/recipe/policy_json.hpp>
#include <aeq/recipe/save.hpp>

#include "commands.hpp"
#include "terminal.hpp"

namespace tool {

namespace {

/// "recipe.json: /0: ADD does not take ...: why; what else" → "ADD does not take ...".
std::string first_clause(const std::string& reason) {
  const std::size_t name = reason.rfind(": ", reason.find(" does not take "));
  const std::size_t begin = name == std::string::npos ? 0 : name + 2;
  return reason.substr(begin, reason.find(": ", begin) - begin);
}

/// What happens to an op, in words.
std::string outcome(const aeq::recipe::decision& d, bool skipped, bool changes) {
  if (skipped) return "stays: its subgraph is the decomposition of a composite that stays";
  if (d.quantize) return changes ? d.scheme_name : "stays: no float32 constant to quantize, or too small a one";
  if (d.operation == nullptr) return "stays: recipes can't name this operator";
  if (!d.reason.empty()) return "stays: " + first_clause(d.reason);
  if (d.rule == aeq::recipe::no_rule) return "stays: no rule matches";
  return "stays: no_quantize";
}

/// Cuts the middle out of a long text.
std::string shortened(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::size_t half = (most - 3) / 2;
  return text.substr(0, half) + "..." + text.substr(text.size() - half);
}

using row = std::array<std::string, 4>;

void print_table(const std::vector<row>& rows) {
  std::array<std::size_t, 4> width{};
  for (const row& r : rows) {
    for (std::size_t i = 0; i < r.size(); ++i) width[i] = std::max(width[i], r[i].size());
  }
  for (const row& r : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < r.size(); ++i) line += r[i] + std::string(width[i] - r[i].size() + 2, ' ');
    std::printf("%s\n", (line + r.back()).c_str());
  }
}

}  // namespace

int recipe_list() {
  for (const aeq::recipe::builtin_recipe& known : aeq::recipe::builtin_recipes) {
    std::printf("%-28s %s\n", std::string(known.name).c_str(), std::string(known.summary).c_str());
  }
  std::printf("\nAny scheme of the kernel table is a recipe too:\n");
  std::string line;
  for (const aeq::scheme_descriptor& scheme : aeq::builtin_table().schemes()) {
    if (line.size() + scheme.name.size() > 110) {
      std::printf("  %s\n", line.c_str());
      line.clear();
    }
    line += std::string(scheme.name) + " ";
  }
  std::printf("  %s\n", line.c_str());
  return 0;
}

int recipe_show(const recipe_arguments& given) {
  std::fputs(aeq::recipe::to_text(aeq::recipe::open(given.name)).c_str(), stdout);
  return 0;
}

int recipe_check(const recipe_arguments& given) {
  if (given.model.empty()) {
    aeq::warnings notes;
    aeq::recipe::policy checks;
    if (!given.policy.empty()) checks = aeq::recipe::load_policy(given.policy);
    const aeq::recipe::recipe r = aeq::recipe::open(given.name, {aeq::builtin_table(), &checks, &notes});
    print_warnings(notes);
    std::printf("%zu rules; name a model with --model to see what they do to its ops\n", r.rules().size());
    return given.strict && !notes.empty() ? static_cast<int>(aeq::error_code::bad_input) : 0;
  }
  aeq::quantizer quantizer(given.model);
  if (!given.policy.empty()) quantizer.load_policy(given.policy);
  quantizer.load_recipe(given.name);
  const aeq::recipe::plan plan = quantizer.plan();
  const std::vector<aeq::recipe::rule> rules = quantizer.current_recipe().rules();
  const std::vector<bool> skipped = aeq::quantize::skipped_subgraphs(quantizer.source(), plan);
  const aeq::quantize::recipe_view view(quantizer.source());

  boost::json::array entries;
  std::vector<row> table{{"op", "kind", "winning rule", "what happens"}};
  std::size_t quantized = 0;
  const auto add = [&](std::size_t g, const std::string& op, const std::string& kind, const std::string& scope,
                       const aeq::recipe::decision& d, bool changes) {
    const std::string rule = d.rule == aeq::recipe::no_rule ? "-" : rules[d.rule].place;
    const bool does = changes && !skipped[g];
    quantized += does && kind != "INPUT" && kind != "OUTPUT";  // the edges are no operators
    if (given.json) {
      entries.push_back(boost::json::object{{"subgraph", g},
                                            {"op", op},
                                            {"kind", kind},
                                            {"scope", scope},
                                            {"rule", rule},
                                            {"quantized", does},
                                            {"what", outcome(d, skipped[g], changes)}});
      return;
    }
    const std::string number = quantizer.source().subgraphs.size() > 1 ? std::to_string(g) + ":" + op : op;
    table.push_back({number, kind, rule.substr(rule.rfind(": ") == std::string::npos ? 0 : rule.rfind(": ") + 2),
                     outcome(d, skipped[g], changes) + "   (" + shortened(scope, 60) + ")"});
  };
  std::size_t all = 0;
  for (std::size_t g = 0; g < plan.subgraphs.size(); ++g) {
    if (plan.needs_calibration)
      add(g, "in", "INPUT", view.input_scope(g), plan.subgraphs[g].inputs, plan.subgraphs[g].inputs.quantize);
    for (std::size_t i = 0; i < plan.subgraphs[g].operations.size(); ++i, ++all) {
      const aeq::recipe::operation_facts facts = view.operation(g, i);
      const std::string_view name = aeq::op::builtin_name(facts.code);
      const aeq::recipe::decision& d = plan.subgraphs[g].operations[i];
      const aeq::model::subgraph& graph = quantizer.source().subgraphs[g];
      add(g, std::to_string(i), name.empty() ? "?" : std::string(name), facts.scope, d,
          aeq::quantize::changes(quantizer.source(), graph, graph.operations[i], d));
    }
    if (plan.needs_calibration)
      add(g, "out", "OUTPUT", view.output_scope(g), plan.subgraphs[g].outputs, plan.subgraphs[g].outputs.quantize);
  }
  if (given.json) {
    boost::json::array notes;
    for (const aeq::warning& w : quantizer.notes().all()) notes.emplace_back(w.place + ": " + w.message);
    std::printf("%s\n", boost::json::serialize(boost::json::object{{"needs_calibration", plan.needs_calibration},
                                                                   {"operations", entries},
                                                                   {"warnings", notes}})
                            .c_str());
  } else {
    print_table(table);
    std::printf("%zu of %zu operators would be quantized%s\n", quantized, all,
                plan.needs_calibration ? "; the recipe needs the ranges of activations" : "");
    print_warnings(quantizer.notes());
  }
  return given.strict && !quantizer.notes().empty() ? static_cast<int>(aeq::error_code::bad_input) : 0;
}

}  // namespace tool
