// SPDX-License-Identifier: Apache-2.0
// The last rule for a model's inputs or outputs.
#pragma once

#include <aeq/recipe/edge_type.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/op/catalogue.hpp>
#include <aeq/scheme/builtin.hpp>

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

struct stored_type {
  int bits;
  number_kind kind;
};

[[nodiscard]] AEQ_INLINE stored_type stored_as(edge_type type) {
  const bool is_unsigned = type == edge_type::uint8;
  return {type == edge_type::int16 ? 16 : 8, is_unsigned ? number_kind::unsigned_integer : number_kind::signed_integer};
}

[[nodiscard]] AEQ_INLINE const scheme_descriptor& usual_scheme(edge_type type) {
  if (type == edge_type::uint8) return descriptor_of<static_wi8_au8>;
  return type == edge_type::int16 ? descriptor_of<static_wi8_ai16> : descriptor_of<static_wi8_ai8>;
}

/// Whether a rule makes activations of a type, and may do so at an edge.
[[nodiscard]] AEQ_INLINE bool makes(const rule& r, edge_type type, const op::operation_descriptor& edge,
                                    const policy& checks, kernel_table_view table) {
  if (r.algorithm == algorithm::no_quantize || r.config.mode() != execution::static_range) return false;
  const stored_type wanted = stored_as(type);
  if (r.config.activation->num_bits != wanted.bits || r.config.activation->dtype != wanted.kind) return false;
  if (!r.scheme.empty() && table.find(edge.builtin, r.scheme) == nullptr) return false;
  return !checks.allows(r.algorithm, edge, r.config);
}

}  // namespace detail

AEQ_INLINE recipe with_edge_type(recipe r, op::code edge, edge_type type, const policy& checks,
                                 kernel_table_view table) {
  const op::operation_descriptor& entry = *op::find(edge);
  const std::string what =
      (edge == op::code::graph_input ? "input type " : "output type ") + std::string(name_of(type));
  if (!r.needs_calibration()) {
    throw error(error_code::wrong_usage, what +
                                             ": the recipe has no static rule, so all inputs and outputs stay what "
                                             "they are; take a static recipe, such as static_wi8_ai8");
  }
  const std::vector<rule> rules = r.rules();
  rule last{".*", std::string(entry.name), algorithm::no_quantize, {}, {}, what};
  if (type != edge_type::float32) {
    const auto like = std::find_if(rules.rbegin(), rules.rend(),
                                   [&](const rule& other) { return detail::makes(other, type, entry, checks, table); });
    if (like != rules.rend()) {
      last.algorithm = like->algorithm;
      last.scheme = like->scheme;
      last.config = like->config;
    } else {
      last.algorithm = algorithm_of(detail::usual_scheme(type));
      last.config = config_of(detail::usual_scheme(type));
      if (const auto refusal = checks.allows(last.algorithm, entry, last.config)) {
        throw error(error_code::not_quantizable, what + ": " + *refusal);
      }
    }
    last.config.min_weight_elements = 0;
  }
  // A regular expression that is there already would keep its place in the order.
  const auto is_there = [&](const rule& other) { return other.regex == last.regex; };
  while (std::any_of(rules.begin(), rules.end(), is_there)) last.regex = "(?:" + last.regex + ")";
  r.add(std::move(last));
  return r;
}

}  // namespace aeq::inline AEQ_ABI::recipe
