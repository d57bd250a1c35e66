// SPDX-License-Identifier: Apache-2.0
// What a recipe decides for each op of a model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <aeq/recipe/rule.hpp>
#include <aeq/table/descriptor.hpp>

namespace aeq::inline AEQ_ABI::recipe {

inline constexpr std::size_t no_rule = static_cast<std::size_t>(-1);

struct decision {
  const op::operation_descriptor* operation = nullptr;  ///< null: an operator that recipes can't name
  std::size_t rule = no_rule;  ///< position of the winning rule in recipe::rules(); no_rule if none applies
  bool quantize = false;       ///< false also for a winning no_quantize rule
  aeq::recipe::algorithm algorithm = aeq::recipe::algorithm::no_quantize;
  std::string scheme_name;     ///< of the table's row; derived from the formats where skip_checks found no row
  scheme_descriptor scheme{};  ///< its `name` is empty; `scheme_name` has it
  fit_functions fits{};
  std::uint64_t min_weight_elements = 0;
  std::string reason;  ///< why the op stays as it is, where a rule matched but can't apply
};

/// The decisions of one subgraph: per operator, and for its inputs and outputs as a whole.
struct subgraph_plan {
  std::vector<decision> operations;
  decision inputs;
  decision outputs;
};

struct plan {
  std::vector<subgraph_plan> subgraphs;
  bool needs_calibration = false;  ///< some rule wants activation ranges, whether or not it won an op
};

}  // namespace aeq::inline AEQ_ABI::recipe
