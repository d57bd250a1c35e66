// SPDX-License-Identifier: Apache-2.0
// The values of tensors as floats, whatever they are stored as, and floats as what a tensor stores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/execute/engine.hpp>
#include <aeq/kernel/operand.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// Real values: integers with scales as (integer - zero point) * scale, others and half floats as the numbers they are.
/// NaN and infinities become finite (make_finite). Empty if the operand is not complete, or its scales do not fit its
/// shape.
void to_floats(const operand& value, std::vector<float>& into);

/// How many integers of a tensor are the lowest and the highest of its type.
struct limit_counts {
  std::uint64_t lowest = 0;
  std::uint64_t highest = 0;
};
/// Zeros for floats and for integers without scales. Narrow types, such as symmetric int8, end at -127.
[[nodiscard]] limit_counts count_limits(const operand& value);

/// What a quantized tensor can hold.
struct value_range {
  double lowest = 0;
  double highest = 0;
};
/// From the lowest to the highest integer of a tensor with one scale; false for others.
[[nodiscard]] bool range_of_type(element_type type, std::span<const float> scale,
                                 std::span<const std::int32_t> zero_point, value_range& into);

/// A value that a sample of one model gives, as an input of another takes it.
struct stored_value {
  element_type type = element_type::absent;
  std::vector<std::byte> bytes;
  std::vector<std::int32_t> shape;

  [[nodiscard]] operand view() const { return {type, false, bytes, shape, {}, {}, 0, 0}; }
};

/// Makes `value`, whose floats are given, into what `input` takes: the same bytes where the types are the same and
/// neither scale nor zero point differs, else integers by the input's one scale, or half floats. False where there is
/// no way.
[[nodiscard]] bool convert(const operand& value, std::span<const float> floats, const execute::port& input,
                           stored_value& into);

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/values.ipp>
#endif
