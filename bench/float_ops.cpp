// SPDX-License-Identifier: Apache-2.0
// How fast the interpreter's float convolutions and products are, next to Eigen's product of matrices of the same size:
// both in turns, so that what else the machine does slows both down. One thread. Counters: billions of operations per
// second (a multiplication and an addition are two) of the best turn, and the share of Eigen's.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <aeq/execute/arena.hpp>
#include <aeq/execute/families.hpp>
#include <aeq/execute/operation.hpp>

#include "eigen_sgemm.hpp"

namespace {

using aeq::element_type;
using code = aeq::op::code;

struct tensor {
  std::vector<std::int32_t> shape;
  std::vector<float> values;

  explicit tensor(std::vector<std::int32_t> extents) : shape(std::move(extents)) {
    std::size_t elements = 1;
    for (const std::int32_t extent : shape) elements *= static_cast<std::size_t>(extent);
    values.resize(elements);
    for (std::size_t i = 0; i < elements; ++i) values[i] = static_cast<float>(i * 7919 % 1000) / 500 - 1;
  }
  [[nodiscard]] aeq::operand view() const {
    return {element_type::float32, true, std::as_bytes(std::span(values)), shape, {}, {}, 0, 0};
  }
};

double seconds_of(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct product_size {
  std::size_t rows, depth, columns;
  std::size_t count = 1;  ///< as many of them
};

void compare(benchmark::State& state, code op, const std::vector<tensor>& inputs, const aeq::operation_options& options,
             const product_size& size) {
  const aeq::execute::operation* what = aeq::execute::find_operation(op);
  std::vector<aeq::operand> views;
  for (const tensor& t : inputs) views.push_back(t.view());
  std::vector<aeq::execute::shape> shapes(1);
  if (what == nullptr || what->shapes(views, options, shapes) != aeq::status::ready) {
    return state.SkipWithError("no such shape");
  }
  tensor y(shapes[0]);
  const std::vector<aeq::result_operand> results{
      {element_type::float32, false, std::as_writable_bytes(std::span(y.values)), y.shape, {}, {}, 0, 0}};
  aeq::kernel_arguments call{views, results, options, {}, {}};
  const aeq::execute::aligned_bytes workspace(what->kernel.workspace_bytes(call));
  const aeq::execute::aligned_bytes scratch(what->kernel.scratch_bytes == nullptr ? 0
                                                                                  : what->kernel.scratch_bytes(call));
  if (what->kernel.setup(call, workspace.span()) != aeq::status::ready) return state.SkipWithError("no kernel");
  call.scratch = scratch.span();
  const std::vector<float> a(size.rows * size.depth, 0.5f), b(size.depth * size.columns, 0.25f);
  std::vector<float> product(size.rows * size.columns);
  double ours = 1e9, theirs = 1e9;
  for ([[maybe_unused]] const auto turn : state) {
    ours = std::min(ours, seconds_of([&] { what->kernel.evaluate(call, workspace.span()); }));
    theirs =
        std::min(theirs, seconds_of([&] {
                   for (std::size_t i = 0; i < size.count; ++i) {
                     aeq_bench::eigen_sgemm(size.rows, size.depth, size.columns, a.data(), b.data(), product.data());
                   }
                 }));
    benchmark::DoNotOptimize(product.data());
    benchmark::DoNotOptimize(y.values.data());
  }
  const double work = 2e-9 * static_cast<double>(size.rows * size.depth * size.columns * size.count);
  state.counters["aeq"] = work / ours;
  state.counters["eigen"] = work / theirs;
  state.counters["share"] = theirs / ours;
}

/// Name, [B, H, W, C], [N, KH, KW, C], stride.
struct convolution {
  const char* name;
  std::vector<std::int32_t> x, w;
  std::int32_t stride;
};

void add_conv(const convolution& c) {
  benchmark::RegisterBenchmark((std::string("conv_2d/") + c.name).c_str(), [c](benchmark::State& state) {
    aeq::operation_options options;
    options.stride_height = options.stride_width = c.stride;
    const auto extent = [](std::int32_t e) { return static_cast<std::size_t>(e); };
    const std::size_t pixels = extent(c.x[0]) * ((extent(c.x[1]) + extent(c.stride) - 1) / extent(c.stride)) *
                               ((extent(c.x[2]) + extent(c.stride) - 1) / extent(c.stride));
    compare(state, code::conv_2d, {tensor(c.x), tensor(c.w), tensor({c.w[0]})}, options,
            {pixels, extent(c.w[1]) * extent(c.w[2]) * extent(c.w[3]), extent(c.w[0])});
  });
}

void add_fully_connected(std::int32_t rows, std::int32_t depth, std::int32_t channels) {
  const std::string name =
      "fully_connected/" + std::to_string(rows) + "x" + std::to_string(depth) + "x" + std::to_string(channels);
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    compare(state, code::fully_connected, {tensor({rows, depth}), tensor({channels, depth}), tensor({channels})}, {},
            {static_cast<std::size_t>(rows), static_cast<std::size_t>(depth), static_cast<std::size_t>(channels)});
  });
}

void add_batch_matmul(std::int32_t count, std::int32_t rows, std::int32_t depth, std::int32_t columns, bool adj_y) {
  const std::string name = "batch_matmul/" + std::to_string(count) + "x" + std::to_string(rows) + "x" +
                           std::to_string(depth) + "x" + std::to_string(columns) + (adj_y ? "/adj_y" : "");
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    aeq::operation_options options;
    options.adj_y = adj_y;
    compare(state, code::batch_matmul,
            {tensor({count, rows, depth}), adj_y ? tensor({count, columns, depth}) : tensor({count, depth, columns})},
            options,
            {static_cast<std::size_t>(rows), static_cast<std::size_t>(depth), static_cast<std::size_t>(columns),
             static_cast<std::size_t>(count)});
  });
}

}  // namespace

int main(int count, char** words) {
  for (const convolution& c : {convolution{"first_3x3_of_2", {1, 224, 224, 3}, {32, 3, 3, 3}, 2},
                               convolution{"first_7x7_of_2", {1, 224, 224, 3}, {64, 7, 7, 3}, 2},
                               convolution{"3x3_64", {1, 56, 56, 64}, {64, 3, 3, 64}, 1},
                               convolution{"3x3_256", {1, 14, 14, 256}, {256, 3, 3, 256}, 1},
                               convolution{"1x1_24_to_144", {1, 56, 56, 24}, {144, 1, 1, 24}, 1},
                               convolution{"1x1_512", {1, 14, 14, 512}, {512, 1, 1, 512}, 1},
                               convolution{"1x1_960_to_160", {1, 7, 7, 960}, {160, 1, 1, 960}, 1}}) {
    add_conv(c);
  }
  for (const std::int32_t rows : {1, 4, 8, 16, 64, 128, 512}) add_fully_connected(rows, 1024, 1024);
  add_fully_connected(128, 4096, 1024);
  add_batch_matmul(8, 128, 64, 128, true);
  add_batch_matmul(8, 128, 128, 64, false);
  add_batch_matmul(8, 1, 256, 512, false);
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
