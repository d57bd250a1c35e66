// SPDX-License-Identifier: Apache-2.0
// Fields are found by their names in the schema, which mean the same in every option table that has them.
#pragma once

#include <aeq/execute/options.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <aeq/model/options.hpp>
#include <aeq/model/view.hpp>

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// A field's value in the three forms that options have.
struct field_value {
  std::int32_t integer = 0;
  float real = 0;
  std::span<const std::int32_t> list{};
};

struct field_reader {
  std::string_view name;
  void (*set)(operation_options&, const field_value&);
};

template <auto Member>
void set_integer(operation_options& options, const field_value& value) {
  options.*Member = static_cast<std::remove_reference_t<decltype(options.*Member)>>(value.integer);
}
template <auto Member>
void set_flag(operation_options& options, const field_value& value) {
  options.*Member = value.integer != 0;
}
template <auto Member>
void set_real(operation_options& options, const field_value& value) {
  options.*Member = value.real;
}
template <auto Member>
void set_list(operation_options& options, const field_value& value) {
  options.*Member = value.list;
}

AEQ_INLINE void set_bias_type(operation_options& options, const field_value& value) {
  const auto type = static_cast<model::tensor_type>(value.integer);
  options.quantized_bias_type = type == model::tensor_type::int32   ? element_type::int32
                                : type == model::tensor_type::int64 ? element_type::int64
                                                                    : element_type::absent;
}

inline constexpr std::array<field_reader, 49> field_readers{{
    {"padding", &set_integer<&operation_options::padding>},
    {"stride_h", &set_integer<&operation_options::stride_height>},
    {"stride_w", &set_integer<&operation_options::stride_width>},
    {"dilation_h_factor", &set_integer<&operation_options::dilation_height>},
    {"dilation_w_factor", &set_integer<&operation_options::dilation_width>},
    {"stride_d", &set_integer<&operation_options::stride_depth>},
    {"dilation_d_factor", &set_integer<&operation_options::dilation_depth>},
    {"filter_height", &set_integer<&operation_options::filter_height>},
    {"filter_width", &set_integer<&operation_options::filter_width>},
    {"fused_activation_function", &set_integer<&operation_options::activation>},
    {"keep_num_dims", &set_flag<&operation_options::keep_num_dims>},
    {"asymmetric_quantize_inputs", &set_flag<&operation_options::asymmetric_quantize_inputs>},
    {"adj_x", &set_flag<&operation_options::adj_x>},
    {"adj_y", &set_flag<&operation_options::adj_y>},
    {"quantized_bias_type", &set_bias_type},
    {"pot_scale_int16", &set_flag<&operation_options::pot_scale_int16>},
    {"keep_dims", &set_flag<&operation_options::keep_dims>},
    {"align_corners", &set_flag<&operation_options::align_corners>},
    {"half_pixel_centers", &set_flag<&operation_options::half_pixel_centers>},
    {"approximate", &set_flag<&operation_options::approximate>},
    {"beta", &set_real<&operation_options::beta>},
    {"axis", &set_integer<&operation_options::axis>},
    {"batch_dims", &set_integer<&operation_options::batch_dims>},
    {"block_size", &set_integer<&operation_options::block_size>},
    {"begin_mask", &set_integer<&operation_options::begin_mask>},
    {"end_mask", &set_integer<&operation_options::end_mask>},
    {"ellipsis_mask", &set_integer<&operation_options::ellipsis_mask>},
    {"new_axis_mask", &set_integer<&operation_options::new_axis_mask>},
    {"shrink_axis_mask", &set_integer<&operation_options::shrink_axis_mask>},
    {"offset", &set_flag<&operation_options::offset>},
    {"mode", &set_flag<&operation_options::repeats_edge>},
    {"new_shape", &set_list<&operation_options::new_shape>},
    {"squeeze_dims", &set_list<&operation_options::squeeze_dims>},
    {"alpha", &set_real<&operation_options::alpha>},
    {"radius", &set_integer<&operation_options::radius>},
    {"bias", &set_real<&operation_options::bias>},
    {"min", &set_real<&operation_options::min>},
    {"max", &set_real<&operation_options::max>},
    {"num_bits", &set_integer<&operation_options::num_bits>},
    {"narrow_range", &set_flag<&operation_options::narrow_range>},
    {"seq_dim", &set_integer<&operation_options::seq_dim>},
    {"batch_dim", &set_integer<&operation_options::batch_dim>},
    {"exclusive", &set_flag<&operation_options::exclusive>},
    {"reverse", &set_flag<&operation_options::reverse>},
    {"cell_clip", &set_real<&operation_options::cell_clip>},
    {"proj_clip", &set_real<&operation_options::proj_clip>},
    {"time_major", &set_flag<&operation_options::time_major>},
    {"merge_outputs", &set_flag<&operation_options::merge_outputs>},
    {"rank", &set_integer<&operation_options::rank>},
}};

[[nodiscard]] AEQ_INLINE field_value value_of(const flatbuffers::Table& table,
                                              const model::schema::field_descriptor& field, std::size_t id,
                                              option_lists& lists) {
  using model::schema::field_type;
  const flatbuffers::voffset_t slot = model::detail::slot(id);
  field_value value;
  if (field.is_vector) {
    if (field.type == field_type::int32) {
      const auto* list = table.GetPointer<const flatbuffers::Vector<std::int32_t>*>(slot);
      if (list != nullptr) value.list = lists.emplace_back(list->begin(), list->end());
    }
  } else if (field.type == field_type::float32) {
    value.real = table.GetField<float>(slot, static_cast<float>(field.default_value));
  } else if (model::detail::is_scalar(field.type)) {
    model::detail::with_scalar(field.type, [&]<class Scalar>(std::type_identity<Scalar>) {
      const auto held = table.GetField<Scalar>(slot, static_cast<Scalar>(field.default_value));
      value.integer = static_cast<std::int32_t>(+held);
    });
  }
  return value;
}

}  // namespace detail

AEQ_INLINE operation_options options_of(const model::operation& operation, option_lists& lists) {
  operation_options options;
  const auto& members = model::schema::builtin_options_members;
  if (operation.options.table == nullptr || operation.options.type >= members.size()) return options;
  const model::schema::table_descriptor& table = members[operation.options.type];
  for (std::size_t id = 0; id < table.fields.size(); ++id) {
    for (const detail::field_reader& reader : detail::field_readers) {
      if (reader.name != table.fields[id].name) continue;
      reader.set(options, detail::value_of(*operation.options.table, table.fields[id], id, lists));
      break;
    }
  }
  return options;
}

}  // namespace aeq::inline AEQ_ABI::execute
