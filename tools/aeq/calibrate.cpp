// SPDX-License-Identifier: Apache-2.0
// aeq calibrate: samples run through a float model, and the ranges of its activations are saved. aeq stats: what is
// saved.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include <aeq/calibrate/observations_json.hpp>
#include <aeq/io/atomic_file.hpp>
#include <aeq/io/error.hpp>
#include <aeq/quantizer.hpp>

#include "commands.hpp"
#include "engines.hpp"
#include "terminal.hpp"

namespace tool {

namespace {

void save(const aeq::calibrate::observations& seen, const std::string& path, bool overwrite) {
  const std::string text = to_text(seen);
  aeq::io::output_file file(path, {.overwrite = overwrite});
  file.write_at(0, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  file.commit();
}

}  // namespace

aeq::calibration_options calibration_options(const data_arguments& given) {
  aeq::calibration_options how;
  how.samples = given.samples;
  if (given.ranges.empty()) return how;
  const std::optional<aeq::calibrate::range_method> method = aeq::calibrate::parse_range_method(given.ranges);
  if (!method) {
    throw aeq::error(aeq::error_code::wrong_usage, "--ranges " + given.ranges + ": is no method; there are " +
                                                       std::string(aeq::calibrate::range_methods_text));
  }
  how.ranges = *method;
  return how;
}

aeq::calibrate::observations run_calibration(aeq::quantizer& quantizer, const data_arguments& data,
                                             const engine_arguments& engine, const aeq::calibration_options& how) {
  aeq::calibrate::observations seen;
  with_engine(engine, quantizer.source(), [&](auto& made) { seen = quantizer.calibrate(made, data.data, how); });
  return seen;
}

int calibrate(const calibrate_arguments& given) {
  const auto start = std::chrono::steady_clock::now();
  aeq::calibration_options how = calibration_options(given.calibration);
  check_engine(given.engine);
  std::optional<aeq::calibrate::observations> before;
  if (!given.resume.empty()) {
    std::optional<aeq::calibrate::range_method> wanted;
    if (!given.calibration.ranges.empty()) wanted = how.ranges;
    before = aeq::calibrate::resume_from(given.resume, wanted);
    how.resume = &*before;
  }
  aeq::quantizer quantizer(given.model);
  if (!given.policy.empty()) quantizer.load_policy(given.policy);
  if (!given.recipe.empty()) quantizer.load_recipe(given.recipe);
  std::optional<sample_bar> bar(std::in_place);
  aeq::progress progress(bar->listener());
  how.progress = &progress;
  const aeq::calibrate::observations seen = run_calibration(quantizer, given.calibration, given.engine, how);
  bar.reset();
  print_warnings(quantizer.notes());
  if (given.strict && !quantizer.notes().empty()) {
    const aeq::warning& first = quantizer.notes().all().front();
    throw aeq::error(aeq::error_code::bad_input,
                     first.place + ": " + first.message + " (a warning, which --strict makes an error)");
  }
  const bool is_update = given.resume == given.output && !given.resume.empty();
  save(seen, given.output, given.overwrite || is_update);
  if (given.output == "-") return 0;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::uint64_t now = seen.samples() - (before ? before->samples() : 0);
  std::printf("%s\n%llu samples in %.3f s (%.1f samples/s), ranges of %zu tensors by %s\n", given.output.c_str(),
              static_cast<unsigned long long>(now), seconds, static_cast<double>(now) / seconds, seen.ranges().size(),
              aeq::calibrate::to_text(seen.method()).c_str());
  if (before) std::printf("%llu samples in all\n", static_cast<unsigned long long>(seen.samples()));
  return 0;
}

int stats_merge(const stats_arguments& given) {
  const aeq::calibrate::observations all = aeq::calibrate::merge_saved(given.files);
  save(all, given.output, given.overwrite);
  if (given.output == "-") return 0;
  std::printf("%s\n%llu samples, ranges of %zu tensors by %s\n", given.output.c_str(),
              static_cast<unsigned long long>(all.samples()), all.ranges().size(),
              aeq::calibrate::to_text(all.method()).c_str());
  return 0;
}

}  // namespace tool
