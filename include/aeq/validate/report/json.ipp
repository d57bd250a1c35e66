// SPDX-License-Identifier: Apache-2.0
// A comparison as JSON: the definitions.
#pragma once

#include <aeq/validate/report/json.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::validate {

namespace detail {

[[nodiscard]] AEQ_INLINE boost::json::value number_or_null(double value) {
  if (!std::isfinite(value)) return nullptr;
  return value;
}

[[nodiscard]] AEQ_INLINE boost::json::value share_of(const std::optional<power>& p) {
  if (!p) return nullptr;
  return number_or_null(p->noise_share());
}

[[nodiscard]] AEQ_INLINE boost::json::object json_of(const tensor_result& t, const std::vector<metric>& metrics) {
  boost::json::object values;
  for (std::size_t i = 0; i < t.values.size(); ++i) values[name_of(metrics[i])] = number_or_null(t.values[i]);
  boost::json::object result{{"name", io::escaped_utf8(t.name)},
                             {"group", name_of(t.group)},
                             {"reference_type", t.reference_type},
                             {"target_type", t.target_type},
                             {"samples", t.samples},
                             {"elements", t.strength.elements},
                             {"metrics", std::move(values)},
                             {"values", boost::json::array{number_or_null(t.lowest), number_or_null(t.highest)}}};
  if (t.range) {
    result["range"] = boost::json::array{t.range->lowest, t.range->highest};
    result["clipped"] = t.clipped;
    result["saturated"] = boost::json::array{t.saturated.lowest, t.saturated.highest};
  }
  return result;
}

[[nodiscard]] AEQ_INLINE boost::json::object json_of(const layer_result& l) {
  return {{"op", l.op},
          {"operation", l.operation},
          {"tensor", io::escaped_utf8(l.tensor)},
          {"own_noise", share_of(l.own)},
          {"inherited_noise", share_of(l.inherited)},
          {"noise", number_or_null(l.total.noise_share())}};
}

}  // namespace detail

AEQ_INLINE boost::json::object to_json(const comparison_result& result, std::span<const std::string> failed,
                                       const warnings& notes) {
  boost::json::array metrics;
  for (const metric m : result.metrics) metrics.emplace_back(name_of(m));
  boost::json::array signatures;
  for (const signature_result& s : result.signatures) {
    boost::json::array tensors;
    for (const tensor_result& t : s.tensors) tensors.push_back(detail::json_of(t, result.metrics));
    boost::json::array layers;
    for (const layer_result& l : s.layers) layers.push_back(detail::json_of(l));
    signatures.push_back(boost::json::object{{"key", io::escaped_utf8(s.key)},
                                             {"samples", s.samples},
                                             {"tensors", std::move(tensors)},
                                             {"layers", std::move(layers)}});
  }
  boost::json::object all{
      {"format", "validation/1"},
      {"reference",
       boost::json::object{{"file", io::escaped_utf8(result.reference)}, {"bytes", result.reference_bytes}}},
      {"target", boost::json::object{{"file", io::escaped_utf8(result.target)}, {"bytes", result.target_bytes}}},
      {"data", io::escaped_utf8(result.data)},
      {"metrics", std::move(metrics)},
      {"signatures", std::move(signatures)}};
  if (result.labels) {
    const top_1& l = *result.labels;
    all["top_1"] = boost::json::object{{"output", io::escaped_utf8(l.output)},
                                       {"samples", l.samples},
                                       {"reference_right", l.reference_right},
                                       {"target_right", l.target_right},
                                       {"agreed", l.agreed}};
  }
  boost::json::array sentences;
  for (const std::string& f : failed) sentences.emplace_back(f);
  all["failed"] = std::move(sentences);
  boost::json::array told;
  for (const warning& w : notes.all()) told.emplace_back(w.place + ": " + w.message);
  all["warnings"] = std::move(told);
  return all;
}

AEQ_INLINE std::string report_json(const comparison_result& result, std::span<const std::string> failed,
                                   const warnings& notes) {
  return io::json_line(to_json(result, failed, notes));
}

}  // namespace aeq::inline AEQ_ABI::validate
