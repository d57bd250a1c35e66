// SPDX-License-Identifier: Apache-2.0
// Parameters of constants: ops that want the same of one buffer share them. Included by definitions only.
// (spec: quantization, sections 2.1 and 5.2)
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <aeq/calibrate/fake_quant.hpp>
#include <aeq/io/progress.hpp>
#include <aeq/model/model.hpp>
#include <aeq/quantize/algorithm/min_max_uniform_quantize.hpp>
#include <aeq/quantize/parameters.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::quantize::detail {

/// An operator and what is decided for it.
struct decided_operation {
  std::size_t graph;
  std::int32_t position;
  const model::operation& operation;
  const recipe::decision& decision;
};

class constants {
 public:
  constants(const model::model& m, scale_time when) : model_(m), ranges_(when) {}

  /// From now on a constant is known to consist of steps of a grid.
  void set_grid(std::size_t graph, std::int32_t tensor, const calibrate::fake_quant_grid& grid) {
    grids_.insert_or_assign({graph, tensor}, grid);
  }

  /// A constant that an op with a weight reads: the weight format, with scales along the op's channel axis. Scales are
  /// there after `compute`. One on a grid gets the grid's scale in all channels, if the format has integers for all of
  /// its steps. Throws error (not_quantizable) where the shape does not fit the granularity.
  parameters in_weight_format(const decided_operation& at, std::int32_t tensor);

  /// A constant that an op without a weight reads: the activation format, one scale. Scales as above.
  parameters in_activation_format(std::size_t graph, std::int32_t tensor, const recipe::decision& d);

  /// A constant with the parameters of an activation.
  [[nodiscard]] parameters like_activation(std::size_t graph, std::int32_t tensor, const parameters& like) const;

  parameters as_float16(std::size_t graph, std::int32_t tensor);

  /// Finds the scales of everything asked for since the last call. Throws error (not_quantizable).
  void compute(unsigned threads, aeq::progress* tell) { ranges_.compute(threads, tell); }

  /// "model.tflite: tensor 3 "conv/weights"", for messages.
  [[nodiscard]] std::string name(std::size_t graph, std::int32_t tensor) const;

 private:
  static constexpr std::int32_t whole_tensor = -1;

  /// What makes two parameters of constants the same. The peer's cache looks at less: it hands one op's scales to
  /// another with a different channel axis.
  struct format_key {
    format_descriptor format;
    fit_float fit;
    friend bool operator<(const format_key& a, const format_key& b) { return a.tie() < b.tie(); }

   private:
    [[nodiscard]] std::tuple<number_kind, std::uint8_t, symmetry, granularity_kind, std::uint16_t, std::uintptr_t> tie()
        const {
      return {format.kind,
              format.bits,
              format.zero,
              format.granularity.kind,
              format.granularity.block_elements,
              reinterpret_cast<std::uintptr_t>(fit)};
    }
  };
  using constant_key = std::tuple<std::uint32_t, format_key, std::int32_t, std::vector<std::int32_t>>;

  [[nodiscard]] const model::tensor& tensor(std::size_t graph, std::int32_t index) const {
    return model_.subgraphs[graph].tensors[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] std::int32_t scale_axis(const decided_operation& at, std::int32_t tensor) const;
  parameters ranged(std::size_t graph, std::int32_t tensor, const format_descriptor& format, const fit_functions& fits,
                    std::int32_t axis);
  [[nodiscard]] bool takes_grid(std::size_t graph, std::int32_t tensor, const format_descriptor& format,
                                const fit_functions& fits) const;

  const model::model& model_;
  std::map<constant_key, parameters> known_;
  std::map<std::pair<std::size_t, std::int32_t>, calibrate::fake_quant_grid> grids_;
  min_max_ranges ranges_;
};

}  // namespace aeq::inline AEQ_ABI::quantize::detail

#if AEQ_DEFINITIONS
#include <aeq/quantize/constants.ipp>
#endif
