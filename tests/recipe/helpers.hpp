// SPDX-License-Identifier: Apache-2.0
// What the tests of recipes share: messages of errors, rules as short text, a model made of names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/recipe/json.hpp>
#include <aeq/recipe/resolve.hpp>

namespace recipe_test {

/// The message of the aeq::error that a call throws, "" if it throws none; `code` gets its code.
template <class Call>
std::string message_of(const Call& call, aeq::error_code* code = nullptr) {
  try {
    call();
  } catch (const aeq::error& problem) {
    if (code != nullptr) *code = problem.code();
    return problem.what();
  }
  return {};
}

inline std::string parse_error(std::string_view text, aeq::error_code* code = nullptr) {
  return message_of([&] { static_cast<void>(aeq::recipe::parse(text, "r.json")); }, code);
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A rule's JSON: dynamic range with weights of some bits.
inline std::string dynamic_rule(std::string_view regex, std::string_view operation, int bits) {
  return R"({"regex": ")" + std::string(regex) + R"(", "operation": ")" + std::string(operation) +
         R"(", "algorithm_key": "min_max_uniform_quantize", "op_config": {"weight_tensor_config": {"num_bits": )" +
         std::to_string(bits) + R"(, "granularity": "CHANNELWISE"}, "compute_precision": "INTEGER"}})";
}

inline std::string leave_rule(std::string_view regex, std::string_view operation) {
  return R"({"regex": ")" + std::string(regex) + R"(", "operation": ")" + std::string(operation) +
         R"(", "algorithm_key": "no_quantize"})";
}

/// A recipe of one min_max rule with an op_config.
inline std::string with_config(std::string_view config, std::string_view operation = "*") {
  return R"([{"regex": ".*", "operation": ")" + std::string(operation) +
         R"(", "algorithm_key": "min_max_uniform_quantize", "op_config": )" + std::string(config) + "}]";
}

struct named_operation {
  aeq::op::code code;
  std::string scope;
};

/// One subgraph whose ops are listed.
struct fake_model {
  std::vector<named_operation> operations;
  std::string input = "image;";
  std::string output = "labels;";

  [[nodiscard]] std::size_t subgraph_count() const { return 1; }
  [[nodiscard]] std::size_t operation_count(std::size_t) const { return operations.size(); }
  [[nodiscard]] aeq::recipe::operation_facts operation(std::size_t, std::size_t i) const {
    return {operations[i].code, operations[i].scope, "m.tflite: operation " + std::to_string(i)};
  }
  [[nodiscard]] std::string input_scope(std::size_t) const { return input; }
  [[nodiscard]] std::string output_scope(std::size_t) const { return output; }
};

inline aeq::recipe::plan resolve(const aeq::recipe::recipe& r, const fake_model& model, aeq::warnings& doubts) {
  return aeq::recipe::resolve(r, aeq::recipe::policy(), aeq::builtin_table(), model, doubts);
}

}  // namespace recipe_test
