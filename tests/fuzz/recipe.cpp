// SPDX-License-Identifier: Apache-2.0
// Any bytes as a recipe or, where they begin with '{' or 'p' (which is taken off), as a policy: either a clear error,
// or a recipe that survives being written and read again and that can be resolved against a model.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/recipe/json.hpp>
#include <aeq/recipe/policy_json.hpp>
#include <aeq/recipe/resolve.hpp>
#include <aeq/recipe/save.hpp>

namespace {

/// Two subgraphs of operations with all sorts of names.
struct view {
  struct operation_entry {
    aeq::op::code code;
    std::string scope;
  };
  std::vector<std::vector<operation_entry>> graphs{
      {{aeq::op::code::conv_2d, "model/block1/Conv2D;model/block1/bias;input;"},
       {aeq::op::code::fully_connected, "model/dense/MatMul;model/dense/Relu;"},
       {aeq::op::code::add, "a+b (c) [d] {e}*?.^$|\\;"},
       {aeq::op::code::embedding_lookup, std::string(3000, 'a') + ";"},
       {aeq::op::code::fully_connected, "\xc3\xa9t\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x98\x80;"},
       {aeq::op::code::custom, "custom;"}},
      {{aeq::op::code::fully_connected, std::string("line\nbreak\r\x00\xff;", 14)},
       {aeq::op::code::softmax, ""},
       {aeq::op::code::batch_matmul, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!;"}}};

  [[nodiscard]] std::size_t subgraph_count() const { return graphs.size(); }
  [[nodiscard]] std::size_t operation_count(std::size_t g) const { return graphs[g].size(); }
  [[nodiscard]] aeq::recipe::operation_facts operation(std::size_t g, std::size_t i) const {
    return {graphs[g][i].code, graphs[g][i].scope, "fuzz.tflite: subgraph " + std::to_string(g)};
  }
  [[nodiscard]] std::string input_scope(std::size_t g) const { return g == 0 ? "input;" : ""; }
  [[nodiscard]] std::string output_scope(std::size_t g) const { return g == 0 ? "labels;scores;" : "x;"; }
};

[[noreturn]] void finding(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Runs a step that may refuse; a refusal says why. Returns whether it was done.
template <class Step>
bool attempt(const Step& step) {
  try {
    step();
    return true;
  } catch (const aeq::error& e) {
    const std::string_view said = e.what();
    if (said.empty()) finding("a refusal without a word");
    if (e.code() != aeq::error_code::bad_input && e.code() != aeq::error_code::not_quantizable) {
      finding("a refusal that blames something else than the recipe");
    }
    return false;
  }
}

void try_recipe(std::string_view text) {
  static const view model;
  aeq::warnings notes;
  aeq::recipe::recipe first;
  if (!attempt([&] { first = aeq::recipe::parse(text, "fuzz.json", {aeq::builtin_table(), nullptr, &notes}); })) return;
  for (const aeq::warning& w : notes.all()) {
    if (w.place.empty() || w.message.empty()) finding("a warning without place or words");
  }
  const std::string saved = aeq::recipe::to_text(first);
  aeq::recipe::recipe second;
  if (!attempt([&] { second = aeq::recipe::parse(saved, "fuzz.json"); })) finding("what was written can't be read");
  if (!(first == second) || aeq::recipe::to_text(second) != saved)
    finding("the recipe changed on its way through text");
  attempt([&] {
    const aeq::recipe::plan p = aeq::recipe::resolve(first, aeq::recipe::policy(), aeq::builtin_table(), model, notes);
    if (p.subgraphs.size() != model.graphs.size()) finding("a plan of another model");
  });
}

void try_policy(std::string_view text) {
  attempt([&] {
    const aeq::recipe::policy checks = aeq::recipe::parse_policy(text, "fuzz.json");
    constexpr std::string_view rules =
        R"([{"regex": ".*", "operation": "*", "algorithm_key": "min_max_uniform_quantize", "op_config":
            {"weight_tensor_config": {"num_bits": 8, "granularity": "CHANNELWISE"}, "compute_precision": "INTEGER"}}])";
    attempt([&] {
      const aeq::recipe::recipe r = aeq::recipe::parse(rules, "rules.json", {aeq::builtin_table(), &checks, nullptr});
      aeq::warnings notes;
      static_cast<void>(aeq::recipe::resolve(r, checks, aeq::builtin_table(), view(), notes));
    });
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (data[0] == '{') {
    try_policy(text);
  } else if (data[0] == 'p') {
    try_policy(text.substr(1));
  } else {
    try_recipe(text);
  }
  return 0;
}
