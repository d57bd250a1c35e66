// SPDX-License-Identifier: Apache-2.0
// aeq validate: two models on the same data.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <aeq/calibrate/dataset.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/io/atomic_file.hpp>
#include <aeq/io/error.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/validate/comparison.hpp>
#include <aeq/validate/labels.hpp>
#include <aeq/validate/report/json.hpp>
#include <aeq/validate/report/model_explorer.hpp>
#include <aeq/validate/report/text.hpp>
#include <aeq/validate/thresholds.hpp>

#include "commands.hpp"
#include "engines.hpp"
#include "terminal.hpp"

namespace tool {

namespace {

using aeq::validate::comparison;
using aeq::validate::comparison_result;
using aeq::validate::engine_view;

void write(const std::string& path, const std::string& text, bool overwrite) {
  aeq::io::output_file file(path, {.overwrite = overwrite});
  file.write_at(0, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  file.commit();
}

/// The metrics that are asked for, and those that have a limit.
std::vector<aeq::validate::metric> wanted_metrics(const validate_arguments& given,
                                                  std::span<const aeq::validate::threshold> thresholds) {
  std::vector<aeq::validate::metric> metrics = aeq::validate::comparison_options().metrics;
  if (!given.metrics.empty()) metrics = aeq::validate::parse_metrics(given.metrics);
  for (const aeq::validate::threshold& t : thresholds) {
    if (std::find(metrics.begin(), metrics.end(), t.what) == metrics.end()) metrics.push_back(t.what);
  }
  return metrics;
}

std::vector<aeq::validate::threshold> thresholds_of(const validate_arguments& given) {
  std::vector<aeq::validate::threshold> all;
  for (std::size_t i = 0; i < limits.size(); ++i) {
    if (given.limits_given[i]) all.push_back({*aeq::validate::parse_metric(limits[i].metric), *given.limits_given[i]});
  }
  return all;
}

}  // namespace

int validate(const validate_arguments& given) {
  check_engine(given.engine);
  const std::vector<aeq::validate::threshold> thresholds = thresholds_of(given);
  aeq::warnings notes;
  aeq::validate::comparison_options how;
  how.metrics = wanted_metrics(given, thresholds);
  how.outputs_only = given.outputs_only;
  how.notes = &notes;
  const aeq::model::model reference = aeq::model::read(given.reference, notes);
  const aeq::model::model target = aeq::model::read(given.target, notes);
  aeq::calibrate::dataset data(given.data, aeq::execute::signatures_of(reference), {given.samples});
  if (data.is_random()) notes.add(given.data, "random numbers: real data may tell something else");
  if (!given.labels.empty()) {
    how.labels = aeq::validate::load_labels(given.labels);
    if (given.samples != 0 && how.labels.size() > data.size()) how.labels.resize(static_cast<std::size_t>(data.size()));
  }
  comparison_result result;
  {
    sample_bar bar;
    aeq::progress progress(bar.listener());
    progress.expect(data.size());
    how.tell = &progress;
    comparison work(reference, target, how);
    with_engine(given.engine, reference, [&](auto& first) {
      with_engine(given.engine, target, [&](auto& second) {
        const engine_view of_reference(first);
        const engine_view of_target(second);
        const auto run = [&](const engine_view* layers) {
          result = aeq::validate::compare(work, of_reference, of_target, layers, data);
        };
        if (work.layers() == nullptr) return run(nullptr);
        with_engine(given.engine, *work.layers(), [&](auto& third) {
          const engine_view layers(third);
          run(&layers);
        });
      });
    });
  }
  result.data = given.data;
  const std::vector<std::string> failed = aeq::validate::failures(result, thresholds, given.max_top_1_loss);
  if (!given.model_explorer.empty()) {
    write(given.model_explorer, aeq::validate::model_explorer_json(result, result.metrics.front()) + "\n",
          given.overwrite);
  }
  if (given.json) {
    std::printf("%s\n", aeq::validate::report_json(result, failed, notes).c_str());
  } else {
    print_warnings(notes);
    std::fputs(aeq::validate::report_text(result, given.number).c_str(), stdout);
    for (const std::string& f : failed) std::printf("%s%s\n", &f == &failed.front() ? "\n" : "", f.c_str());
  }
  return failed.empty() ? 0 : static_cast<int>(aeq::error_code::check_failed);
}

}  // namespace tool
