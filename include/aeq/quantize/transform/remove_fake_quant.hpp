// SPDX-License-Identifier: Apache-2.0
// FAKE_QUANT operators go where real integers take their place. This comes before rules and instructions: the tensors
// on both sides of a FAKE_QUANT become one, which is what the rules are about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <aeq/calibrate/fake_quant.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// What training has fixed, by tensors of the model as it is without the operators.
struct trained_parameters {
  struct trained_range {
    std::size_t graph;
    std::int32_t tensor;
    calibrate::tensor_range range;
  };
  struct trained_grid {
    std::size_t graph;
    std::int32_t tensor;              ///< a constant, all of whose values are steps of the grid
    calibrate::fake_quant_grid grid;  ///< from the lowest to the highest step that is there
  };
  struct removed_operation {
    std::size_t graph;
    std::size_t position;  ///< among the operators as they were
  };
  std::vector<trained_range> ranges;
  std::vector<trained_grid> grids;
  std::vector<removed_operation> removed;  ///< in the order of graphs and operators
};

/// Takes FAKE_QUANTs out of a model, and their decisions out of its plan:
/// - of a constant that an operator with a scheme reads: the constant's values are rounded as it says;
/// - of an activation, where its producer or some reader (an operator or an edge) has a static scheme.
/// Others stay, also one whose tensor has another FAKE_QUANT of another range already; `notes` (null: nobody) hears of
/// that. Throws error (not_quantizable).
[[nodiscard]] trained_parameters remove_fake_quant(model::model& m, recipe::plan& plan, warnings* notes);

/// Whether a model has a FAKE_QUANT at all.
[[nodiscard]] bool has_fake_quant(const model::model& m);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/transform/remove_fake_quant.ipp>
#endif
