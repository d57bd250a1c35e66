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
#include <aeq/validate/report/html.hpp>
#include <aeq/validate/report/json.hpp>
#include <aeq/validate/report/model_explorer.hpp>
#include <aeq/validate/report/text.hpp>
#include <aeq/validate/sizes.hpp>
#include <aeq/validate/thresholds.hpp>

#include "commands.hpp"
#include "engines.hpp"
#include "terminal.hpp"

namespace tool {

namespace {

using aeq::validate::comparison;
using aeq::validate::comparison_result;
using aeq::validate::engine_view;

/// A file that is written at the end; that it can be is known from the start.
class later_file {
 public:
  later_file(const std::string& path, bool overwrite) {
    if (!path.empty()) file_.emplace(path, aeq::io::write_options{.overwrite = overwrite});
  }
  explicit operator bool() const { return file_.has_value(); }
  void write(const std::string& text) {
    file_->write_at(0, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    file_->commit();
  }

 private:
  std::optional<aeq::io::output_file> file_;
};

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

struct compared_data {
  std::string name;
  std::uint64_t samples = 0;
  std::string labels;
};

comparison_result run_comparison(const aeq::model::model& reference, const aeq::model::model& target,
                                 const compared_data& on, const engine_arguments& engine,
                                 aeq::validate::comparison_options how) {
  aeq::calibrate::dataset data(on.name, aeq::execute::signatures_of(reference), {on.samples});
  if (data.is_random()) how.notes->add(on.name, "random numbers: real data may tell something else");
  if (!on.labels.empty()) {
    how.labels = aeq::validate::load_labels(on.labels);
    if (on.samples != 0 && how.labels.size() > data.size()) how.labels.resize(static_cast<std::size_t>(data.size()));
  }
  sample_bar bar;
  aeq::progress progress(bar.listener());
  progress.expect(data.size());
  how.tell = &progress;
  comparison work(reference, target, std::move(how));
  comparison_result result;
  with_engine(engine, reference, [&](auto& first) {
    with_engine(engine, target, [&](auto& second) {
      const engine_view of_reference(first);
      const engine_view of_target(second);
      const auto run = [&](const engine_view* layers) {
        result = aeq::validate::compare(work, of_reference, of_target, layers, data);
      };
      if (work.layers() == nullptr) return run(nullptr);
      with_engine(engine, *work.layers(), [&](auto& third) {
        const engine_view layers(third);
        run(&layers);
      });
    });
  });
  result.data = on.name;
  return result;
}

}  // namespace

std::string report_page(const aeq::model::model& reference, const aeq::model::model& target, const std::string& recipe,
                        const quantize_arguments& given) {
  aeq::warnings notes;
  aeq::validate::comparison_options how;
  how.histograms = true;
  how.notes = &notes;
  const std::string data = given.calibration.data.empty() ? "random:1" : given.calibration.data;
  const comparison_result result =
      run_comparison(reference, target, {data, given.calibration.samples, {}}, given.engine, std::move(how));
  return aeq::validate::report_html(
      result, {aeq::validate::sizes_by_op(reference), aeq::validate::sizes_by_op(target), recipe, {}, &notes});
}

int validate(const validate_arguments& given) {
  check_engine(given.engine);
  const std::vector<aeq::validate::threshold> thresholds = thresholds_of(given);
  aeq::warnings notes;
  aeq::validate::comparison_options how;
  how.metrics = wanted_metrics(given, thresholds);
  how.outputs_only = given.outputs_only;
  how.histograms = !given.report.empty();
  how.notes = &notes;
  later_file explorer(given.model_explorer, given.overwrite);
  later_file page(given.report, given.overwrite);
  const aeq::model::model reference = aeq::model::read(given.reference, notes);
  const aeq::model::model target = aeq::model::read(given.target, notes);
  const comparison_result result =
      run_comparison(reference, target, {given.data, given.samples, given.labels}, given.engine, std::move(how));
  const std::vector<std::string> failed = aeq::validate::failures(result, thresholds, given.max_top_1_loss);
  if (explorer) explorer.write(aeq::validate::model_explorer_json(result, result.metrics.front()) + "\n");
  if (page) {
    page.write(aeq::validate::report_html(
        result, {aeq::validate::sizes_by_op(reference), aeq::validate::sizes_by_op(target), {}, failed, &notes}));
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
