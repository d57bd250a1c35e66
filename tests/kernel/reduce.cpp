// SPDX-License-Identifier: Apache-2.0
// Reductions, rows and images.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/thread_pool.hpp>

#include "support/compute.hpp"

using namespace aeq_test;
using code = aeq::op::code;
using integers = std::vector<std::int32_t>;

namespace {

/// Whole numbers, of which sums are exact in any order.
std::vector<float> whole_numbers(std::mt19937& random, std::size_t count) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(static_cast<int>(random() % 9)) - 4;
  return values;
}

/// The index in y of each element of x, and the shape of y.
std::vector<std::size_t> results_of(const integers& shape, const std::vector<bool>& goes, bool keep,
                                    integers& reduced) {
  std::size_t count = 1;
  for (const std::int32_t extent : shape) count *= static_cast<std::size_t>(extent);
  std::vector<std::size_t> result(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t rest = i, step = 1;
    for (std::size_t k = shape.size(); k-- > 0;) {
      const auto extent = static_cast<std::size_t>(shape[k]);
      if (!goes[k]) {
        result[i] += rest % extent * step;
        step *= extent;
      }
      rest /= extent;
    }
  }
  reduced.clear();
  for (std::size_t k = 0; k < shape.size(); ++k) {
    if (!goes[k]) reduced.push_back(shape[k]);
    if (goes[k] && keep) reduced.push_back(1);
  }
  return result;
}

}  // namespace

TEST_CASE("Reductions join the elements that differ in the reduced axes only") {
  std::mt19937 random(1);
  aeq::execute::thread_pool pool(3);
  for (int round = 0; round < 150; ++round) {
    integers shape(random() % 6);
    for (std::int32_t& extent : shape) extent = static_cast<std::int32_t>(1 + random() % (round % 10 == 9 ? 40 : 4));
    if (shape.size() > 4) shape.resize(4);
    std::vector<bool> goes(shape.size(), false);
    integers axes;
    for (std::size_t k = 0; k < shape.size(); ++k) {
      if (random() % 2 == 0) continue;
      goes[k] = true;
      axes.push_back(static_cast<std::int32_t>(k) - (random() % 2 == 0 ? static_cast<std::int32_t>(shape.size()) : 0));
      if (random() % 4 == 0) axes.push_back(axes.back());  // twice is once
    }
    const bool keep = random() % 2 == 0;
    integers wanted_shape;
    const std::vector<std::size_t> place = results_of(shape, goes, keep, wanted_shape);
    const std::vector<float> x = whole_numbers(random, place.size());
    std::size_t count = 1;
    for (const std::int32_t extent : wanted_shape) count *= static_cast<std::size_t>(extent);
    std::vector<float> sums(count, 0), most(count, -100), least(count, 100), products(count, 1);
    for (std::size_t i = 0; i < x.size(); ++i) {
      sums[place[i]] += x[i];
      products[place[i]] *= x[i];
      most[place[i]] = std::max(most[place[i]], x[i]);
      least[place[i]] = std::min(least[place[i]], x[i]);
    }
    std::vector<float> means = sums;
    for (float& mean : means) mean /= static_cast<float>(x.size() / count);
    const std::vector<value> inputs = [&] {
      std::vector<value> made;
      made.push_back(floats(shape, x));
      made.push_back(ints({static_cast<std::int32_t>(axes.size())}, axes));
      return made;
    }();
    aeq::operation_options options;
    options.keep_dims = keep;
    const auto check = [&](code op, const std::vector<float>& wanted) {
      const std::vector<value> got = compute(op, inputs, options);
      CHECK(got[0].shape == wanted_shape);
      CHECK(got[0].floats() == wanted);
      CHECK(compute(op, inputs, options, {}, pool.share())[0].floats() == wanted);
    };
    check(code::sum, sums);
    check(code::mean, means);
    check(code::reduce_max, most);
    check(code::reduce_min, least);
    if (x.size() / count < 10) check(code::reduce_prod, products);
  }
}

TEST_CASE("Large reductions are the same at any number of threads") {
  std::mt19937 random(2);
  std::vector<float> x(64 * 3000);
  for (float& value : x) value = std::uniform_real_distribution<float>(-1, 1)(random);
  aeq::execute::thread_pool pool(4);
  for (const std::int32_t axis : {0, 1}) {
    std::vector<value> inputs;
    inputs.push_back(floats({64, 3000}, x));
    inputs.push_back(ints({1}, {axis}));
    CHECK(compute(code::sum, inputs)[0].floats() == compute(code::sum, inputs, {}, {}, pool.share())[0].floats());
  }
}

TEST_CASE("Bad axes are refused") {
  std::vector<value> inputs;
  inputs.push_back(floats({2, 3}, {1, 2, 3, 4, 5, 6}));
  inputs.push_back(ints({1}, {2}));
  CHECK_THROWS_AS((void)compute(code::sum, inputs), std::runtime_error);
  inputs[1] = ints({1}, {-3});
  CHECK_THROWS_AS((void)compute(code::sum, inputs), std::runtime_error);
  CHECK_THROWS_AS((void)compute(code::arg_max, inputs), std::runtime_error);
}

TEST_CASE("ARG_MAX and ARG_MIN name the first of equal elements") {
  std::vector<value> inputs;
  inputs.push_back(floats({2, 3}, {1, 5, 5, -2, -7, -7}));
  inputs.push_back(ints({}, {-1}));
  std::vector<value> outputs(1);
  outputs[0].type = aeq::element_type::int32;
  CHECK(compute(code::arg_max, inputs, {}, std::move(outputs))[0].as<std::int32_t>() == integers{1, 0});
  std::vector<value> wide(1);
  wide[0].type = aeq::element_type::int64;
  inputs[1] = ints({1}, {0});
  CHECK(compute(code::arg_min, inputs, {}, std::move(wide))[0].as<std::int64_t>() ==
        std::vector<std::int64_t>{1, 1, 1});
}

TEST_CASE("Rows are normalized") {
  std::vector<value> inputs;
  inputs.push_back(floats({2, 2}, {3, 4, 0, 0}));
  CHECK(compute(code::l2_normalization, inputs)[0].floats() == std::vector<float>{0.6f, 0.8f, 0, 0});
  const std::vector<float> logs = compute(code::log_softmax, inputs)[0].floats();
  CHECK(std::exp(logs[0]) + std::exp(logs[1]) == doctest::Approx(1));
  CHECK(logs[1] - logs[0] == doctest::Approx(1));
  CHECK(logs[2] == doctest::Approx(-std::log(2.0)));
}

TEST_CASE("Images are resized") {
  std::vector<value> inputs;
  inputs.push_back(floats({1, 1, 2, 1}, {1, 2}));
  inputs.push_back(ints({2}, {1, 4}));
  aeq::operation_options options;
  CHECK(compute(code::resize_bilinear, inputs, options)[0].floats() == std::vector<float>{1, 1.5f, 2, 2});
  CHECK(compute(code::resize_nearest_neighbor, inputs, options)[0].floats() == std::vector<float>{1, 1, 2, 2});
  options.half_pixel_centers = true;
  CHECK(compute(code::resize_bilinear, inputs, options)[0].floats() == std::vector<float>{1, 1.25f, 1.75f, 2});
  options = {};
  options.align_corners = true;
  const std::vector<float> stretched = compute(code::resize_bilinear, inputs, options)[0].floats();
  CHECK(stretched.front() == 1);
  CHECK(stretched.back() == 2);
  CHECK(stretched[1] == doctest::Approx(4.0 / 3));
  options.half_pixel_centers = true;
  CHECK_THROWS_AS((void)compute(code::resize_bilinear, inputs, options), std::runtime_error);
}
