// SPDX-License-Identifier: Apache-2.0
// The op catalogue: per op, as data, its operands' roles, its output constraint, its channel axis, its fixed output and
// what it allows. Materialization, policy, docs and the interpreter read it. Freestanding.
// (spec: quantization, sections 3, 4.3 and 5.3)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <aeq/op/code.hpp>
#include <aeq/op/configuration.hpp>
#include <aeq/op/role.hpp>

namespace aeq::inline AEQ_ABI::op {

/// The output of a fixed_output op at 8 bits: scale 2^-scale_shift, zero point; at 16 bits every such op has 2^-15 and
/// 0.
struct fixed_parameters {
  std::uint8_t scale_shift = 0;
  std::int16_t zero_point = 0;
};

inline constexpr std::size_t listed_operands = 4;

struct operation_descriptor {
  code builtin = code::add;
  std::string_view name;  ///< the recipe's name; differs from the schema's for CONV_2D_TRANSPOSE only
  constraint output = constraint::free;
  std::array<role, listed_operands> inputs{};  ///< inputs beyond these are activations
  configuration_set allowed{};
  channel_axis channels = channel_axis::none;
  fixed_parameters fixed{};

  [[nodiscard]] constexpr role input_role(std::size_t index) const {
    return index < listed_operands ? inputs[index] : role::activation;
  }
  /// Position of the first input with a role; -1 if there is none.
  [[nodiscard]] constexpr int position(role wanted) const {
    for (std::size_t i = 0; i < listed_operands; ++i) {
      if (inputs[i] == wanted) return static_cast<int>(i);
    }
    return -1;
  }
  /// An op with a weight: constants of it take the weight format, and it has dynamic range and weight only forms.
  [[nodiscard]] constexpr bool has_weight() const { return position(role::weight) >= 0; }
  [[nodiscard]] constexpr bool is_virtual() const {
    return builtin == code::graph_input || builtin == code::graph_output;
  }
};

namespace detail {

using enum role;
using id = configuration_id;
using roles = std::array<role, listed_operands>;

inline constexpr roles plain{};
inline constexpr roles filter{activation, weight, bias, activation};

inline constexpr configuration_set static8 = id::static_wi8_ai8;
inline constexpr configuration_set static8_16 = static8 | id::static_wi8_ai16;
inline constexpr configuration_set static4 = configuration_set(id::static_wi4_ai8) | id::static_wi4_ai16;
inline constexpr configuration_set eight_bit_weight = static8_16 | id::dynamic_wi8 | id::weight_only_wi8;
inline constexpr configuration_set four_bit_weight = configuration_set(id::dynamic_wi4) | id::weight_only_wi4;
inline constexpr configuration_set half_weight = id::weight_only_wfp16;
inline constexpr configuration_set all_channels = eight_bit_weight | four_bit_weight | id::dynamic_wi2 | half_weight;
inline constexpr configuration_set graph_edge = static8_16 | static4 | id::static_wi8_au8;

constexpr std::array<operation_descriptor, 50> make_catalogue() {
  using c = code;
  using k = constraint;
  using a = channel_axis;
  // clang-format off
  return {{
      {c::graph_output, "OUTPUT", k::free, plain, graph_edge},
      {c::graph_input, "INPUT", k::free, plain, graph_edge},
      {c::add, "ADD", k::free, plain, static8_16},
      {c::average_pool_2d, "AVERAGE_POOL_2D", k::same_as_input, plain, static8_16},
      {c::concatenation, "CONCATENATION", k::same_as_output, plain, static8_16},
      {c::conv_2d, "CONV_2D", k::free, filter, all_channels | static4, a::first},
      {c::depthwise_conv_2d, "DEPTHWISE_CONV_2D", k::free, filter, eight_bit_weight | half_weight, a::fourth},
      {c::embedding_lookup, "EMBEDDING_LOOKUP", k::free, {index, weight},
       (all_channels - static8_16) | id::dynamic_wi4_blockwise, a::first},
      {c::fully_connected, "FULLY_CONNECTED", k::free, filter,
       all_channels | static4 | id::dynamic_wi4_blockwise | id::dynamic_wi2_blockwise, a::first},
      {c::logistic, "LOGISTIC", k::fixed_output, plain, static8_16, a::none, {8, -128}},
      {c::max_pool_2d, "MAX_POOL_2D", k::same_as_input, plain, static8_16},
      {c::mul, "MUL", k::free, plain, static8_16},
      {c::relu, "RELU", k::free, plain, static8_16},
      {c::reshape, "RESHAPE", k::same_as_input, {activation, shape}, static8_16},
      {c::resize_bilinear, "RESIZE_BILINEAR", k::same_as_input, {activation, shape}, static8_16},
      {c::softmax, "SOFTMAX", k::fixed_output, plain, static8_16, a::none, {8, -128}},
      {c::space_to_depth, "SPACE_TO_DEPTH", k::same_as_input, plain, static8},
      {c::tanh, "TANH", k::fixed_output, plain, static8_16, a::none, {7, 0}},
      {c::pad, "PAD", k::same_as_input, {activation, shape}, static8_16},
      {c::gather, "GATHER", k::same_as_input, {activation, index}, static8_16},
      {c::transpose, "TRANSPOSE", k::same_as_input, {activation, index}, static8_16},
      {c::mean, "MEAN", k::free, {activation, index}, static8_16},
      {c::sub, "SUB", k::free, plain, static8_16},
      {c::div, "DIV", k::free, plain, static8_16},
      {c::strided_slice, "STRIDED_SLICE", k::same_as_input, {activation, index, index, index}, static8_16},
      {c::split, "SPLIT", k::same_as_input, {index}, static8_16},
      {c::maximum, "MAXIMUM", k::same_as_output, plain, static8_16},
      {c::padv2, "PADV2", k::same_as_output, {activation, shape}, static8_16},
      {c::select, "SELECT", k::same_as_output, {condition}, static8_16},
      {c::slice, "SLICE", k::same_as_input, {activation, index, shape}, static8_16},
      {c::transpose_conv, "CONV_2D_TRANSPOSE", k::free, {shape, weight, activation, bias},
       eight_bit_weight | half_weight, a::first},
      {c::equal, "EQUAL", k::free, plain, static8_16},
      {c::not_equal, "NOT_EQUAL", k::free, plain, static8_16},
      {c::sum, "SUM", k::free, {activation, index}, static8_16},
      {c::sqrt, "SQRT", k::free, plain, static8_16},
      {c::rsqrt, "RSQRT", k::free, plain, static8_16},
      {c::pack, "PACK", k::same_as_output, plain, static8_16},
      {c::unpack, "UNPACK", k::same_as_input, plain, static8_16},
      {c::reduce_min, "REDUCE_MIN", k::same_as_input, {activation, index}, static8_16},
      {c::resize_nearest_neighbor, "RESIZE_NEAREST_NEIGHBOR", k::same_as_input, {activation, shape}, static8_16},
      {c::squared_difference, "SQUARED_DIFFERENCE", k::free, plain, static8},
      {c::mirror_pad, "MIRROR_PAD", k::same_as_input, {activation, shape}, static8_16},
      {c::gather_nd, "GATHER_ND", k::same_as_input, {activation, index}, static8_16},
      {c::hard_swish, "HARD_SWISH", k::free, plain, static8},
      {c::select_v2, "SELECT_V2", k::same_as_output, {condition}, static8_16},
      {c::batch_matmul, "BATCH_MATMUL", k::free, {weight, weight}, eight_bit_weight | id::weight_only_wi4,
       a::matrix_columns},
      {c::broadcast_to, "BROADCAST_TO", k::same_as_input, {activation, shape}, static8_16},
      {c::gelu, "GELU", k::free, plain, static8_16},
      {c::dynamic_update_slice, "DYNAMIC_UPDATE_SLICE", k::same_as_output, {activation, activation, index}, static8_16},
      {c::stablehlo_composite, "STABLEHLO_COMPOSITE", k::free, plain, static8_16},
  }};
  // clang-format on
}

}  // namespace detail

/// 48 operators and the two virtual operations, ordered by code.
inline constexpr std::array<operation_descriptor, 50> catalogue = detail::make_catalogue();

/// Where the catalogue has an operator; catalogue.size() if it has not.
[[nodiscard]] constexpr std::size_t position_of(code builtin) noexcept {
  std::size_t low = 0;
  std::size_t high = catalogue.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (catalogue[middle].builtin < builtin) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < catalogue.size() && catalogue[low].builtin == builtin ? low : catalogue.size();
}

/// The catalogue's entry of an operator; null if recipes can't name it (it is then never quantized).
[[nodiscard]] constexpr const operation_descriptor* find(code builtin) noexcept {
  const std::size_t position = position_of(builtin);
  return position < catalogue.size() ? &catalogue[position] : nullptr;
}

/// The entry with a recipe's operation name; null if there is none.
[[nodiscard]] constexpr const operation_descriptor* find(std::string_view recipe_name) noexcept {
  for (const operation_descriptor& entry : catalogue) {
    if (entry.name == recipe_name) return &entry;
  }
  return nullptr;
}

/// The configurations that contain a scheme: for an op with a weight, and for one without. The latter does not look at
/// the weight format, but for blocks, which only ops with a blockwise kernel take.
struct matching_configurations {
  configuration_set with_weight{};
  configuration_set without_weight{};
};

[[nodiscard]] constexpr matching_configurations configurations_of(const scheme_descriptor& s) {
  const bool blocks = s.weight.granularity.kind == granularity_kind::blockwise;
  matching_configurations result;
  for (std::size_t i = 0; i < configurations.size(); ++i) {
    const configuration& c = configurations[i];
    if (c.compute_precision != s.compute_precision || c.execution_mode != s.execution_mode) continue;
    if (!c.activation.contains(s.activation)) continue;
    const auto id = static_cast<configuration_id>(i);
    if (c.weight.contains(s.weight)) result.with_weight = result.with_weight | id;
    if (!blocks) result.without_weight = result.without_weight | id;
  }
  return result;
}

/// Whether one of the configurations that an op allows contains a scheme.
[[nodiscard]] constexpr bool allows(const operation_descriptor& operation, const matching_configurations& matching) {
  const configuration_set& set = operation.has_weight() ? matching.with_weight : matching.without_weight;
  return (operation.allowed.bits & set.bits) != 0;
}
[[nodiscard]] constexpr bool allows(const operation_descriptor& operation, const scheme_descriptor& s) {
  return allows(operation, configurations_of(s));
}

/// A type per op: `op::conv_2d`.
template <code Builtin>
requires(position_of(Builtin) < catalogue.size())  // no pointer: g++'s undefined sanitizer does not fold its comparison
    struct operation {
  static constexpr code builtin = Builtin;
  static constexpr const operation_descriptor& descriptor = catalogue[position_of(Builtin)];
};

using graph_input = operation<code::graph_input>;
using graph_output = operation<code::graph_output>;
using add = operation<code::add>;
using average_pool_2d = operation<code::average_pool_2d>;
using concatenation = operation<code::concatenation>;
using conv_2d = operation<code::conv_2d>;
using depthwise_conv_2d = operation<code::depthwise_conv_2d>;
using embedding_lookup = operation<code::embedding_lookup>;
using fully_connected = operation<code::fully_connected>;
using logistic = operation<code::logistic>;
using max_pool_2d = operation<code::max_pool_2d>;
using mul = operation<code::mul>;
using relu = operation<code::relu>;
using reshape = operation<code::reshape>;
using resize_bilinear = operation<code::resize_bilinear>;
using softmax = operation<code::softmax>;
using space_to_depth = operation<code::space_to_depth>;
using tanh = operation<code::tanh>;
using pad = operation<code::pad>;
using gather = operation<code::gather>;
using transpose = operation<code::transpose>;
using mean = operation<code::mean>;
using sub = operation<code::sub>;
using div = operation<code::div>;
using strided_slice = operation<code::strided_slice>;
using split = operation<code::split>;
using maximum = operation<code::maximum>;
using padv2 = operation<code::padv2>;
using select = operation<code::select>;
using slice = operation<code::slice>;
using conv_2d_transpose = operation<code::transpose_conv>;
using equal = operation<code::equal>;
using not_equal = operation<code::not_equal>;
using sum = operation<code::sum>;
using sqrt = operation<code::sqrt>;
using rsqrt = operation<code::rsqrt>;
using pack = operation<code::pack>;
using unpack = operation<code::unpack>;
using reduce_min = operation<code::reduce_min>;
using resize_nearest_neighbor = operation<code::resize_nearest_neighbor>;
using squared_difference = operation<code::squared_difference>;
using mirror_pad = operation<code::mirror_pad>;
using gather_nd = operation<code::gather_nd>;
using hard_swish = operation<code::hard_swish>;
using select_v2 = operation<code::select_v2>;
using batch_matmul = operation<code::batch_matmul>;
using broadcast_to = operation<code::broadcast_to>;
using gelu = operation<code::gelu>;
using dynamic_update_slice = operation<code::dynamic_update_slice>;
using stablehlo_composite = operation<code::stablehlo_composite>;

}  // namespace aeq::inline AEQ_ABI::op
