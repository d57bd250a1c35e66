// SPDX-License-Identifier: Apache-2.0
// Ops that move elements and compute nothing.
//
// Inside: operation.ipp includes it, other headers do not.
#pragma once

#include <array>

#include <aeq/execute/operation.hpp>
#include <aeq/kernel/copy.hpp>

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// The second input has the shape, else the options; one extent may be -1. (spec: kernels, section 6)
inline status shape_of_reshape(std::span<const operand> inputs, const operation_options& options,
                               std::span<shape> outputs) {
  if (inputs.empty() || inputs.size() > 2 || outputs.size() != 1) return status::wrong_operands;
  shape wanted;
  if (inputs.size() == 2 && inputs[1].present()) {
    if (!is_index(inputs[1].type)) return status::wrong_type;
    if (inputs[1].shape.size() != 1) return status::wrong_shape;
    for (std::size_t i = 0; i < inputs[1].elements(); ++i) {
      const std::int64_t extent = integer_at(inputs[1], i);
      std::int32_t fits = -1;
      if (extent != -1 && !to_extent(extent, fits)) return status::wrong_data;
      wanted.push_back(fits);
    }
  } else {
    wanted.assign(options.new_shape.begin(), options.new_shape.end());
  }
  const std::size_t elements = inputs[0].elements();
  std::size_t known = 1;
  std::int32_t* open = nullptr;
  for (std::int32_t& extent : wanted) {
    if (extent < -1 || (extent == -1 && open != nullptr)) return status::wrong_shape;
    if (extent == -1) {
      open = &extent;
    } else {
      known *= static_cast<std::size_t>(extent);
      if (known > std::size_t(1) << 40u) return status::wrong_shape;
    }
  }
  if (open != nullptr) {
    if (known == 0 || elements % known != 0) return status::wrong_shape;
    if (!to_extent(static_cast<std::int64_t>(elements / known), *open)) return status::wrong_shape;
  } else if (known != elements) {
    return status::wrong_shape;
  }
  outputs[0] = std::move(wanted);
  return status::ready;
}

}  // namespace detail

namespace family {

inline constexpr std::array movement{
    operation{op::code::reshape, functions_of<kernel::copy>(), &detail::shape_of_reshape, data_of_inputs(1),
              storage::same_bytes},
};

}  // namespace family

}  // namespace aeq::inline AEQ_ABI::execute
