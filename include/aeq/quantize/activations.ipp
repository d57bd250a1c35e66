// SPDX-License-Identifier: Apache-2.0
// Parameters of activations, the definitions.
#pragma once

#include <aeq/quantize/activations.hpp>

#include <cmath>
#include <memory>
#include <utility>

#include <aeq/io/error.hpp>
#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::quantize::detail {

AEQ_INLINE std::string activations::name(std::size_t graph, std::int32_t tensor) const {
  return model_.file_name() + ": " + model::label(model_.subgraphs[graph], static_cast<std::size_t>(tensor));
}

AEQ_INLINE const calibrate::tensor_range* activations::range(std::size_t graph, std::int32_t tensor) const {
  if (const auto place = changed_.find(key(graph, tensor)); place != changed_.end()) return &place->second;
  const model::tensor& t = model_.subgraphs[graph].tensors[static_cast<std::size_t>(tensor)];
  return known_ != nullptr && t.name ? known_->find(*t.name) : nullptr;
}

AEQ_INLINE void activations::set_range(std::size_t graph, std::int32_t tensor, calibrate::tensor_range range) {
  changed_.insert_or_assign(key(graph, tensor), std::move(range));
}

AEQ_INLINE void activations::set_range(std::size_t graph, std::int32_t tensor, const tensor_parameters& p) {
  const double scale = p.scale.front();
  const double zero = p.zero_point.front();
  const double highest = (static_cast<double>(p.format.highest()) - zero) * scale;
  const double lowest = p.format.is_symmetric() ? -highest : (static_cast<double>(p.format.lowest()) - zero) * scale;
  set_range(graph, tensor, {lowest, highest, true, {}});
}

AEQ_INLINE bool activations::knows_some_of(std::size_t graph) const {
  const std::size_t count = model_.subgraphs[graph].tensors.size();
  for (std::size_t i = 0; i < count; ++i) {
    const model::tensor& t = model_.subgraphs[graph].tensors[i];
    if (!model_.is_constant(t) && range(graph, static_cast<std::int32_t>(i)) != nullptr) return true;
  }
  return false;
}

AEQ_INLINE parameters activations::fitted(std::size_t graph, std::int32_t tensor, const format_descriptor& format,
                                          const fit_functions& fits) const {
  const calibrate::tensor_range* r = range(graph, tensor);
  if (r == nullptr) {
    std::string reached_by;
    for (const model::signature& s : model_.signatures) {
      if (s.subgraph != graph || model_.signatures.size() < 2) continue;
      reached_by += (reached_by.empty() ? " of signature '" : ", '") + io::escaped_utf8(s.key.value_or("")) + "'";
    }
    throw error(error_code::not_quantizable,
                name(graph, tensor) + ": the statistics have no range for it; calibrate with data" + reached_by +
                    " that reaches it, or leave the ops around it out with a no_quantize "
                    "rule");
  }
  const auto refuse = [&](const char* why) {
    throw error(error_code::not_quantizable, name(graph, tensor) + ": its range is " + calibrate::describe(*r) + ", " +
                                                 why +
                                                 "; mend the statistics or their data, or leave the ops around "
                                                 "it out with a no_quantize rule");
  };
  if (!std::isfinite(r->lowest) || !std::isfinite(r->highest)) refuse("which has no scale");
  if (r->lowest > r->highest) refuse("whose ends are the wrong way round");
  auto p = std::make_shared<tensor_parameters>();
  p->format = format;
  p->scale_shape = r->shape;
  p->wide = r->wide;
  if (r->wide) {
    const scale_zero_point<double> fit = fits.wide({r->lowest, r->highest}, format);
    p->scale = {fit.scale};
    p->zero_point = {fit.zero_point};
  } else {
    const aeq::range<float> floats{static_cast<float>(r->lowest), static_cast<float>(r->highest)};
    const scale_zero_point<float> fit = fits.narrow(floats, format);
    p->scale = {static_cast<double>(fit.scale)};
    p->zero_point = {fit.zero_point};
  }
  // The file has float32 scales.
  if (!std::isfinite(static_cast<float>(p->scale.front()))) refuse("too wide for a scale of float32");
  return p;
}

}  // namespace aeq::inline AEQ_ABI::quantize::detail
