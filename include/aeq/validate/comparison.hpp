// SPDX-License-Identifier: Apache-2.0
// Two models on the same samples, tensor by tensor: a reference and a target, mostly a float model and what
// quantization made of it. Tensors belong together by their names. Any engine will do. (spec: numerics, section 8.1)
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <aeq/calibrate/sample.hpp>
#include <aeq/config.hpp>
#include <aeq/execute/engine.hpp>
#include <aeq/io/progress.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>
#include <aeq/validate/metrics.hpp>
#include <aeq/validate/result.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// An engine that belongs to someone else, whatever its type.
class engine_view {
 public:
  template <execute::inference_engine Engine>
  explicit engine_view(Engine& engine)
      : signatures_([&engine] { return std::span<const execute::signature>(std::as_const(engine).signatures()); }),
        run_([&engine](std::size_t signature, std::span<const operand> inputs, const execute::tensor_visitor& visitor) {
          engine.run(signature, inputs, visitor);
        }),
        output_([&engine](std::size_t index) -> operand { return std::as_const(engine).output(index); }),
        reset_([&engine] { engine.reset(); }) {}

  [[nodiscard]] std::span<const execute::signature> signatures() const { return signatures_(); }
  void run(std::size_t signature, std::span<const operand> inputs, const execute::tensor_visitor& visitor) const {
    run_(signature, inputs, visitor);
  }
  [[nodiscard]] operand output(std::size_t index) const { return output_(index); }
  void reset() const { reset_(); }

 private:
  std::function<std::span<const execute::signature>()> signatures_;
  std::function<void(std::size_t, std::span<const operand>, const execute::tensor_visitor&)> run_;
  std::function<operand(std::size_t)> output_;
  std::function<void()> reset_;
};

struct comparison_options {
  std::vector<metric> metrics{metric::mse, metric::sqnr, metric::cosine_similarity, metric::max_error};
  bool outputs_only = false;         ///< no other tensors and no layers
  bool histograms = false;           ///< count the reference's values
  std::vector<std::int64_t> labels;  ///< one per sample, or none
  progress* tell = nullptr;          ///< counts samples
  warnings* notes = nullptr;         ///< gets what can't be compared
};

/// Compares sample by sample; holds the values of one sample at a time.
class comparison {
 public:
  /// Throws error (bad_input) where the target lacks a signature of the reference, or an input or output of one.
  comparison(const model::model& reference, const model::model& target, comparison_options options);
  comparison(comparison&&) noexcept;
  comparison& operator=(comparison&&) noexcept;
  ~comparison();

  /// The target's ops one by one (layers.hpp), for an engine of their own; null if there is none to run alone.
  [[nodiscard]] const model::model* layers() const;

  /// Runs both models on a sample of the reference's inputs, and what layers there are. State is fresh for each sample.
  /// Throws what the engines throw, with the number of the sample.
  void take(const engine_view& reference, const engine_view& target, const engine_view* layers,
            const calibrate::sample& s);

  /// Throws error (bad_input) if there was no sample, or more or fewer than labels.
  [[nodiscard]] comparison_result finish();

 private:
  class inside;
  std::unique_ptr<inside> inside_;
};

/// Runs all samples. `layers` is an engine for comparison::layers(), or null for no errors of ops alone.
template <calibrate::sample_range Samples>
[[nodiscard]] comparison_result compare(comparison& work, const engine_view& reference, const engine_view& target,
                                        const engine_view* layers, Samples&& samples) {
  for (const calibrate::sample& s : samples) work.take(reference, target, layers, s);
  return work.finish();
}

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/comparison.ipp>
#endif
