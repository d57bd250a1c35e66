// SPDX-License-Identifier: Apache-2.0
// The yardstick: Eigen's product of float matrices on one thread, compiled for this machine.
#define EIGEN_MPL2_ONLY
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

#include "eigen_sgemm.hpp"

namespace aeq_bench {

void eigen_sgemm(std::size_t rows, std::size_t depth, std::size_t columns, const float* a, const float* b, float* y) {
  using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto index = [](std::size_t n) { return static_cast<Eigen::Index>(n); };
  const Eigen::Map<const matrix> left(a, index(rows), index(depth));
  const Eigen::Map<const matrix> right(b, index(depth), index(columns));
  Eigen::Map<matrix>(y, index(rows), index(columns)).noalias() = left * right;
}

}  // namespace aeq_bench
