// SPDX-License-Identifier: Apache-2.0
// Any bytes as a policy: either a clear error, or a policy that every kind of recipe can be checked against and that
// gives the same answers when it is read again.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/recipe/json.hpp>
#include <aeq/recipe/policy_json.hpp>

#include "findings.hpp"

namespace {

const std::vector refused{aeq::error_code::bad_input, aeq::error_code::not_quantizable};

constexpr std::array<std::string_view, 5> recipes{
    R"([{"regex": ".*", "operation": "*", "algorithm_key": "min_max_uniform_quantize", "op_config":
        {"weight_tensor_config": {"num_bits": 8, "granularity": "CHANNELWISE"}, "compute_precision": "INTEGER"}}])",
    R"([{"regex": ".*", "operation": "FULLY_CONNECTED", "algorithm_key": "min_max_uniform_quantize", "op_config":
        {"weight_tensor_config": {"num_bits": 4, "granularity": "BLOCKWISE_32"}, "compute_precision": "INTEGER"}}])",
    R"([{"regex": ".*", "operation": "CONV_2D", "algorithm_key": "min_max_uniform_quantize", "op_config":
        {"weight_tensor_config": {"num_bits": 8, "symmetric": false}, "explicit_dequantize": true}}])",
    R"([{"regex": ".*", "operation": "BATCH_MATMUL", "algorithm_key": "float_casting", "op_config":
        {"weight_tensor_config": {"num_bits": 16, "dtype": "FLOAT"}, "explicit_dequantize": true}}])",
    R"([{"regex": ".*", "operation": "ADD", "algorithm_key": "min_max_uniform_quantize", "op_config":
        {"activation_tensor_config": {"num_bits": 8, "symmetric": false}, "weight_tensor_config": {"num_bits": 8},
         "compute_precision": "INTEGER"}}])"};

/// What a policy lets happen: for each recipe and op, the scheme or why not.
std::string answers(const aeq::recipe::policy& checks) {
  static const aeq_fuzz::view model;
  std::string all;
  for (const std::string_view rules : recipes) {
    aeq_fuzz::attempt(refused, [&] {
      const aeq::recipe::recipe r = aeq::recipe::parse(rules, "rules.json", {aeq::builtin_table(), &checks, nullptr});
      aeq::warnings notes;
      const aeq::recipe::plan p = aeq::recipe::resolve(r, checks, aeq::builtin_table(), model, notes);
      aeq_fuzz::check_warnings(notes);
      for (const auto& graph : p.subgraphs) {
        for (const auto& d : graph.operations) all += (d.quantize ? d.scheme_name : d.reason) + "\n";
      }
    });
    all += "--\n";
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  aeq_fuzz::attempt(refused, [&] {
    const std::string first = answers(aeq::recipe::parse_policy(text, "fuzz.json"));
    if (first != answers(aeq::recipe::parse_policy(text, "fuzz.json"))) aeq_fuzz::finding("two answers to a question");
  });
  return 0;
}
