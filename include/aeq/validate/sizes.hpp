// SPDX-License-Identifier: Apache-2.0
// What the bytes of a model are: constants, by the kind of the op that they are for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::validate {

/// Ops of one kind, and the constants that they read.
struct op_size {
  std::string op;              ///< CONV_2D
  std::size_t operations = 0;  ///< how many there are
  std::uint64_t bytes = 0;     ///< of constants; a buffer that several ops share counts for the first one
};

/// All kinds, the one with the most bytes first. What a DEQUANTIZE makes of a constant counts for the op that reads it.
[[nodiscard]] std::vector<op_size> sizes_by_op(const model::model& m);

}  // namespace aeq::inline AEQ_ABI::validate

#if AEQ_DEFINITIONS
#include <aeq/validate/sizes.ipp>
#endif
