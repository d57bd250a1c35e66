// SPDX-License-Identifier: Apache-2.0
// The facade's way through the floors below it.
#pragma once

#include <aeq/quantizer.hpp>

#include <algorithm>
#include <vector>

#include <aeq/calibrate/statistics_json.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/quantize/model_view.hpp>
#include <aeq/quantize/pipeline.hpp>
#include <aeq/recipe/builtin.hpp>
#include <aeq/recipe/policy_json.hpp>
#include <aeq/recipe/resolve.hpp>
#include <aeq/recipe/scope.hpp>

namespace aeq::inline AEQ_ABI {

AEQ_INLINE quantizer::quantizer(const std::string& path, kernel_table_view table) : table_(table) {
  source_ = model::read(path, loading_notes_);
  notes_ = loading_notes_;
}

AEQ_INLINE quantizer::quantizer(model::model source, kernel_table_view table)
    : table_(table), source_(std::move(source)) {}

AEQ_INLINE void quantizer::load_recipe(const std::string& name_or_path) {
  recipe_ = recipe::open(name_or_path, {table_, &policy_, &loading_notes_});
  notes_ = loading_notes_;
}

AEQ_INLINE void quantizer::load_policy(const std::string& path) {
  policy_ = recipe::load_policy(path);
}

AEQ_INLINE void quantizer::load_statistics(const std::string& path) {
  statistics_ = calibrate::load_statistics(path);
}

AEQ_INLINE recipe::recipe quantizer::current_recipe() const {
  recipe::recipe all = recipe_;
  if (input_type_) {
    all = recipe::with_edge_type(std::move(all), op::code::graph_input, *input_type_, policy_, table_);
  }
  if (output_type_) {
    all = recipe::with_edge_type(std::move(all), op::code::graph_output, *output_type_, policy_, table_);
  }
  return all;
}

AEQ_INLINE calibrate::observations quantizer::calibrate(const std::string& data, const calibration_options& options) {
  execute::interpreter engine(source_, {.threads = options.threads});
  return calibrate(engine, data, options);
}

AEQ_INLINE std::optional<calibrate::dataset> quantizer::open_data(const std::string& data,
                                                                  const calibration_options& options) {
  if (!recipe_.empty() && !plan().needs_calibration) return std::nullopt;
  std::optional<calibrate::dataset> samples(std::in_place, data, execute::signatures_of(source_),
                                            calibrate::dataset_options{.samples = options.samples});
  if (samples->is_random()) {
    loading_notes_.add(data, "random numbers: the ranges that come of them mean nothing for real data");
  }
  if (options.progress != nullptr) options.progress->expect(samples->size());
  return samples;
}

AEQ_INLINE quantizer::calibration quantizer::begin_calibration(const calibration_options& options) {
  calibration run;
  if (options.resume != nullptr) {
    run.seen = *options.resume;
  } else {
    run.seen = calibrate::observations(options.ranges);
  }
  run.options.tell = options.progress;
  if (recipe_.empty()) return run;
  const recipe::plan decisions = plan();
  run.is_needed = decisions.needs_calibration;
  run.tensors = calibrate::needed_tensors(source_, decisions);
  if (!run.is_needed) {
    loading_notes_.add("calibration", "the recipe needs no ranges of activations; no sample was run");
  }
  return run;
}

AEQ_INLINE calibrate::observations quantizer::end_calibration(calibration run) {
  run.seen.tell(run.notes);
  if (run.is_needed) {
    calibrate::tell_unreached(source_, recipe_.empty() ? nullptr : &run.tensors, run.seen, run.notes);
  }
  for (const warning& w : run.notes.all()) loading_notes_.add(w.place, w.message);
  notes_ = loading_notes_;
  statistics_ = run.seen.ranges();
  return std::move(run.seen);
}

AEQ_INLINE recipe::plan quantizer::plan() {
  if (recipe_.empty()) throw error(error_code::wrong_usage, "the recipe has no rules; load one first");
  notes_ = loading_notes_;  // asking again does not say everything twice
  const recipe::recipe all = current_recipe();
  const std::vector<recipe::rule> rules = all.rules();
  const bool names_count =
      std::any_of(rules.begin(), rules.end(), [](const recipe::rule& r) { return !recipe::core_of(r.regex).empty(); });
  const quantize::recipe_view view(source_, names_count ? &notes_ : nullptr);
  return recipe::resolve(all, policy_, table_, view, notes_);
}

AEQ_INLINE model::model quantizer::quantize(unsigned threads, progress* tell) {
  return quantize(plan(), threads, tell);
}

AEQ_INLINE model::model quantizer::quantize(const recipe::plan& decisions, unsigned threads, progress* tell) {
  return quantize::quantize_model(source_, decisions,
                                  {.threads = threads,
                                   .progress = tell,
                                   .statistics = &statistics_,
                                   .notes = &notes_,
                                   .integers_only = integers_only_});
}

AEQ_INLINE std::uint64_t quantizer::save(const std::string& path, const model::save_options& options) {
  return save(plan(), path, options);
}

AEQ_INLINE std::uint64_t quantizer::save(const recipe::plan& decisions, const std::string& path,
                                         const model::save_options& options) {
  try {
    const model::model quantized = quantize::quantize_model(source_, decisions,
                                                            {.threads = options.threads,
                                                             .progress = options.progress,
                                                             .when = quantize::scale_time::while_writing,
                                                             .statistics = &statistics_,
                                                             .notes = &notes_,
                                                             .integers_only = integers_only_});
    if (strict_ && !notes_.empty()) {
      const warning& first = notes_.all().front();
      throw error(error_code::bad_input,
                  first.place + ": " + first.message + " (a warning, which strictness makes an error)");
    }
    return model::write(quantized, path, options);
  } catch (const error&) {
    if (source_.file) source_.file->check_unchanged();  // what was found wrong may be of a file half written
    throw;
  }
}

AEQ_INLINE validate::comparison_result quantizer::validate(const model::model& quantized, const std::string& data,
                                                           const validation_options& options) const {
  aeq::validate::comparison work(source_, quantized, options.compare);
  aeq::calibrate::dataset samples(data, execute::signatures_of(source_), {.samples = options.samples});
  if (options.compare.tell != nullptr) options.compare.tell->expect(samples.size());
  execute::interpreter reference(source_, {.threads = options.threads});
  execute::interpreter target(quantized, {.threads = options.threads});
  const aeq::validate::engine_view of_reference(reference);
  const aeq::validate::engine_view of_target(target);
  std::optional<execute::interpreter> alone;
  std::optional<aeq::validate::engine_view> layers;
  if (work.layers() != nullptr) {
    alone.emplace(*work.layers(), execute::interpreter_options{.threads = options.threads});
    layers.emplace(*alone);
  }
  aeq::validate::comparison_result result =
      aeq::validate::compare(work, of_reference, of_target, layers ? &*layers : nullptr, samples);
  result.data = data;
  return result;
}

}  // namespace aeq::inline AEQ_ABI
