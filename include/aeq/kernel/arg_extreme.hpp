// SPDX-License-Identifier: Apache-2.0
// ARG_MAX and ARG_MIN. Freestanding. (spec: kernels, section 6)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <aeq/kernel/extents.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// y = index of the greatest (least) element of x along an axis, the first of equal ones; int32 or int64. Inputs: x
/// (float32, int32, int8, uint8, bool; raw values), axis.
template <bool Greatest>
struct arg_extreme {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index(inputs[1].type)) return status::wrong_type;
    if (inputs[1].elements() != 1 || !inputs[1].is_complete()) return status::wrong_shape;
    const auto x = inputs[0].shape;
    std::size_t axis = 0;
    if (!to_axis(index_at(inputs[1], 0), x.size(), axis)) return status::wrong_data;
    if (x[axis] == 0) return status::wrong_shape;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (k != axis && !result.push(x[k])) return status::wrong_shape;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const element_type type = call.outputs[0].type;
    if (type != element_type::int32 && type != element_type::int64) return status::wrong_type;
    switch (call.inputs[0].type) {
      case element_type::float32:
      case element_type::int32:
      case element_type::int8:
      case element_type::uint8:
      case element_type::boolean: return shape_is_as_said_if_known<arg_extreme>(call);
      default: return status::wrong_type;
    }
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<arg_extreme>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    switch (call.inputs[0].type) {
      case element_type::float32: return of_type<float>(call);
      case element_type::int32: return of_type<std::int32_t>(call);
      case element_type::int8: return of_type<std::int8_t>(call);
      default: return of_type<std::uint8_t>(call);
    }
  }

 private:
  template <class T>
  static void of_type(const kernel_arguments& call) noexcept {
    const operand& input = call.inputs[0];
    std::size_t axis = 0;
    (void)to_axis(index_at(call.inputs[1], 0), input.shape.size(), axis);
    const std::size_t extent = extent_of(input.shape, axis);
    const std::size_t inner = product_of(input.shape, axis + 1, input.shape.size());
    const auto x = input.values<T>();
    for (std::size_t i = 0; i < call.outputs[0].elements(); ++i) {
      const T* first = x.data() + i / inner * extent * inner + i % inner;
      std::size_t best = 0;
      for (std::size_t k = 1; k < extent; ++k) {
        const T value = first[k * inner];
        if (Greatest ? value > first[best * inner] : value < first[best * inner]) best = k;
      }
      if (call.outputs[0].type == element_type::int64) {
        call.outputs[0].values<std::int64_t>()[i] = static_cast<std::int64_t>(best);
      } else {
        call.outputs[0].values<std::int32_t>()[i] = static_cast<std::int32_t>(best);
      }
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
