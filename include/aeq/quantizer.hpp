// SPDX-License-Identifier: Apache-2.0
// The facade: load a model, give it a recipe, save the quantized model.
//
//     aeq::quantizer q("model.tflite");
//     q.load_recipe("dynamic_wi8_afp32");
//     q.save("quantized.tflite");
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <aeq/calibrate/calibration.hpp>
#include <aeq/calibrate/dataset.hpp>
#include <aeq/calibrate/observations.hpp>
#include <aeq/calibrate/sample.hpp>
#include <aeq/calibrate/statistics.hpp>
#include <aeq/execute/engine.hpp>
#include <aeq/execute/interpreter.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/progress.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>
#include <aeq/model/writer.hpp>
#include <aeq/recipe/edge_type.hpp>
#include <aeq/recipe/plan.hpp>
#include <aeq/recipe/policy.hpp>
#include <aeq/recipe/recipe.hpp>
#include <aeq/table/kernel_table.hpp>
#include <aeq/validate/comparison.hpp>

namespace aeq::inline AEQ_ABI {

/// How `quantizer::calibrate` goes about it.
struct calibration_options {
  calibrate::range_method ranges{};
  std::uint64_t samples = 0;                        ///< of a dataset, the first so many of each signature; 0: all
  unsigned threads = 0;                             ///< 0: one per processor; ranges do not depend on it
  aeq::progress* progress = nullptr;                ///< counts samples
  const calibrate::observations* resume = nullptr;  ///< goes on with these, by their method
};

/// How `quantizer::validate` goes about it.
struct validation_options {
  validate::comparison_options compare{};
  std::uint64_t samples = 0;  ///< of a dataset, the first so many of each signature; 0: all
  unsigned threads = 0;       ///< 0: one per processor; results do not depend on it
};

/// Quantizes one model. Every member throws aeq::error, and only that.
class quantizer {
 public:
  /// Reads the model at `path` ("-": standard input). `table` says which schemes recipes may name; pass
  /// kernel_table<builtin_schemes, my_scheme>() for schemes of your own.
  explicit quantizer(const std::string& path, kernel_table_view table = builtin_table());
  explicit quantizer(model::model source, kernel_table_view table = builtin_table());

  /// The recipe of a name ("dynamic_wi8_afp32") or of a JSON file.
  void load_recipe(const std::string& name_or_path);
  void set_recipe(recipe::recipe r) { recipe_ = std::move(r); }

  /// Adds rules to those that are there; later rules win.
  void update_recipe(const recipe::recipe& more) { recipe_.update(more); }

  /// Which ops may have which configuration, from a JSON file, in place of the default policy. Load it before the
  /// recipe, which is checked against it.
  void load_policy(const std::string& path);

  /// The ranges of activations, which static recipes need: from a file that calibration saved, ours or the Python
  /// tool's.
  void load_statistics(const std::string& path);
  void set_statistics(calibrate::statistics ranges) { statistics_ = std::move(ranges); }

  /// What float inputs and outputs become, as a last rule of the recipe for INPUT and OUTPUT; none: what the recipe
  /// says. A recipe without a static rule is then an error of `plan`.
  void set_input_type(std::optional<recipe::edge_type> type) { input_type_ = type; }
  void set_output_type(std::optional<recipe::edge_type> type) { output_type_ = type; }

  /// Makes an operator or an edge of a graph that would stay float an error (not_quantizable) that names it, says why
  /// it does, and which operators next to it would be integers.
  void set_integers_only(bool wanted) { integers_only_ = wanted; }

  /// Runs data through the float model and takes the ranges of its activations: those that the recipe needs, or all if
  /// there is no recipe yet. `data` is what calibrate/dataset.hpp reads: a file, a folder, "random:16". Returns what
  /// was seen, to be saved, gone on with or merged. Without need for ranges nothing is run. Warnings tell of NaN and
  /// infinities in activations, with tensor and sample, and of signatures that no sample was for.
  calibrate::observations calibrate(const std::string& data, const calibration_options& options = {});

  /// The same with samples of one's own, and with an engine of one's own.
  template <calibrate::sample_range Samples>
  calibrate::observations calibrate(Samples&& samples, const calibration_options& options = {}) {
    execute::interpreter engine(source_, {.threads = options.threads});
    return calibrate(engine, samples, options);
  }
  template <execute::inference_engine Engine>
  calibrate::observations calibrate(Engine& engine, const std::string& data, const calibration_options& options = {}) {
    if (std::optional<calibrate::dataset> samples = open_data(data, options)) {
      return calibrate(engine, *samples, options);
    }
    return end_calibration(begin_calibration(options));
  }
  template <execute::inference_engine Engine, calibrate::sample_range Samples>
  calibrate::observations calibrate(Engine& engine, Samples&& samples, const calibration_options& options = {}) {
    calibration run = begin_calibration(options);
    if (run.is_needed) {
      if (!recipe_.empty()) run.options.tensors = &run.tensors;
      run.options.notes = &run.notes;
      aeq::calibrate::collect(engine, source_, samples, run.seen, run.options);
    }
    return end_calibration(std::move(run));
  }

  /// What the recipe does to each op. Warnings tell of rules that do nothing.
  [[nodiscard]] recipe::plan plan();

  /// The quantized model, whose weights are quantized while it is written. `threads` 0: one per processor; the result
  /// does not depend on it.
  [[nodiscard]] model::model quantize(unsigned threads = 0, progress* tell = nullptr);
  [[nodiscard]] model::model quantize(const recipe::plan& decisions, unsigned threads = 0, progress* tell = nullptr);

  /// Quantizes and writes to `path` ("-": standard output). The file appears whole or not at all. Returns its size in
  /// bytes.
  std::uint64_t save(const std::string& path, const model::save_options& options = {});
  std::uint64_t save(const recipe::plan& decisions, const std::string& path, const model::save_options& options = {});

  /// Runs the source and a model that was made of it, such as `quantize` gives, on data, and compares them tensor by
  /// tensor. `data` is what calibrate/dataset.hpp reads. For engines of one's own there is validate::compare.
  [[nodiscard]] validate::comparison_result validate(const model::model& quantized, const std::string& data,
                                                     const validation_options& options = {}) const;

  [[nodiscard]] const model::model& source() const { return source_; }
  /// The recipe whose rules a plan counts: with those that the types of inputs and outputs add. Throws error.
  [[nodiscard]] recipe::recipe current_recipe() const;
  /// Makes `save` throw error (bad_input) where there are warnings, before anything is written.
  void set_strict(bool warnings_are_errors) { strict_ = warnings_are_errors; }

  /// Warnings of reading the model, loading the recipe, the last plan and the last quantization.
  [[nodiscard]] const warnings& notes() const { return notes_; }

 private:
  /// A calibration that is under way.
  struct calibration {
    calibrate::observations seen;
    calibrate::tensor_names tensors;
    calibrate::collect_options options;
    warnings notes;
    bool is_needed = true;
  };
  [[nodiscard]] calibration begin_calibration(const calibration_options& options);
  /// The samples of `data`; nothing where the recipe needs no ranges.
  [[nodiscard]] std::optional<calibrate::dataset> open_data(const std::string& data,
                                                            const calibration_options& options);
  calibrate::observations end_calibration(calibration run);

  kernel_table_view table_;
  recipe::policy policy_;
  recipe::recipe recipe_;
  calibrate::statistics statistics_;
  warnings loading_notes_;
  warnings notes_;
  model::model source_;
  std::optional<recipe::edge_type> input_type_;
  std::optional<recipe::edge_type> output_type_;
  bool integers_only_ = false;
  bool strict_ = false;
};

}  // namespace aeq::inline AEQ_ABI

#if AEQ_DEFINITIONS
#include <aeq/quantizer.ipp>
#endif
