// SPDX-License-Identifier: Apache-2.0
// The new bytes of constants, made when all tensors that lie on a buffer have become what they will be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <aeq/model/editor.hpp>
#include <aeq/model/model.hpp>
#include <aeq/quantize/parameters.hpp>

namespace aeq::inline AEQ_ABI::quantize {

/// Gathers which constants become integers or float16, and writes them into their buffers at last. Whoever else lies on
/// such a buffer keeps the data it has: tensors that agree share a buffer afterwards, the others get one of their own.
class constant_data {
 public:
  /// A constant of the edited model is wanted in the format of `p`, whose source it is. Asked twice, the last counts.
  void want(std::size_t graph, std::int32_t tensor, parameters p) {
    wanted_.push_back({graph, static_cast<std::size_t>(tensor), std::move(p)});
  }

  /// Makes the buffers.
  void write(model::editor& edit) const;

 private:
  struct encoding {
    std::size_t graph;
    std::size_t tensor;
    parameters params;
  };
  /// Encodings of one buffer.
  using group = std::vector<const encoding*>;

  static void write_group(model::editor& edit, const group& wanted, bool others_stay);

  std::vector<encoding> wanted_;
};

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/transform/constant_data.ipp>
#endif
