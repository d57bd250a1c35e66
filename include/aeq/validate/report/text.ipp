// SPDX-License-Identifier: Apache-2.0
// A comparison as text: the definitions.
#pragma once

#include <aeq/validate/report/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <aeq/io/columns.hpp>

namespace aeq::inline AEQ_ABI::validate {

namespace detail {

[[nodiscard]] AEQ_INLINE std::string printed(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

[[nodiscard]] AEQ_INLINE std::string decibels(double value) {
  if (std::isinf(value)) return value > 0 ? "exact" : "-inf";
  return printed("%.1f dB", value);
}

[[nodiscard]] AEQ_INLINE std::string metric_text(metric m, double value) {
  return m == metric::sqnr ? decibels(value) : printed("%.6g", value);
}

[[nodiscard]] AEQ_INLINE std::string percent(std::uint64_t part, std::uint64_t of) {
  return printed("%.2f %%", of == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(of));
}

[[nodiscard]] AEQ_INLINE std::string counted_samples(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " sample" : " samples");
}

class text_report {
 public:
  text_report(const comparison_result& result, std::size_t rows) : result_(result), rows_(rows) {}

  std::string text() {
    head();
    for (const signature_result& s : result_.signatures) {
      text_ += "\n";
      if (!s.key.empty() || result_.signatures.size() > 1) {
        text_ += "signature '" + io::shown(s.key) + "', " + counted_samples(s.samples) + "\n";
      }
      outputs(s);
      layers(s);
      clipped(s);
    }
    return std::move(text_);
  }

 private:
  void head() {
    io::columns files({"", "", ">"});
    const auto size = [](std::uint64_t bytes) { return bytes == 0 ? std::string() : io::size_text(bytes); };
    files.add({"reference", io::shown(result_.reference, 200), size(result_.reference_bytes)});
    files.add({"target", io::shown(result_.target, 200), size(result_.target_bytes)});
    const std::string table = files.text("");
    text_ = table.substr(table.find('\n') + 1);  // without the titles
    std::uint64_t samples = 0;
    for (const signature_result& s : result_.signatures) samples += s.samples;
    text_ += "data       " + io::shown(result_.data, 200) + ", " + counted_samples(samples) + "\n";
    if (!result_.labels) return;
    const top_1& l = *result_.labels;
    text_ += "top-1      " + percent(l.reference_right, l.samples) + " of the reference, " +
             percent(l.target_right, l.samples) + " of the target; both have the same answer for " +
             percent(l.agreed, l.samples) + "\n";
  }

  void outputs(const signature_result& s) {
    std::vector<std::string> titles{"output", "type"};
    for (const metric m : result_.metrics) titles.push_back(">" + std::string(name_of(m)));
    io::columns table(titles);
    for (const tensor_result& t : s.tensors) {
      if (t.group != tensor_group::output) continue;
      std::vector<std::string> cells{io::shown(t.name), t.target_type};
      for (std::size_t i = 0; i < t.values.size(); ++i) cells.push_back(metric_text(result_.metrics[i], t.values[i]));
      table.add(std::move(cells));
    }
    text_ += table.text("");
  }

  void layers(const signature_result& s) {
    if (s.layers.empty()) return;
    text_ += "\nlayers, the one with the most noise of its own first\n";
    io::columns table({">op", "", "output", ">own", ">inherited", ">together"});
    for (std::size_t i = 0; i < std::min(rows_, s.layers.size()); ++i) {
      const layer_result& l = s.layers[i];
      table.add({std::to_string(l.operation), l.op, io::shown(l.tensor), l.own ? decibels(l.own->sqnr()) : "unknown",
                 l.inherited ? decibels(l.inherited->sqnr()) : "unknown", decibels(l.total.sqnr())});
    }
    text_ += table.text("  ");
    more(s.layers.size());
  }

  void clipped(const signature_result& s) {
    std::vector<const tensor_result*> worst;
    for (const tensor_result& t : s.tensors) {
      if (t.range && t.clipped > 0) worst.push_back(&t);
    }
    if (worst.empty()) return;
    const auto share = [](const tensor_result* t) {
      return static_cast<double>(t->clipped) / static_cast<double>(t->strength.elements);
    };
    std::stable_sort(worst.begin(), worst.end(),
                     [&](const tensor_result* a, const tensor_result* b) { return share(a) > share(b); });
    text_ += "\nvalues beyond what their type holds\n";
    io::columns table({"tensor", "type", ">clipped", ">saturated", "values", "range"});
    for (std::size_t i = 0; i < std::min(rows_, worst.size()); ++i) {
      const tensor_result& t = *worst[i];
      // Where no value lies beyond it, such as at the zero of a RELU, the limit is a value like others.
      const std::uint64_t saturated = (t.lowest < t.range->lowest ? t.saturated.lowest : 0) +
                                      (t.highest > t.range->highest ? t.saturated.highest : 0);
      table.add({io::shown(t.name), t.target_type, percent(t.clipped, t.strength.elements),
                 percent(saturated, t.strength.elements),
                 printed("%.5g", t.lowest) + " to " + printed("%.5g", t.highest),
                 printed("%.5g", t.range->lowest) + " to " + printed("%.5g", t.range->highest)});
    }
    text_ += table.text("  ");
    more(worst.size());
  }

  void more(std::size_t count) {
    if (count > rows_) text_ += "  and " + std::to_string(count - rows_) + " more\n";
  }

  const comparison_result& result_;
  std::size_t rows_;
  std::string text_;
};

}  // namespace detail

AEQ_INLINE std::string report_text(const comparison_result& result, std::size_t rows) {
  return detail::text_report(result, rows).text();
}

}  // namespace aeq::inline AEQ_ABI::validate
