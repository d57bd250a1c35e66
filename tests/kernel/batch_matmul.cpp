// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/thread_pool.hpp>

#include "support/compute.hpp"
#include "support/random_values.hpp"

using aeq::operation_options;
using aeq_test::compute;
using aeq_test::floats;
using aeq_test::value;
using code = aeq::op::code;

namespace {

/// The last two axes exchanged.
value transposed(const value& matrices) {
  std::vector<std::int32_t> shape = matrices.shape;
  const auto rows = static_cast<std::size_t>(shape[shape.size() - 2]), columns = static_cast<std::size_t>(shape.back());
  std::swap(shape[shape.size() - 2], shape.back());
  const std::vector<float> from = matrices.floats();
  std::vector<float> to(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::size_t in = i % (rows * columns);
    to[i - in + in % columns * rows + in / columns] = from[i];
  }
  return floats(shape, to);
}

}  // namespace

TEST_SUITE_BEGIN("kernel/batch_matmul");

TEST_CASE("a product by hand") {
  const value a = floats({2, 3}, {1, 2, 3, 4, 5, 6});
  const value b = floats({3, 2}, {1, 10, 2, 20, 3, 30});
  CHECK(compute(code::batch_matmul, {a, b})[0].floats() == std::vector<float>{14, 140, 32, 320});
}

TEST_CASE("products of many shapes agree with the definition, transposed or not, at any number of threads") {
  struct shapes {
    std::vector<std::int32_t> a, b, y;
  };
  aeq_test::generator random(5);
  aeq::execute::thread_pool pool(3);
  for (const shapes& s :
       {shapes{{3, 4}, {4, 5}, {3, 5}}, shapes{{2, 3, 4}, {4, 5}, {2, 3, 5}}, shapes{{3, 4}, {7, 4, 2}, {7, 3, 2}},
        shapes{{2, 1, 3, 4}, {5, 4, 2}, {2, 5, 3, 2}}, shapes{{1, 2, 1, 8, 30}, {3, 1, 2, 30, 17}, {3, 2, 2, 8, 17}},
        shapes{{1, 70}, {70, 33}, {1, 33}}, shapes{{40, 70}, {70, 1}, {40, 1}},
        shapes{{2, 65, 300}, {2, 300, 50}, {2, 65, 50}}, shapes{{0, 3, 4}, {1, 4, 5}, {0, 3, 5}},
        shapes{{2, 3, 0}, {0, 5}, {2, 3, 5}}, shapes{{2, 0, 4}, {4, 5}, {2, 0, 5}},
        shapes{{2, 3, 4}, {4, 0}, {2, 3, 0}}}) {
    CAPTURE(s.a);
    CAPTURE(s.b);
    const value a = random.floats(s.a), b = random.floats(s.b);
    const value y = compute(code::batch_matmul, {a, b})[0];
    REQUIRE(y.shape == s.y);
    // by the definition, in double
    const std::vector<float> as = a.floats(), bs = b.floats(), ys = y.floats();
    const std::size_t depth = static_cast<std::size_t>(s.a.back()), columns = static_cast<std::size_t>(s.y.back());
    const std::size_t rows = static_cast<std::size_t>(s.y[s.y.size() - 2]);
    const auto start = [&](const std::vector<std::int32_t>& of, std::size_t batch) {
      std::vector<std::size_t> place;
      for (std::size_t i = s.y.size() - 2; i-- > 0;) {
        place.insert(place.begin(), batch % static_cast<std::size_t>(s.y[i]));
        batch /= static_cast<std::size_t>(s.y[i]);
      }
      std::size_t index = 0;
      for (std::size_t i = 0; i + 2 < of.size(); ++i) {
        const auto extent = static_cast<std::size_t>(of[i]);
        index = index * extent + (extent == 1 ? 0 : place[i + s.y.size() - of.size()]);
      }
      return index * static_cast<std::size_t>(of.back()) * static_cast<std::size_t>(of[of.size() - 2]);
    };
    double worst = 0;
    for (std::size_t i = 0; i < ys.size(); ++i) {
      const std::size_t batch = i / columns / rows, m = i / columns % rows, n = i % columns;
      double sum = 0, magnitude = 1e-30;
      for (std::size_t k = 0; k < depth; ++k) {
        const double term = static_cast<double>(as[start(s.a, batch) + m * depth + k]) *
                            static_cast<double>(bs[start(s.b, batch) + k * columns + n]);
        sum += term;
        magnitude += std::fabs(term);
      }
      worst = std::fmax(worst, std::fabs(sum - static_cast<double>(ys[i])) / magnitude);
      if (std::isnan(ys[i])) worst = 1;
    }
    CHECK(worst < 1e-6);
    CHECK(compute(code::batch_matmul, {a, b}, {}, {}, pool.share())[0].floats() == ys);
    for (const int turned : {1, 2, 3}) {
      operation_options o;
      o.adj_x = (turned & 1) != 0;
      o.adj_y = (turned & 2) != 0;
      const value again = compute(code::batch_matmul, {o.adj_x ? transposed(a) : a, o.adj_y ? transposed(b) : b}, o)[0];
      CHECK(again.shape == s.y);
      CHECK(again.floats() == ys);
    }
  }
}

TEST_CASE("factors that do not go together are refused") {
  const auto refused = [](std::vector<std::int32_t> a, std::vector<std::int32_t> b) {
    aeq_test::generator random(7);
    CHECK_THROWS_WITH_AS((void)compute(code::batch_matmul, {random.floats(std::move(a)), random.floats(std::move(b))}),
                         doctest::Contains("shape"), std::runtime_error);
  };
  refused({2, 3}, {2, 3});
  refused({3}, {3, 2});
  refused({2, 2, 3}, {3, 3, 2});
}

TEST_SUITE_END();
