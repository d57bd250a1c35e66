// SPDX-License-Identifier: Apache-2.0
// aeq quantize: a float model and a recipe become a quantized model.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <aeq/io/atomic_file.hpp>
#include <aeq/io/file.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/quantize/composite.hpp>
#include <aeq/quantize/selection.hpp>
#include <aeq/quantize/transform/remove_fake_quant.hpp>
#include <aeq/quantizer.hpp>
#include <aeq/recipe/save.hpp>

#include "commands.hpp"
#include "engines.hpp"
#include "terminal.hpp"

namespace tool {

namespace {

/// "models/a.tflite" and "recipes/b.json" → "models/a_b.tflite".
std::string default_output(const quantize_arguments& given) {
  if (given.model == "-") {
    throw aeq::error(aeq::error_code::wrong_usage,
                     "a model from standard input has no name; say where to write with -o");
  }
  const auto without = [](std::string text, const std::string& ending) {
    return text.ends_with(ending) ? text.substr(0, text.size() - ending.size()) : text;
  };
  const std::string file(aeq::io::file_name_of(given.recipe));
  return without(given.model, ".tflite") + "_" + without(file, ".json") + ".tflite";
}

/// How many ops of a kind got which scheme.
std::map<std::pair<std::string, std::string>, std::size_t> count_quantized(const aeq::model::model& m,
                                                                           const aeq::recipe::plan& plan) {
  std::map<std::pair<std::string, std::string>, std::size_t> counts;
  const std::vector<bool> skipped = aeq::quantize::skipped_subgraphs(m, plan);
  for (std::size_t g = 0; g < plan.subgraphs.size(); ++g) {
    if (skipped[g]) continue;
    for (std::size_t i = 0; i < m.subgraphs[g].operations.size(); ++i) {
      const aeq::recipe::decision& d = plan.subgraphs[g].operations[i];
      if (aeq::quantize::changes(m, m.subgraphs[g], m.subgraphs[g].operations[i], d)) {
        ++counts[{std::string(d.operation->name), d.scheme_name}];
      }
    }
  }
  return counts;
}

std::size_t operator_count(const aeq::model::model& m) {
  std::size_t count = 0;
  for (const aeq::model::subgraph& g : m.subgraphs) count += g.operations.size();
  return count;
}

/// 1234567 → "1,234,567".
std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace

int quantize(const quantize_arguments& given) {
  const auto start = std::chrono::steady_clock::now();
  const std::string output = given.output.empty() ? default_output(given) : given.output;
  if (!given.report.empty() && output == "-") {
    throw aeq::error(aeq::error_code::wrong_usage, "--report reads the output again; say where to write it with -o");
  }
  if (!given.report.empty() && given.model == "-") {
    throw aeq::error(aeq::error_code::wrong_usage, "--report wants a model from a file, not from standard input");
  }
  std::optional<aeq::io::output_file> page;
  if (!given.report.empty()) page.emplace(given.report, aeq::io::write_options{.overwrite = given.overwrite});
  aeq::calibration_options how = calibration_options(given.calibration);
  check_engine(given.engine);
  aeq::quantizer quantizer(given.model);
  if (!given.policy.empty()) quantizer.load_policy(given.policy);
  quantizer.load_recipe(given.recipe);
  if (!given.statistics.empty()) quantizer.load_statistics(given.statistics);
  quantizer.set_input_type(aeq::recipe::edge_type_of(given.input_type));
  quantizer.set_output_type(aeq::recipe::edge_type_of(given.output_type));
  quantizer.set_integers_only(given.strict_int);
  std::uint64_t calibrated = 0;
  if (!given.calibration.data.empty()) {
    sample_bar samples;
    aeq::progress progress(samples.listener());
    how.progress = &progress;
    calibrated = run_calibration(quantizer, given.calibration, given.engine, how).samples();
  }
  const aeq::recipe::plan plan = quantizer.plan();
  if (!given.json) print_warnings(quantizer.notes());
  if (given.strict && !quantizer.notes().empty()) {
    const aeq::warning& first = quantizer.notes().all().front();
    throw aeq::error(aeq::error_code::bad_input,
                     first.place + ": " + first.message + " (a warning, which --strict makes an error)");
  }
  progress_bar bar;
  aeq::progress progress(bar.listener());
  aeq::model::save_options options{{given.overwrite, given.sync}, given.engine.threads, &progress};
  const std::uint64_t before = quantizer.source().file->bytes().size();
  quantizer.set_strict(given.strict);
  const std::size_t told = quantizer.notes().all().size();
  const std::uint64_t after = quantizer.save(plan, output, options);
  if (!given.json) print_warnings(quantizer.notes(), told);
  if (!given.report.empty()) {
    aeq::warnings notes;  // the reader has told them of the source
    const std::string text = report_page(quantizer.source(), aeq::model::read(output, notes),
                                         aeq::recipe::to_text(quantizer.current_recipe()), given);
    page->write_at(0, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    page->commit();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  // Operators are counted without the FAKE_QUANTs that have gone.
  aeq::model::model counted = quantizer.source();
  aeq::recipe::plan decided = plan;
  if (aeq::quantize::has_fake_quant(counted)) {
    static_cast<void>(aeq::quantize::remove_fake_quant(counted, decided, nullptr));
  }
  const auto counts = count_quantized(counted, decided);
  if (given.json) {
    boost::json::array quantized;
    for (const auto& [kind, count] : counts) {
      quantized.push_back(boost::json::object{{"operation", kind.first}, {"scheme", kind.second}, {"count", count}});
    }
    boost::json::array notes;
    for (const aeq::warning& w : quantizer.notes().all()) notes.emplace_back(w.place + ": " + w.message);
    boost::json::object report{{"input", given.model},   {"output", output},   {"input_bytes", before},
                               {"output_bytes", after},  {"seconds", seconds}, {"operators", operator_count(counted)},
                               {"quantized", quantized}, {"warnings", notes}};
    if (calibrated != 0) report["calibration_samples"] = calibrated;
    std::FILE* to = output == "-" ? stderr : stdout;
    std::fprintf(to, "%s\n", boost::json::serialize(report).c_str());
    return 0;
  }
  if (output == "-") return 0;
  const double share = before == 0 ? 0.0 : 100.0 * static_cast<double>(after) / static_cast<double>(before);
  std::printf("%s\n%s -> %s bytes (%.1f %%) in %.3f s\n", output.c_str(), grouped(before).c_str(),
              grouped(after).c_str(), share, seconds);
  std::size_t all = 0;
  for (const auto& [kind, count] : counts) all += count;
  if (calibrated != 0) std::printf("calibrated with %s samples\n", grouped(calibrated).c_str());
  std::printf("%zu of %zu operators quantized\n", all, operator_count(counted));
  for (const auto& [kind, count] : counts) {
    std::printf("  %4zu  %-24s %s\n", count, kind.first.c_str(), kind.second.c_str());
  }
  return 0;
}

}  // namespace tool
