// SPDX-License-Identifier: Apache-2.0
// Parameters of constants, the definitions.
#pragma once

#include <aeq/quantize/constants.hpp>

#include <utility>

#include <aeq/io/error.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/quantize/algorithm/float_casting.hpp>
#include <aeq/quantize/weight.hpp>

namespace aeq::inline AEQ_ABI::quantize::detail {

/// BATCH_MATMUL's adj_y. One answer serves both operands, as in the peer.
[[nodiscard]] AEQ_INLINE bool adjoint_right(const model::operation& o) {
  constexpr std::uint8_t batch_matmul_options = 101;
  constexpr std::size_t adj_y =
      model::detail::field_id(model::schema::builtin_options_members[batch_matmul_options], "adj_y");
  return o.options.type == batch_matmul_options && o.options.table != nullptr &&
         o.options.table->GetField<std::uint8_t>(model::detail::slot(adj_y), 0) != 0;
}

AEQ_INLINE std::string constants::name(std::size_t graph, std::int32_t tensor) const {
  return model_.file_name() + ": " + model::label(model_.subgraphs[graph], static_cast<std::size_t>(tensor));
}

AEQ_INLINE parameters constants::as_float16(std::size_t graph, std::int32_t index) {
  const model::tensor& t = tensor(graph, index);
  parameters& known = known_[{t.buffer, {float16::descriptor, nullptr}, whole_tensor, t.shape}];
  if (!known) known = cast_to_float16(weight(model_, t, name(graph, index), layout_of(t.shape)), t.shape);
  return known;
}

AEQ_INLINE parameters constants::in_weight_format(const decided_operation& at, std::int32_t index) {
  return ranged(at.graph, index, at.decision.scheme.weight, at.decision.fits, scale_axis(at, index));
}

AEQ_INLINE parameters constants::in_activation_format(std::size_t graph, std::int32_t index,
                                                      const recipe::decision& d) {
  return ranged(graph, index, d.scheme.activation, d.fits, whole_tensor);
}

AEQ_INLINE parameters constants::like_activation(std::size_t graph, std::int32_t index, const parameters& like) const {
  const model::tensor& t = tensor(graph, index);
  auto p = std::make_shared<tensor_parameters>(*like);
  p->source = std::make_shared<const weight>(model_, t, name(graph, index), layout_of(t.shape));
  p->fit = nullptr;
  return p;
}

AEQ_INLINE parameters constants::ranged(std::size_t graph, std::int32_t index, const format_descriptor& format,
                                        const fit_functions& fits, std::int32_t axis) {
  const model::tensor& t = tensor(graph, index);
  parameters& known = known_[{t.buffer, {format, fits.narrow}, axis, t.shape}];
  if (known) return known;
  auto p = std::make_shared<tensor_parameters>();
  p->format = format;
  p->scale_shape.assign(t.shape.size(), 1);
  weight_layout layout = layout_of(t.shape);
  if (axis != whole_tensor) {
    const auto place = static_cast<std::size_t>(axis);
    p->axis = static_cast<std::uint32_t>(axis);
    p->scale_shape[place] = t.shape[place];
    layout = layout_of(t.shape, *p->axis);
  }
  if (p->is_blockwise()) {
    layout = block_layout(t.shape, format.granularity.block_elements);
    p->scale_shape = {t.shape[0], t.shape[1] / format.granularity.block_elements};
  }
  p->source = std::make_shared<const weight>(model_, t, name(graph, index), layout);
  if (takes_grid(graph, index, format, fits)) {
    p->scale.assign(layout.channels, static_cast<double>(grids_.at({graph, index}).scale));
    p->zero_point.assign(layout.channels, 0);
  } else {
    ranges_.add(p, fits);
  }
  known = std::move(p);
  return known;
}

/// A scheme with a fit of its own wants its own scales; zero points and blocks are not what training has fixed.
AEQ_INLINE bool constants::takes_grid(std::size_t graph, std::int32_t index, const format_descriptor& format,
                                      const fit_functions& fits) const {
  const auto known = grids_.find({graph, index});
  if (known == grids_.end() || !format.is_symmetric() || format.granularity.kind == granularity_kind::blockwise) {
    return false;
  }
  if (fits.narrow != shared_handler<min_max_fit>::fits.narrow) return false;
  return known->second.lowest >= format.lowest_quantized() && known->second.highest <= format.highest();
}

/// The axis whose indices have a scale each; `whole_tensor` if there is one scale. (spec: numerics, section 2.1)
AEQ_INLINE std::int32_t constants::scale_axis(const decided_operation& at, std::int32_t index) const {
  const std::vector<std::int32_t>& shape = tensor(at.graph, index).shape;
  const granularity_descriptor& granularity = at.decision.scheme.weight.granularity;
  const auto rank = static_cast<std::int32_t>(shape.size());
  const auto fail = [&](const std::string& why) {
    throw error(error_code::not_quantizable, name(at.graph, index) + ": can't be quantized " + why + " for " +
                                                 std::string(at.decision.operation->name) + " " +
                                                 std::to_string(at.position) +
                                                 "; choose another granularity, or leave the op out with a "
                                                 "no_quantize rule");
  };
  if (granularity.kind == granularity_kind::tensorwise) return whole_tensor;
  if (granularity.kind == granularity_kind::blockwise) {
    if (rank != 2) fail("in blocks: its rank is " + std::to_string(rank) + ", 2 is wanted,");
    if (shape[1] % granularity.block_elements != 0) {
      fail("in blocks of " + std::to_string(granularity.block_elements) + ": its last dimension " +
           std::to_string(shape[1]) + " is no multiple,");
    }
    return 1;
  }
  if (rank == 0) return whole_tensor;
  std::int32_t axis = whole_tensor;
  switch (at.decision.operation->channels) {
    case op::channel_axis::none: return whole_tensor;
    case op::channel_axis::first: axis = 0; break;
    case op::channel_axis::fourth: axis = 3; break;
    case op::channel_axis::matrix_columns: axis = adjoint_right(at.operation) ? rank - 2 : rank - 1; break;
  }
  if (axis < 0 || axis >= rank) fail("channelwise: it has no axis " + std::to_string(axis) + ",");
  return axis;
}

}  // namespace aeq::inline AEQ_ABI::quantize::detail
