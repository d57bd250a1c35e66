// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace aeq_bench {

/// y = a * b; a: [rows, depth], b: [depth, columns], y: [rows, columns], all row by row.
void eigen_sgemm(std::size_t rows, std::size_t depth, std::size_t columns, const float* a, const float* b, float* y);

}  // namespace aeq_bench
