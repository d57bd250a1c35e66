// SPDX-License-Identifier: Apache-2.0
// Materialization: decisions of the recipe become rules of tensors. Reads the op catalogue and the decision's scheme;
// nothing here is instantiated per scheme. (spec: quantization, section 5)
#pragma once

#include <aeq/calibrate/statistics.hpp>
#include <aeq/io/progress.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>
#include <aeq/quantize/parameters.hpp>
#include <aeq/quantize/rules.hpp>
#include <aeq/quantize/transform/remove_fake_quant.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// How a model is quantized, apart from what the recipe says.
struct pipeline_options {
  unsigned threads = 0;               ///< 0: one per processor; the result does not depend on it
  aeq::progress* progress = nullptr;  ///< is told of weights read
  scale_time when = scale_time::at_once;
  const calibrate::statistics* statistics = nullptr;  ///< ranges of activations; null: none are known
  warnings* notes = nullptr;                          ///< gets what is odd but harmless; null: nobody wants it
  bool integers_only = false;                         ///< an operator or edge that would stay float is an error
};

/// The rules of every tensor. Ranges of weights are found here, in one pass over them, but for those that can wait
/// until they are written. What training has fixed goes before the statistics, and ranges that the file notes
/// (calibrate::noted_range) stand in where the statistics have none. Throws error (not_quantizable).
[[nodiscard]] model_rules materialize(const model::model& m, const recipe::plan& plan, const pipeline_options& options,
                                      const trained_parameters& trained = {});

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/materialize.ipp>
#endif
