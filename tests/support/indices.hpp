// SPDX-License-Identifier: Apache-2.0
// Tensors the slow way: one index of all axes at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

#include "support/compute.hpp"

namespace aeq_test {

using index_list = std::vector<std::int32_t>;

[[nodiscard]] inline std::size_t elements_of(const index_list& shape) {
  std::size_t product = 1;
  for (const std::int32_t extent : shape) product *= static_cast<std::size_t>(extent);
  return product;
}

/// Where an index lies in row-major order.
[[nodiscard]] inline std::size_t place(const index_list& shape, const index_list& index) {
  std::size_t at = 0;
  for (std::size_t k = 0; k < shape.size(); ++k) {
    at = at * static_cast<std::size_t>(shape[k]) + static_cast<std::size_t>(index[k]);
  }
  return at;
}

/// Every index of a shape, in row-major order.
inline void for_each_index(const index_list& shape, const std::function<void(const index_list&)>& see) {
  const std::size_t count = elements_of(shape);
  index_list index(shape.size(), 0);
  for (std::size_t i = 0; i < count; ++i) {
    see(index);
    for (std::size_t k = shape.size(); k-- > 0;) {
      if (++index[k] < shape[k]) break;
      index[k] = 0;
    }
  }
}

/// The place of an index of a broadcast result in an operand of another shape.
[[nodiscard]] inline std::size_t broadcast_place(const index_list& shape, const index_list& index) {
  index_list own(shape.size());
  for (std::size_t k = 0; k < shape.size(); ++k) {
    own[k] = shape[k] == 1 ? 0 : index[index.size() - shape.size() + k];
  }
  return place(shape, own);
}

/// What an op that only moves int32 elements should give: `from` says for each index of the result where its element
/// stands in the input.
[[nodiscard]] inline std::vector<std::int32_t> moved(const std::vector<std::int32_t>& input, const index_list& shape,
                                                     const std::function<std::size_t(const index_list&)>& from) {
  std::vector<std::int32_t> result;
  for_each_index(shape, [&](const index_list& index) { result.push_back(input[from(index)]); });
  return result;
}

/// 1, 2, 3, … in a shape.
[[nodiscard]] inline value numbered(const index_list& shape) {
  std::vector<std::int32_t> values(elements_of(shape));
  std::iota(values.begin(), values.end(), 1);
  return ints(shape, values);
}

/// A shape of so many axes with extents from `lowest` on, for property tests.
[[nodiscard]] inline index_list random_shape(std::mt19937& random, std::size_t rank, int lowest = 1, int highest = 4) {
  index_list shape(rank);
  for (std::int32_t& extent : shape) extent = std::uniform_int_distribution<std::int32_t>(lowest, highest)(random);
  return shape;
}

}  // namespace aeq_test
