// SPDX-License-Identifier: Apache-2.0
// A comparison as one HTML file: the definitions.
#pragma once

#include <aeq/validate/report/html.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string_view>

#include <aeq/io/columns.hpp>
#include <aeq/validate/report/html_page.hpp>

namespace aeq::inline AEQ_ABI::validate {

namespace detail {

/// Text from anywhere, as text of a page.
[[nodiscard]] AEQ_INLINE std::string html_text(std::string_view from) {
  std::string result;
  for (const char c : io::shown(from, 400)) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

/// The same for text of several lines.
[[nodiscard]] AEQ_INLINE std::string html_lines(std::string_view from) {
  std::string result;
  for (std::size_t begin = 0; begin < from.size();) {
    const std::size_t end = std::min(from.find('\n', begin), from.size());
    result += html_text(from.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return result;
}

[[nodiscard]] AEQ_INLINE std::string html_number(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

class html_report {
 public:
  html_report(const comparison_result& result, const html_details& details) : result_(result), details_(details) {}

  std::string text() {
    page_ +=
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'\">\n<title>aeq: " +
        html_text(result_.target) + "</title>\n<style>" + std::string(html_style) + "</style>\n</head>\n<body>\n";
    head();
    sizes();
    for (const signature_result& s : result_.signatures) {
      if (result_.signatures.size() > 1 || !s.key.empty()) page_ += "<h2>Signature " + html_text(s.key) + "</h2>\n";
      layers(s);
      tensors(s);
    }
    if (!details_.recipe.empty()) {
      page_ += "<h2>Recipe</h2>\n<pre id=\"recipe\">" + html_lines(details_.recipe) + "</pre>\n";
    }
    if (details_.notes != nullptr && !details_.notes->empty()) {
      page_ += "<h2>Warnings</h2>\n<ul>\n";
      for (const warning& w : details_.notes->all()) {
        page_ += "<li>" + html_text(w.place) + ": " + html_text(w.message) + "</li>\n";
      }
      page_ += "</ul>\n";
    }
    page_ += "<script>" + std::string(html_script) + "</script>\n</body>\n</html>\n";
    return std::move(page_);
  }

 private:
  static std::string cell(double value, const std::string& shown) {
    // Infinities sort at the ends, what is no number at the lower one.
    const double sortable = std::isnan(value) ? -1e300 : std::clamp(value, -1e300, 1e300);
    return "<td data-v=\"" + html_number("%.9g", sortable) + "\">" + shown + "</td>";
  }
  static std::string cell(double value, const char* format) { return cell(value, html_number(format, value)); }
  static std::string name_cell(const std::string& name) { return "<td class=\"name\">" + html_text(name) + "</td>"; }
  static std::string text_cell(std::string_view text) { return "<td class=\"text\">" + html_text(text) + "</td>"; }
  static std::string decibel_text(double value) {
    if (std::isinf(value)) return value > 0 ? "exact" : "no signal";
    return html_number("%.1f", value) + " dB";
  }
  void card(const std::string& value, const std::string& what) {
    page_ += "<div class=\"card\"><b>" + value + "</b><span>" + what + "</span></div>\n";
  }

  void head() {
    page_ += "<h1>" + html_text(result_.target) + "</h1>\n<p class=\"soft\">beside " + html_text(result_.reference) +
             ", on " + html_text(result_.data) + "</p>\n<div class=\"cards\">\n";
    if (result_.reference_bytes > 0 && result_.target_bytes > 0) {
      const double share =
          100.0 * static_cast<double>(result_.target_bytes) / static_cast<double>(result_.reference_bytes);
      card(io::size_text(result_.target_bytes),
           "of " + io::size_text(result_.reference_bytes) + ", " + html_number("%.1f", share) + " %");
    }
    std::uint64_t samples = 0;
    for (const signature_result& s : result_.signatures) samples += s.samples;
    card(std::to_string(samples), samples == 1 ? "sample" : "samples");
    if (result_.labels) {
      const auto percent = [&](std::uint64_t right) {
        return html_number("%.2f", 100.0 * static_cast<double>(right) / static_cast<double>(result_.labels->samples)) +
               " %";
      };
      card(percent(result_.labels->target_right), "right; reference " + percent(result_.labels->reference_right));
      card(percent(result_.labels->agreed), "same answer in both");
    }
    for (const signature_result& s : result_.signatures) {
      for (const tensor_result& t : s.tensors) {
        if (t.group == tensor_group::output)
          card(decibel_text(t.strength.sqnr()), "signal over noise, " + html_text(t.name));
      }
    }
    page_ += "</div>\n";
    for (const std::string& f : details_.failed) page_ += "<p class=\"bad\">" + html_text(f) + "</p>\n";
  }

  void sizes() {
    if (details_.reference_sizes.empty() && details_.target_sizes.empty()) return;
    std::uint64_t most = 1;
    for (const op_size& o : details_.reference_sizes) most = std::max(most, o.bytes);
    for (const op_size& o : details_.target_sizes) most = std::max(most, o.bytes);
    page_ +=
        "<h2>Size by op</h2>\n<p class=\"soft\">Bytes of constants<span class=\"key\" style=\"background: "
        "var(--low)\"></span>reference<span class=\"key\" style=\"background: var(--own)\"></span>target</p>\n"
        "<div class=\"wide\"><table class=\"sorts\" id=\"sizes\"><thead><tr><th class=\"text\">op</th><th>ops</th>"
        "<th>reference</th><th>target</th><th class=\"text\"></th></tr></thead><tbody>\n";
    const auto row = [&](const std::string& op, const op_size* before, const op_size* after) {
      const std::uint64_t from = before == nullptr ? 0 : before->bytes;
      const std::uint64_t to = after == nullptr ? 0 : after->bytes;
      const auto width = [&](std::uint64_t bytes) {
        return html_number("%.1f", 300.0 * static_cast<double>(bytes) / static_cast<double>(most));
      };
      page_ += "<tr>" + text_cell(op) + cell(after == nullptr ? 0 : static_cast<double>(after->operations), "%.0f") +
               cell(static_cast<double>(from), io::size_text(from)) + cell(static_cast<double>(to), io::size_text(to)) +
               "<td class=\"text\"><svg width=\"300\" height=\"16\" role=\"img\" aria-label=\"bytes of " +
               html_text(op) + "\"><rect class=\"low\" width=\"" + width(from) +
               "\" height=\"7\"/><rect class=\"own\" y=\"8\" width=\"" + width(to) +
               "\" height=\"7\"/></svg></td></tr>\n";
    };
    const auto of = [](const std::vector<op_size>& all, const std::string& op) -> const op_size* {
      const auto found = std::find_if(all.begin(), all.end(), [&](const op_size& o) { return o.op == op; });
      return found == all.end() ? nullptr : &*found;
    };
    for (const op_size& o : details_.reference_sizes) row(o.op, &o, of(details_.target_sizes, o.op));
    for (const op_size& o : details_.target_sizes) {
      if (of(details_.reference_sizes, o.op) == nullptr) row(o.op, nullptr, &o);
    }
    page_ += "</tbody></table></div>\n";
  }

  /// Noise as a height, from 0 for 0.01 % of the signal (by amplitude) to 1 for all of it and more.
  static double height_of(double noise_share) {
    if (!(noise_share > 0)) return 0;
    return std::clamp((std::log10(std::sqrt(noise_share)) + 4) / 4, 0.0, 1.0);
  }

  void layers(const signature_result& s) {
    if (s.layers.empty()) return;
    page_ +=
        "<h2>Error by layer</h2>\n<p class=\"soft\">Root mean square of the noise, as a share of the signal, in the "
        "order of the ops<span class=\"key\" style=\"background: var(--own)\"></span>the op's own, alone<span "
        "class=\"key\" style=\"background: var(--all)\"></span>in the whole model</p>\n";
    std::vector<const layer_result*> in_order;
    for (const layer_result& l : s.layers) in_order.push_back(&l);
    std::stable_sort(in_order.begin(), in_order.end(),
                     [](const layer_result* a, const layer_result* b) { return a->operation < b->operation; });
    constexpr double left = 52;
    constexpr double tall = 200;
    const double step = std::clamp(1040.0 / static_cast<double>(in_order.size()), 6.0, 40.0);
    const double width = left + step * static_cast<double>(in_order.size()) + 8;
    page_ += "<div class=\"wide\"><svg class=\"chart\" role=\"img\" aria-label=\"error by layer\" width=\"" +
             html_number("%.0f", width) + "\" height=\"" + html_number("%.0f", tall + 28) + "\">\n";
    constexpr std::array<const char*, 5> ticks{"0.01 %", "0.1 %", "1 %", "10 %", "100 %"};
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      const std::string y = html_number("%.0f", 8 + tall - tall * static_cast<double>(i) / 4);
      page_ += "<line class=\"grid\" x1=\"" + html_number("%.0f", left) + "\" x2=\"" + html_number("%.0f", width) +
               "\" y1=\"" + y + "\" y2=\"" + y + "\"/><text text-anchor=\"end\" x=\"46\" y=\"" + y + "\" dy=\"4\">" +
               ticks[i] + "</text>\n";
    }
    for (std::size_t i = 0; i < in_order.size(); ++i) {
      const layer_result& l = *in_order[i];
      const double own = l.own ? tall * height_of(l.own->noise_share()) : 0;
      const double all = tall * height_of(l.total.noise_share());
      const double x = left + step * static_cast<double>(i);
      page_ += "<g><title>" + html_text(l.op) + " " + std::to_string(l.operation) + ", " + html_text(l.tensor) +
               ": own " + (l.own ? decibel_text(l.own->sqnr()) : "unknown") + ", in the model " +
               decibel_text(l.total.sqnr()) + "</title><rect class=\"own\" x=\"" +
               html_number("%.1f", x + step * 0.15) + "\" y=\"" + html_number("%.1f", 8 + tall - own) + "\" width=\"" +
               html_number("%.1f", step * 0.7) + "\" height=\"" + html_number("%.1f", own) + "\"/>";
      if (all > 0) {
        page_ += "<circle class=\"all\" cx=\"" + html_number("%.1f", x + step * 0.5) + "\" cy=\"" +
                 html_number("%.1f", 8 + tall - all) + "\" r=\"3\"/>";
      }
      if (step >= 16) {
        page_ += "<text text-anchor=\"middle\" x=\"" + html_number("%.1f", x + step * 0.5) + "\" y=\"" +
                 html_number("%.0f", tall + 24) + "\">" + std::to_string(l.operation) + "</text>";
      }
      page_ += "</g>\n";
    }
    page_ +=
        "</svg></div>\n<div class=\"wide\"><table class=\"sorts layers\"><thead><tr><th>number</th><th class=\"text\">"
        "op</th><th class=\"text\">output</th><th>own</th><th>inherited</th><th>together</th></tr></thead><tbody>\n";
    for (const layer_result& l : s.layers) {
      const auto noise = [](const std::optional<power>& p) {
        return p ? cell(p->sqnr(), decibel_text(p->sqnr()))
                 : cell(std::numeric_limits<double>::quiet_NaN(), std::string("unknown"));
      };
      page_ += "<tr>" + cell(static_cast<double>(l.operation), "%.0f") + text_cell(l.op) + name_cell(l.tensor) +
               noise(l.own) + noise(l.inherited) + noise(l.total) + "</tr>\n";
    }
    page_ += "</tbody></table></div>\n";
  }

  void tensors(const signature_result& s) {
    page_ +=
        "<h2>Tensors</h2>\n<p class=\"soft\">Histograms are of the reference's values; lines show the range that the "
        "quantized tensor holds, of its widest channel where it has several</p>\n"
        "<div class=\"wide\"><table class=\"sorts tensors\"><thead><tr><th class=\"text\">tensor</th><th "
        "class=\"text\">"
        "kind</th><th class=\"text\">type</th>";
    for (const metric m : result_.metrics) page_ += "<th>" + std::string(name_of(m)) + "</th>";
    page_ +=
        "<th>clipped</th><th>saturated</th><th>least</th><th>greatest</th><th class=\"text\">values</th></tr></thead>"
        "<tbody>\n";
    for (const tensor_result& t : s.tensors) {
      page_ += "<tr>" + name_cell(t.name) + text_cell(name_of(t.group)) + text_cell(t.target_type);
      for (std::size_t i = 0; i < t.values.size(); ++i) {
        page_ += result_.metrics[i] == metric::sqnr ? cell(t.values[i], decibel_text(t.values[i]))
                                                    : cell(t.values[i], "%.5g");
      }
      const auto elements = static_cast<double>(std::max<std::uint64_t>(t.strength.elements, 1));
      const auto share = [&](std::uint64_t count) {
        const double percent = 100.0 * static_cast<double>(count) / elements;
        return t.range ? cell(percent, html_number("%.2f", percent) + " %") : cell(-1.0, std::string());
      };
      page_ += share(t.clipped) + share(t.saturated.lowest + t.saturated.highest) + cell(t.lowest, "%.5g") +
               cell(t.highest, "%.5g") + "<td class=\"text\">" + histogram_of(t) + "</td></tr>\n";
    }
    page_ += "</tbody></table></div>\n";
  }

  /// Counts in bins from the least to the greatest value or limit, by the square root so that rare values show.
  static std::string histogram_of(const tensor_result& t) {
    if (t.values_seen.count() == 0) return {};
    const std::optional<value_range>& range = t.range ? t.range : t.widest;
    double from = std::min(t.lowest, range ? range->lowest : t.lowest);
    double to = std::max(t.highest, range ? range->highest : t.highest);
    if (!(to > from)) {
      from -= 1;
      to += 1;
    }
    constexpr std::size_t bins = 60;
    constexpr double width = 180;
    constexpr double tall = 32;
    std::array<double, bins> counts{};
    const double bin_width = std::ldexp(1.0, t.values_seen.exponent());
    const auto add = [&](double value, std::uint64_t count) {
      const double place = std::clamp((value - from) / (to - from) * bins, 0.0, static_cast<double>(bins - 1));
      counts[static_cast<std::size_t>(place)] += static_cast<double>(count);
    };
    add(0, t.values_seen.zeros());
    for (std::size_t i = 0; i < t.values_seen.positive().size(); ++i) {
      add((static_cast<double>(i) + 0.5) * bin_width, t.values_seen.positive()[i]);
    }
    for (std::size_t i = 0; i < t.values_seen.negative().size(); ++i) {
      add(-(static_cast<double>(i) + 0.5) * bin_width, t.values_seen.negative()[i]);
    }
    const double most = *std::max_element(counts.begin(), counts.end());
    std::string path = "M0 " + html_number("%.0f", tall);
    for (std::size_t i = 0; i < bins; ++i) {
      const double y = tall - (tall - 2) * std::sqrt(counts[i] / most);
      path += "V" + html_number("%.1f", y) + "h" + html_number("%.0f", width / bins);
    }
    std::string svg = "<svg width=\"180\" height=\"32\" role=\"img\" aria-label=\"values\"><path class=\"own\" d=\"" +
                      path + "V" + html_number("%.0f", tall) + "Z\"/>";
    const auto edge = [&](double value) {
      const std::string x = html_number("%.1f", std::clamp((value - from) / (to - from) * width, 1.0, width - 1));
      svg += "<line class=\"edge\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"0\" y2=\"32\"/>";
    };
    if (range) {
      edge(range->lowest);
      edge(range->highest);
      svg += "<title>" + html_number("%.5g", range->lowest) + " to " + html_number("%.5g", range->highest) + "</title>";
    }
    return svg + "</svg>";
  }

  const comparison_result& result_;
  const html_details& details_;
  std::string page_;
};

}  // namespace detail

AEQ_INLINE std::string report_html(const comparison_result& result, const html_details& details) {
  return detail::html_report(result, details).text();
}

}  // namespace aeq::inline AEQ_ABI::validate
