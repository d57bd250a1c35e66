// SPDX-License-Identifier: Apache-2.0
// The tensors of a subgraph as the interpreter holds them, and the data of constants and variables.
//
// Inside: the interpreter's definitions include it, other headers do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <aeq/execute/memory.hpp>
#include <aeq/execute/operation.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::execute::detail {

/// A tensor of a subgraph.
struct slot {
  element_type type = element_type::absent;
  shape extents;
  bool is_constant = false;
  bool is_variable = false;
  bool has_shape = false;  ///< extents are known before a run
  bool written = false;    ///< while a graph is made ready: it is an input, or some op before has it as output
  std::string problem;     ///< why it can't be read, for constants and variables of which that is known
  std::span<std::byte> data;
  counted_memory own;  ///< where the tensor is in no arena and in no file
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;
  std::int32_t channel_axis = 0;
  std::int32_t block_elements = 0;

  [[nodiscard]] operand view() const {
    return {type, is_constant, data, extents, scale, zero_point, channel_axis, block_elements};
  }
};

/// Bytes of a value; nothing if they are 2^60 or more, an extent is open, or it has more elements than fit a
/// std::ptrdiff_t. Where that has 32 bits, there may be more bytes than addresses.
[[nodiscard]] std::optional<std::uint64_t> size_of(element_type type, std::span<const std::int32_t> extents);

/// What a model's buffers hold, aligned for their elements.
class buffer_store {
 public:
  /// The model and the account must live as long as this.
  buffer_store(const model::model& source, memory_account& account) : model_(source), account_(account) {}

  /// The bytes of buffer `number`, of numbers of `element` bytes in the order of this processor: in the file if they
  /// lie well there; else a copy, or what its producer makes. They are never written to: kernels see constants as const
  /// only.
  [[nodiscard]] std::span<std::byte> get(std::size_t number, std::size_t element);

 private:
  const model::model& model_;
  memory_account& account_;
  std::map<std::pair<std::size_t, std::size_t>, counted_memory> made_;  ///< by number, and element where order matters
};

/// The slots of subgraph `number`, with data where it is constant or variable.
[[nodiscard]] std::vector<slot> make_slots(const model::model& source, std::size_t number, buffer_store& buffers,
                                           memory_account& account);

/// A variable tensor as it is before the first run: zeros; of int8, zero points.
void reset_variable(slot& s);

}  // namespace aeq::inline AEQ_ABI::execute::detail

#if AEQ_DEFINITIONS
#include <aeq/execute/slot.ipp>
#endif
