// SPDX-License-Identifier: Apache-2.0
// A policy with a fit of its own: int4 weights in blocks of 32, whose scale clips the largest value of a block a little
// and so serves the others better. How much is found by a search at compile time. Compared with the built-in fit on the
// weights of a model. Argument: MODEL.
#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <span>
#include <string_view>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/kernels.hpp>
#include <aeq/model/reader.hpp>

namespace {

constexpr int block_elements = 32;

/// The squared error that one value suffers, where the largest of its block is 1 and the scale is 1 / steps.
constexpr double squared_error(double value, double steps) {
  double integer = aeq::round_half_even(value * steps);
  if (integer < -8) integer = -8;
  if (integer > 7) integer = 7;
  const double error = value - integer / steps;
  return error * error;
}

/// The mean over a block whose largest value is `extreme`, 1 or -1, and whose others lie around 0, rarer the larger
/// they are: a triangle, which is what the weights of trained layers look like from afar.
constexpr double expected_error(double steps, double extreme) {
  constexpr int points = 128;
  double sum = 0;
  double weights = 0;
  for (int i = 0; i < points; ++i) {
    const double value = (2 * i + 1) / double(points) - 1;
    const double weight = 1 - aeq::absolute(value);
    sum += weight * squared_error(value, steps);
    weights += weight;
  }
  return (sum / weights * (block_elements - 1) + squared_error(extreme, steps)) / block_elements;
}

/// The best of 6, 6 1/8, ... 10 steps from 0 to the largest value. Integers reach from -8 to 7, so the sign matters.
constexpr double best_steps(double extreme) {
  double best = 6;
  for (double steps = 6; steps <= 10; steps += 0.125) {
    if (expected_error(steps, extreme) < expected_error(best, extreme)) best = steps;
  }
  return best;
}

constexpr double steps_up = best_steps(1);
constexpr double steps_down = best_steps(-1);
static_assert(steps_up > 7 && steps_down > steps_up);

}  // namespace

struct clipped_wi4b32_afp32 {
  static constexpr std::string_view name = "clipped_wi4b32_afp32";
  using activation = aeq::float32;
  using weight = aeq::integer<4, aeq::symmetric, aeq::blockwise<block_elements>>;
  static constexpr aeq::compute compute_precision = aeq::compute::integer;
  static constexpr aeq::execution execution_mode = aeq::execution::dynamic_range;

  /// A block's scale is stored as float16 with the bits of a bfloat16, hence blockwise_scale.
  template <std::floating_point T>
  static constexpr aeq::scale_zero_point<T> fit(aeq::range<T> values, const aeq::format_descriptor&) {
    const bool up = values.highest >= -values.lowest;
    const T largest = aeq::maximum(up ? values.highest : -values.lowest, T(aeq::smallest_range));
    return {aeq::blockwise_scale(largest / T(up ? steps_up : steps_down)), 0};
  }
};
static_assert(aeq::verify<clipped_wi4b32_afp32, aeq::op::fully_connected, aeq::op::embedding_lookup>());

namespace {

/// Mean squared error of weights, row by row in blocks, under the fit of a row of the table.
double mean_squared_error(std::span<const float> weights, const aeq::table_row& row) {
  double sum = 0;
  for (std::size_t first = 0; first < weights.size(); first += block_elements) {
    const auto block = weights.subspan(first, block_elements);
    const auto [lowest, highest] = std::minmax_element(block.begin(), block.end());
    const auto fitted = row.fits.narrow({*lowest, *highest}, row.scheme->weight);
    std::array<std::int8_t, block_elements> integers{};
    aeq::quantize_run<float, std::int8_t>(block, fitted, row.scheme->weight, integers);
    for (std::size_t i = 0; i < block.size(); ++i) {
      const double error = double(block[i]) - double(aeq::dequantize_value(integers[i], fitted.scale, 0));
      sum += error * error;
    }
  }
  return sum / static_cast<double>(weights.size());
}

}  // namespace

int main(int count, char** words) try {
  if (count != 2) throw aeq::error(aeq::error_code::wrong_usage, "int4_blockwise_fit MODEL");
  std::printf("steps from 0 to the largest value: %.3f where it is positive, %.3f where it is negative\n", steps_up,
              steps_down);

  const aeq::kernel_table_view table = aeq::kernel_table<aeq::builtin_schemes, clipped_wi4b32_afp32>();
  const aeq::table_row* plain = table.find(aeq::op::code::fully_connected, "dynamic_wi4b32_afp32");
  const aeq::table_row* clipped = table.find(aeq::op::code::fully_connected, "clipped_wi4b32_afp32");
  if (plain == nullptr || clipped == nullptr) return 1;

  aeq::warnings notes;
  const aeq::model::model model = aeq::model::read(words[1], notes);
  bool better = true;
  int layers = 0;
  for (const aeq::model::subgraph& graph : model.subgraphs) {
    for (const aeq::model::operation& operation : graph.operations) {
      if (model.builtin(operation) != aeq::op::code::fully_connected) continue;
      const aeq::model::tensor& tensor = graph.tensors[static_cast<std::size_t>(operation.inputs[1])];
      if (tensor.shape.back() % block_elements != 0) continue;
      const auto bytes = model.buffers[tensor.buffer].data;
      std::vector<float> weights(bytes.size() / sizeof(float));
      std::memcpy(weights.data(), bytes.data(), weights.size() * sizeof(float));
      const double before = mean_squared_error(weights, *plain);
      const double after = mean_squared_error(weights, *clipped);
      std::printf("%d x %d weights: mean squared error %.3e with min_max_fit, %.3e clipped, %.1f %% less\n",
                  tensor.shape[0], tensor.shape[1], before, after, 100 * (1 - after / before));
      better = better && after < before;
      ++layers;
    }
  }
  return better && layers > 0 ? 0 : 1;
} catch (const aeq::error& problem) {
  std::cerr << problem.what() << '\n';
  return static_cast<int>(problem.code());
}
