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
#include <aeq/quantize/transform/remove_fake_quant.hpp>
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

/// What becomes of a FAKE_QUANT that goes.
std::string fate_of_fake_quant(const aeq::model::model& m, const aeq::model::subgraph& g, std::size_t position) {
  const std::int32_t from = g.operations[position].inputs[0];
  return m.is_constant(g.tensors[static_cast<std::size_t>(from)]) ? "goes: its constant is rounded to its steps"
                                                                  : "goes: its range becomes that of its tensor";
}

/// `told`: what was said when others went.
std::string why_fake_quant_stays(const aeq::warnings& told, const aeq::model::subgraph& g,
                                 const aeq::model::operation& o) {
  const std::string tensor = aeq::model::label(g, static_cast<std::size_t>(o.outputs[0]));
  for (const aeq::warning& w : told.all()) {
    if (w.place.ends_with(": " + tensor)) return "stays: its tensor has another range already";
  }
  return "stays: what is next to it stays float";
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
  // What a FAKE_QUANT says is taken over before anything is quantized: what happens to ops is seen without those that
  // go.
  const aeq::model::model& source = quantizer.source();
  aeq::model::model trained = source;
  aeq::recipe::plan decided = plan;
  aeq::warnings trained_notes;
  const aeq::quantize::trained_parameters taken = aeq::quantize::remove_fake_quant(trained, decided, &trained_notes);
  const std::vector<bool> skipped = aeq::quantize::skipped_subgraphs(source, plan);
  const aeq::quantize::recipe_view view(source);

  boost::json::array entries;
  std::vector<row> table{{"op", "kind", "winning rule", "what happens"}};
  std::size_t quantized = 0;
  const auto add = [&](std::size_t g, const std::string& op, const std::string& kind, const std::string& scope,
                       const aeq::recipe::decision& d, bool changes, const std::string& what) {
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
                                            {"what", what}});
      return;
    }
    const std::string number = source.subgraphs.size() > 1 ? std::to_string(g) + ":" + op : op;
    table.push_back({number, kind, rule.substr(rule.rfind(": ") == std::string::npos ? 0 : rule.rfind(": ") + 2),
                     what + "   (" + shortened(scope, 60) + ")"});
  };
  const auto add_edge = [&](std::size_t g, const char* op, const char* kind, const std::string& scope,
                            const aeq::recipe::decision& d) {
    if (plan.needs_calibration) add(g, op, kind, scope, d, d.quantize, outcome(d, skipped[g], d.quantize));
  };
  std::size_t all = 0;
  std::size_t gone = 0;
  for (std::size_t g = 0; g < plan.subgraphs.size(); ++g) {
    add_edge(g, "in", "INPUT", view.input_scope(g), plan.subgraphs[g].inputs);
    std::size_t left = 0;
    for (std::size_t i = 0; i < plan.subgraphs[g].operations.size(); ++i) {
      const aeq::recipe::operation_facts facts = view.operation(g, i);
      const std::string_view name = aeq::op::builtin_name(facts.code);
      const aeq::recipe::decision& d = plan.subgraphs[g].operations[i];
      const std::string kind = name.empty() ? "?" : std::string(name);
      if (gone < taken.removed.size() && taken.removed[gone].graph == g && taken.removed[gone].position == i) {
        ++gone;
        add(g, std::to_string(i), kind, facts.scope, d, false, fate_of_fake_quant(source, source.subgraphs[g], i));
        continue;
      }
      const aeq::model::subgraph& graph = trained.subgraphs[g];
      const bool changes =
          aeq::quantize::changes(trained, graph, graph.operations[left], decided.subgraphs[g].operations[left]);
      const bool is_fake_quant = facts.code == aeq::op::code::fake_quant;
      add(g, std::to_string(i), kind, facts.scope, d, changes,
          is_fake_quant ? why_fake_quant_stays(trained_notes, graph, graph.operations[left])
                        : outcome(d, skipped[g], changes));
      ++left;
      ++all;
    }
    add_edge(g, "out", "OUTPUT", view.output_scope(g), plan.subgraphs[g].outputs);
  }
  if (given.json) {
    boost::json::array notes;
    for (const aeq::warnings* all_of : {&quantizer.notes(), static_cast<const aeq::warnings*>(&trained_notes)}) {
      for (const aeq::warning& w : all_of->all()) notes.emplace_back(w.place + ": " + w.message);
    }
    std::printf("%s\n", boost::json::serialize(boost::json::object{{"needs_calibration", plan.needs_calibration},
                                                                   {"operations", entries},
                                                                   {"warnings", notes}})
                            .c_str());
  } else {
    print_table(table);
    std::printf("%zu of %zu operators would be quantized%s\n", quantized, all,
                plan.needs_calibration ? "; the recipe needs the ranges of activations" : "");
    if (gone > 0) {
      std::printf("%zu FAKE_QUANT would go; they give the ranges of %zu activations\n", gone, taken.ranges.size());
    }
    print_warnings(quantizer.notes());
    print_warnings(trained_notes);
  }
  return given.strict && !(quantizer.notes().empty() && trained_notes.empty())
             ? static_cast<int>(aeq::error_code::bad_input)
             : 0;
}

}  // namespace tool
