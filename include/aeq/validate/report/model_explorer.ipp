// SPDX-License-Identifier: Apache-2.0
// The Python tool's files: the definitions.
#pragma once

#include <aeq/validate/report/model_explorer.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::validate {

namespace detail {

/// In the Python tool's order of groups.
inline constexpr std::array<std::pair<tensor_group, const char*>, 4> groups{
    {{tensor_group::input, "input_tensors"},
     {tensor_group::output, "output_tensors"},
     {tensor_group::constant, "constant_tensors"},
     {tensor_group::intermediate, "intermediate_tensors"}}};

}  // namespace detail

AEQ_INLINE std::string model_explorer_json(const comparison_result& result, metric m) {
  const auto found = std::find(result.metrics.begin(), result.metrics.end(), m);
  const auto place = static_cast<std::size_t>(found - result.metrics.begin());
  boost::json::object tensors;
  for (const signature_result& s : result.signatures) {
    for (const auto& [group, key] : detail::groups) {
      for (const tensor_result& t : s.tensors) {
        if (t.group != group || place >= t.values.size() || !std::isfinite(t.values[place])) continue;
        tensors[io::escaped_utf8(t.name)] = boost::json::object{{"value", t.values[place]}};
      }
    }
  }
  boost::json::array thresholds;
  constexpr std::array<std::int64_t, 3> whole{1, 10, 100};
  const auto add = [&](boost::json::value value) {
    const std::size_t green = 255 - 36 * thresholds.size();
    thresholds.push_back(
        boost::json::object{{"value", std::move(value)}, {"bgColor", "rgb(200, " + std::to_string(green) + ", 0)"}});
  };
  for (const double value : {0.05, 0.1, 0.2, 0.4}) add(value);
  for (const std::int64_t value : whole) add(value);
  return io::json_line(boost::json::object{{"results", std::move(tensors)}, {"thresholds", std::move(thresholds)}});
}

AEQ_INLINE std::string python_tool_json(const comparison_result& result) {
  const auto before = static_cast<std::int64_t>(result.reference_bytes);
  const std::int64_t saved = before - static_cast<std::int64_t>(result.target_bytes);
  boost::json::object all{
      {"reduced_size_bytes", saved},
      {"reduced_size_percentage", before == 0 ? 0.0 : static_cast<double>(saved) / static_cast<double>(before) * 100}};
  for (const signature_result& s : result.signatures) {
    boost::json::object signature;
    for (const auto& [group, key] : detail::groups) {
      boost::json::object& tensors = signature[key].emplace_object();
      for (const tensor_result& t : s.tensors) {
        if (t.group != group) continue;
        boost::json::object& values = tensors[io::escaped_utf8(t.name)].emplace_object();
        for (std::size_t i = 0; i < t.values.size(); ++i) values[name_of(result.metrics[i])] = t.values[i];
      }
    }
    all[io::escaped_utf8(s.key)] = std::move(signature);
  }
  return io::json_line(all);
}

}  // namespace aeq::inline AEQ_ABI::validate
