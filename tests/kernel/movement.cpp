// SPDX-License-Identifier: Apache-2.0
// Ops that move elements, against walks over single indices.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/thread_pool.hpp>

#include "support/compute.hpp"
#include "support/indices.hpp"

using namespace aeq_test;
using code = aeq::op::code;
using integers = std::vector<std::int32_t>;

namespace {

integers result_of(code op, const std::vector<value>& inputs, const aeq::operation_options& options = {},
                   aeq::element_type type = aeq::element_type::int32) {
  std::vector<value> outputs(1);
  outputs[0].type = type;
  return compute(op, inputs, options, std::move(outputs))[0].as<std::int32_t>();
}

value result_value(code op, const std::vector<value>& inputs, const aeq::operation_options& options = {},
                   const aeq::work_sharing& share = {}) {
  std::vector<value> outputs(1);
  outputs[0].type = aeq::element_type::int32;
  return std::move(compute(op, inputs, options, std::move(outputs), share)[0]);
}

value list(const integers& values) {
  return ints({static_cast<std::int32_t>(values.size())}, values);
}

std::int32_t pick(std::mt19937& random, std::int32_t lowest, std::int32_t highest) {
  return std::uniform_int_distribution<std::int32_t>(lowest, highest)(random);
}

}  // namespace

TEST_CASE("TRANSPOSE gives axis k the elements of axis permutation[k]") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const index_list shape = random_shape(random, static_cast<std::size_t>(round % 9), round % 20 == 19 ? 0 : 1, 4);
    integers permutation(shape.size());
    std::iota(permutation.begin(), permutation.end(), 0);
    std::shuffle(permutation.begin(), permutation.end(), random);
    const value x = numbered(shape);
    const value y = result_value(code::transpose, {x, list(permutation)});
    index_list wanted;
    for (const std::int32_t axis : permutation) wanted.push_back(shape[static_cast<std::size_t>(axis)]);
    CHECK(y.shape == wanted);
    CHECK(y.as<std::int32_t>() == moved(x.as<std::int32_t>(), wanted, [&](const index_list& index) {
            index_list from(shape.size());
            for (std::size_t k = 0; k < shape.size(); ++k) from[static_cast<std::size_t>(permutation[k])] = index[k];
            return place(shape, from);
          }));
  }
  CHECK_THROWS_WITH(result_of(code::transpose, {numbered({2, 3}), list({0, 0})}), "shape: data of an operand");
  CHECK_THROWS_WITH(result_of(code::transpose, {numbered({2, 3}), list({0, 2})}), "shape: data of an operand");
  CHECK_THROWS_WITH(result_of(code::transpose, {numbered({2, 3}), list({0})}), "shape: shape of an operand");
}

TEST_CASE("Elements of 1, 2, 4 and 8 bytes move alike, and threads move them alike") {
  aeq::execute::thread_pool pool(4);
  const index_list shape{70, 9, 130};
  const std::size_t count = elements_of(shape);
  const value permutation = list({2, 0, 1});
  const value x = numbered(shape);
  const value y = result_value(code::transpose, {x, permutation});
  CHECK(result_value(code::transpose, {x, permutation}, {}, pool.share()).as<std::int32_t>() == y.as<std::int32_t>());
  const auto as_type = [&]<class T>(aeq::element_type type, T) {
    std::vector<T> narrow(count), wanted;
    for (std::size_t i = 0; i < count; ++i) narrow[i] = static_cast<T>(i + 1);
    for (const std::int32_t element : y.as<std::int32_t>()) wanted.push_back(static_cast<T>(element));
    std::vector<value> outputs(1);
    outputs[0].type = type;
    CHECK(compute(code::transpose, {make(type, shape, narrow), permutation}, {}, std::move(outputs))[0]
              .template as<T>() == wanted);
  };
  as_type(aeq::element_type::int8, std::int8_t());
  as_type(aeq::element_type::uint8, std::uint8_t());
  as_type(aeq::element_type::int16, std::int16_t());
  as_type(aeq::element_type::float32, float());
  as_type(aeq::element_type::int64, std::int64_t());
}

TEST_CASE("SLICE takes sizes, -1 to the end") {
  const value x = numbered({3, 4});
  CHECK(result_of(code::slice, {x, list({1, 2}), list({2, -1})}) == integers{7, 8, 11, 12});
  CHECK(result_of(code::slice, {x, list({3, 0}), list({-1, 2})}).empty());
  CHECK_THROWS_WITH(result_of(code::slice, {x, list({1, 2}), list({2, 3})}), "shape: data of an operand");
  CHECK_THROWS_WITH(result_of(code::slice, {x, list({-1, 2}), list({2, 1})}), "shape: data of an operand");
  CHECK_THROWS_WITH(result_of(code::slice, {x, list({1}), list({2})}), "shape: shape of an operand");
}

TEST_CASE("STRIDED_SLICE indexes as Python does") {
  std::mt19937 random(2);
  int empty = 0;
  for (int round = 0; round < 300; ++round) {
    const std::size_t rank = 1 + static_cast<std::size_t>(round) % 4;
    const index_list shape = random_shape(random, rank, 1, 6);
    integers begin, end, strides;
    aeq::operation_options options;
    options.begin_mask = pick(random, 0, 15);
    options.end_mask = pick(random, 0, 15);
    std::vector<integers> taken(rank);  // indices of each axis
    index_list wanted;
    for (std::size_t k = 0; k < rank; ++k) {
      const std::int32_t n = shape[k];
      std::int32_t step = pick(random, -3, 3);
      if (step == 0) step = 1;
      begin.push_back(pick(random, -n - 2, n + 2));
      end.push_back(pick(random, -n - 2, n + 2));
      strides.push_back(step);
      const auto bound = [&](std::int32_t v) {  // slice.indices
        if (v < 0) v += n;
        if (v < 0) return step < 0 ? -1 : 0;
        return v >= n ? (step < 0 ? n - 1 : n) : v;
      };
      std::int32_t first = (options.begin_mask >> k & 1) != 0 ? (step < 0 ? n - 1 : 0) : bound(begin[k]);
      const std::int32_t last = (options.end_mask >> k & 1) != 0 ? (step < 0 ? -1 : n) : bound(end[k]);
      for (; step > 0 ? first < last : first > last; first += step) taken[k].push_back(first);
      wanted.push_back(static_cast<std::int32_t>(taken[k].size()));
    }
    const value x = numbered(shape);
    const value y = result_value(code::strided_slice, {x, list(begin), list(end), list(strides)}, options);
    CHECK(y.shape == wanted);
    CHECK(y.as<std::int32_t>() == moved(x.as<std::int32_t>(), wanted, [&](const index_list& index) {
            index_list from(rank);
            for (std::size_t k = 0; k < rank; ++k) from[k] = taken[k][static_cast<std::size_t>(index[k])];
            return place(shape, from);
          }));
    if (y.as<std::int32_t>().empty()) ++empty;
  }
  CHECK(empty > 0);
  CHECK(empty < 250);
}

TEST_CASE("STRIDED_SLICE: axes that are dropped, new, or stood for") {
  const value x = numbered({2, 3, 4});
  aeq::operation_options options;
  options.shrink_axis_mask = 1;  // x[-1, 1:3]
  value y = result_value(code::strided_slice, {x, list({-1, 1}), list({0, 3}), list({1, 1})}, options);
  CHECK(y.shape == index_list{2, 4});
  CHECK(y.as<std::int32_t>() == integers{17, 18, 19, 20, 21, 22, 23, 24});
  options = {};
  options.ellipsis_mask = 1;  // x[..., ::-2]
  options.begin_mask = options.end_mask = 2;
  y = result_value(code::strided_slice, {x, list({0, 0}), list({0, 0}), list({1, -2})}, options);
  CHECK(y.shape == index_list{2, 3, 2});
  CHECK(y.as<std::int32_t>() == integers{4, 2, 8, 6, 12, 10, 16, 14, 20, 18, 24, 22});
  options = {};
  options.new_axis_mask = 2;  // x[1, newaxis, ..., 0]
  options.ellipsis_mask = 4;
  options.shrink_axis_mask = 9;
  y = result_value(code::strided_slice, {x, list({1, 0, 0, 0}), list({2, 0, 0, 1}), list({1, 1, 1, 1})}, options);
  CHECK(y.shape == index_list{1, 3});
  CHECK(y.as<std::int32_t>() == integers{13, 17, 21});
  options = {};
  options.offset = true;  // x[1:1 + 1, 1:1 + 2]
  y = result_value(code::strided_slice, {x, list({1, 1}), list({1, 2}), list({1, 1})}, options);
  CHECK(y.shape == index_list{1, 2, 4});
  CHECK(y.as<std::int32_t>() == integers{17, 18, 19, 20, 21, 22, 23, 24});
  options = {};
  options.shrink_axis_mask = 1;
  CHECK_THROWS_WITH(result_of(code::strided_slice, {x, list({2}), list({3}), list({1})}, options),
                    "shape: data of an operand");
  CHECK_THROWS_WITH(result_of(code::strided_slice, {x, list({0}), list({3}), list({0})}), "shape: data of an operand");
  CHECK_THROWS_WITH(result_of(code::strided_slice, {x, list({0, 0, 0, 0}), list({1, 1, 1, 1}), list({1, 1, 1, 1})}),
                    "shape: options of the op");
}

TEST_CASE("SPLIT, SPLIT_V and UNPACK take a tensor apart; CONCATENATION and PACK join it") {
  const value x = numbered({2, 6});
  const auto parts = [](std::size_t count) {
    std::vector<value> outputs(count);
    for (value& v : outputs) v.type = aeq::element_type::int32;
    return outputs;
  };
  aeq::operation_options options;
  options.axis = -1;
  auto y = compute(code::split, {ints({}, {1}), x}, {}, parts(3));
  CHECK(y[1].shape == index_list{2, 2});
  CHECK(y[1].as<std::int32_t>() == integers{3, 4, 9, 10});
  CHECK(result_of(code::concatenation, {y[0], y[1], y[2]}, options) == x.as<std::int32_t>());
  CHECK_THROWS_WITH((void)compute(code::split, {ints({}, {1}), x}, {}, parts(4)), "shape: shape of an operand");

  y = compute(code::split_v, {x, list({1, -1, 2}), ints({}, {1})}, {}, parts(3));
  CHECK(y[1].as<std::int32_t>() == integers{2, 3, 4, 8, 9, 10});
  CHECK(result_of(code::concatenation, {y[0], y[1], y[2]}, options) == x.as<std::int32_t>());
  CHECK_THROWS_WITH((void)compute(code::split_v, {x, list({1, 2, 2}), ints({}, {1})}, {}, parts(3)),
                    "shape: data of an operand");

  y = compute(code::unpack, {x}, options, parts(6));
  CHECK(y[4].shape == index_list{2});
  CHECK(y[4].as<std::int32_t>() == integers{5, 11});
  CHECK(result_of(code::pack, y, options) == x.as<std::int32_t>());
  options.axis = 0;
  CHECK(result_of(code::pack, {y[0], y[5]}, options) == integers{1, 7, 6, 12});
  CHECK(result_value(code::concatenation, {x, numbered({1, 6})}, options).shape == index_list{3, 6});
  CHECK_THROWS_WITH(result_of(code::concatenation, {x, numbered({1, 5})}, options), "shape: shape of an operand");
  options.axis = 2;
  CHECK_THROWS_WITH(result_of(code::concatenation, {x, x}, options), "shape: options of the op");
  value q = make<std::int8_t>(aeq::element_type::int8, {1}, {1});
  value r = make<std::int8_t>(aeq::element_type::int8, {1}, {1});
  q.scale = {0.5f};
  r.scale = {0.25f};
  q.zero_point = r.zero_point = {0};
  options.axis = 0;
  std::vector<value> quantized(1);
  quantized[0].type = aeq::element_type::int8;
  quantized[0].scale = {0.5f};
  quantized[0].zero_point = {0};
  CHECK_THROWS_WITH((void)compute(code::concatenation, {q, r}, options, std::move(quantized)),
                    "setup: scales or zero points of an operand");
}

TEST_CASE("PAD and PADV2 put values around a tensor, or cut it") {
  const value x = numbered({2, 2});
  CHECK(result_of(code::pad, {x, ints({2, 2}, {0, 1, 1, 0})}) == integers{0, 1, 2, 0, 3, 4, 0, 0, 0});
  CHECK(result_of(code::padv2, {x, ints({2, 2}, {1, -1, 0, 2}), ints({}, {9})}) == integers{9, 9, 9, 9, 1, 2, 9, 9});
  CHECK(result_of(code::pad, {x, ints({2, 2}, {-1, 0, 0, -1})}) == integers{3});
  CHECK(result_of(code::pad, {x, ints({2, 2}, {0, 0, 0, 0})}) == x.as<std::int32_t>());
  CHECK_THROWS_WITH(result_of(code::pad, {x, ints({2, 2}, {-2, -1, 0, 0})}), "shape: data of an operand");
  value q = make<std::int8_t>(aeq::element_type::int8, {1}, {7});
  q.scale = {0.5f};
  q.zero_point = {-3};
  std::vector<value> quantized(1);
  quantized[0].type = aeq::element_type::int8;
  quantized[0].scale = {0.5f};
  quantized[0].zero_point = {-3};
  CHECK(compute(code::pad, {q, ints({1, 2}, {1, 1})}, {}, std::move(quantized))[0].as<std::int8_t>() ==
        std::vector<std::int8_t>{-3, 7, -3});
}

TEST_CASE("MIRROR_PAD reflects with the edge or without") {
  std::mt19937 random(3);
  for (int round = 0; round < 100; ++round) {
    const index_list shape = random_shape(random, 1 + static_cast<std::size_t>(round) % 4, 1, 4);
    aeq::operation_options options;
    options.repeats_edge = round % 2 != 0;
    integers paddings;
    index_list wanted;
    for (const std::int32_t extent : shape) {
      const std::int32_t most = options.repeats_edge ? extent : extent - 1;
      paddings.push_back(pick(random, 0, most));
      paddings.push_back(pick(random, 0, most));
      wanted.push_back(extent + paddings[paddings.size() - 2] + paddings.back());
    }
    const value x = numbered(shape);
    CHECK(result_of(code::mirror_pad, {x, ints({static_cast<std::int32_t>(shape.size()), 2}, paddings)}, options) ==
          moved(x.as<std::int32_t>(), wanted, [&](const index_list& index) {
            index_list from(shape.size());
            for (std::size_t k = 0; k < shape.size(); ++k) {
              const std::int32_t edge = options.repeats_edge ? 1 : 0;
              std::int32_t i = index[k] - paddings[2 * k];
              if (i < 0) i = -i - edge;
              if (i >= shape[k]) i = 2 * shape[k] - 2 + edge - i;
              from[k] = i;
            }
            return place(shape, from);
          }));
  }
  CHECK_THROWS_WITH(result_of(code::mirror_pad, {numbered({3}), ints({1, 2}, {3, 0})}), "shape: data of an operand");
}

TEST_CASE("GATHER takes indices of an axis, batch by batch") {
  std::mt19937 random(4);
  for (int round = 0; round < 100; ++round) {
    const index_list shape = random_shape(random, 1 + static_cast<std::size_t>(round) % 4, 1, 4);
    const auto rank = static_cast<std::int32_t>(shape.size());
    aeq::operation_options options;
    const std::int32_t axis = pick(random, 0, rank - 1);
    options.axis = round % 3 == 0 ? axis - rank : axis;
    options.batch_dims = pick(random, 0, axis);
    const auto batch = static_cast<std::size_t>(options.batch_dims);
    const auto a = static_cast<std::size_t>(axis);
    index_list lists(shape.begin(), shape.begin() + options.batch_dims);
    const index_list free_axes = random_shape(random, static_cast<std::size_t>(pick(random, 0, 2)), 1, 3);
    lists.insert(lists.end(), free_axes.begin(), free_axes.end());
    integers indices(elements_of(lists));
    for (std::int32_t& index : indices) index = pick(random, 0, shape[a] - 1);
    index_list wanted(shape.begin(), shape.begin() + axis);
    wanted.insert(wanted.end(), free_axes.begin(), free_axes.end());
    wanted.insert(wanted.end(), shape.begin() + axis + 1, shape.end());
    const value x = numbered(shape);
    const value y = result_value(code::gather, {x, ints(lists, indices)}, options);
    CHECK(y.shape == wanted);
    CHECK(y.as<std::int32_t>() == moved(x.as<std::int32_t>(), wanted, [&](const index_list& index) {
            index_list in_list(index.begin(), index.begin() + options.batch_dims);
            const auto first = index.begin() + axis;
            const auto last = first + static_cast<std::ptrdiff_t>(free_axes.size());
            in_list.insert(in_list.end(), first, last);
            index_list from(index.begin(), first);
            from.push_back(indices[place(lists, in_list)]);
            from.insert(from.end(), last, index.end());
            return place(shape, from);
          }));
    (void)batch;
  }
  CHECK_THROWS_WITH(result_of(code::gather, {numbered({3}), list({3})}), "check: data of an operand");
  CHECK_THROWS_WITH(result_of(code::gather, {numbered({3}), list({-1})}), "check: data of an operand");
}

TEST_CASE("GATHER_ND takes runs at places") {
  const value x = numbered({2, 3, 2});
  CHECK(result_of(code::gather_nd, {x, ints({2, 2}, {1, 2, 0, 1})}) == integers{11, 12, 3, 4});
  CHECK(result_of(code::gather_nd, {x, ints({1, 2, 3}, {1, 2, 0, 0, 0, 1})}) == integers{11, 2});
  CHECK(result_value(code::gather_nd, {x, ints({1, 2, 1}, {1, 0})}).shape == index_list{1, 2, 3, 2});
  CHECK_THROWS_WITH(result_of(code::gather_nd, {x, ints({1, 2}, {0, 3})}), "check: data of an operand");
  CHECK_THROWS_WITH(result_of(code::gather_nd, {x, ints({1, 4}, {0, 0, 0, 0})}), "shape: shape of an operand");
}

TEST_CASE("DYNAMIC_UPDATE_SLICE moves a start back that leaves too little room") {
  const value x = numbered({3, 3});
  const value update = ints({2, 1}, {-1, -2});
  CHECK(result_of(code::dynamic_update_slice, {x, update, list({0, 1})}) == integers{1, -1, 3, 4, -2, 6, 7, 8, 9});
  CHECK(result_of(code::dynamic_update_slice, {x, update, list({9, -5})}) == integers{1, 2, 3, -1, 5, 6, -2, 8, 9});
  CHECK_THROWS_WITH(result_of(code::dynamic_update_slice, {x, numbered({4, 1}), list({0, 0})}),
                    "setup: shape of an operand");
}

TEST_CASE("SPACE_TO_DEPTH and DEPTH_TO_SPACE undo each other") {
  aeq::operation_options options;
  options.block_size = 2;
  const value wide = numbered({2, 4, 6, 3});
  const value deep = result_value(code::space_to_depth, {wide}, options);
  CHECK(deep.shape == index_list{2, 2, 3, 12});
  CHECK(deep.as<std::int32_t>() == moved(wide.as<std::int32_t>(), deep.shape, [&](const index_list& i) {
          const std::int32_t block = i[3] / 3;
          return place(wide.shape, {i[0], i[1] * 2 + block / 2, i[2] * 2 + block % 2, i[3] % 3});
        }));
  const value again = result_value(code::depth_to_space, {deep}, options);
  CHECK(again.shape == wide.shape);
  CHECK(again.as<std::int32_t>() == wide.as<std::int32_t>());
  options.block_size = 0;
  CHECK_THROWS_WITH(result_of(code::space_to_depth, {wide}, options), "shape: options of the op");
}

TEST_CASE("SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND undo each other") {
  const value wide = numbered({2, 3, 5, 2});
  const value block = list({2, 3});
  const value margins = ints({2, 2}, {1, 0, 2, 2});
  const value batched = result_value(code::space_to_batch_nd, {wide, block, margins});
  CHECK(batched.shape == index_list{12, 2, 3, 2});
  integers wanted;
  for_each_index(batched.shape, [&](const index_list& i) {
    const std::int32_t number = i[0] / 2;
    const std::int32_t h = i[1] * 2 + number / 3 - 1;
    const std::int32_t w = i[2] * 3 + number % 3 - 2;
    const bool is_inside = h >= 0 && h < 3 && w >= 0 && w < 5;
    wanted.push_back(is_inside ? wide.as<std::int32_t>()[place(wide.shape, {i[0] % 2, h, w, i[3]})] : 0);
  });
  CHECK(batched.as<std::int32_t>() == wanted);
  const value again = result_value(code::batch_to_space_nd, {batched, block, margins});
  CHECK(again.shape == wide.shape);
  CHECK(again.as<std::int32_t>() == wide.as<std::int32_t>());
  CHECK_THROWS_WITH(result_of(code::space_to_batch_nd, {wide, list({2, 2}), margins}), "shape: shape of an operand");
  CHECK_THROWS_WITH(result_of(code::space_to_batch_nd, {wide, list({0, 3}), margins}), "shape: data of an operand");
}

TEST_CASE("TILE and BROADCAST_TO repeat") {
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    const index_list shape = random_shape(random, static_cast<std::size_t>(round) % 6, 1, 3);
    const value x = numbered(shape);
    const integers times = random_shape(random, shape.size(), round % 10 == 9 ? 0 : 1, 3);
    index_list wanted;
    for (std::size_t k = 0; k < shape.size(); ++k) wanted.push_back(shape[k] * times[k]);
    CHECK(result_of(code::tile, {x, list(times)}) == moved(x.as<std::int32_t>(), wanted, [&](const index_list& index) {
            index_list from(shape.size());
            for (std::size_t k = 0; k < shape.size(); ++k) from[k] = index[k] % shape[k];
            return place(shape, from);
          }));
    index_list broad = random_shape(random, static_cast<std::size_t>(pick(random, 0, 2)), 1, 3);
    for (const std::int32_t extent : shape) broad.push_back(extent == 1 ? pick(random, 1, 3) : extent);
    CHECK(result_of(code::broadcast_to, {x, list(broad)}) ==
          moved(x.as<std::int32_t>(), broad, [&](const index_list& index) { return broadcast_place(shape, index); }));
  }
  CHECK_THROWS_WITH(result_of(code::broadcast_to, {numbered({2}), list({3})}), "shape: data of an operand");
  CHECK_THROWS_WITH(result_of(code::tile, {numbered({2}), list({-1})}), "shape: data of an operand");
}

TEST_CASE("Shapes of shapes, and tensors of one value") {
  CHECK(result_of(code::shape, {numbered({2, 0, 3})}) == integers{2, 0, 3});
  CHECK(result_of(code::rank, {numbered({2, 0, 3})}) == integers{3});
  CHECK(result_of(code::broadcast_args, {list({2, 1}), list({5, 1, 3})}) == integers{5, 2, 3});
  CHECK_THROWS_WITH(result_of(code::broadcast_args, {list({2}), list({3})}), "check: data of an operand");
  CHECK(result_of(code::fill, {list({2, 2}), ints({}, {7})}) == integers{7, 7, 7, 7});
  CHECK(result_of(code::zeros_like, {numbered({3})}) == integers{0, 0, 0});
  aeq::operation_options options;
  CHECK(result_value(code::squeeze, {numbered({1, 3, 1})}, options).shape == index_list{3});
  const integers dims{-1};
  options.squeeze_dims = dims;
  CHECK(result_value(code::squeeze, {numbered({1, 3, 1})}, options).shape == index_list{1, 3});
  CHECK(result_value(code::expand_dims, {numbered({2, 3}), ints({}, {-1})}).shape == index_list{2, 3, 1});
  CHECK_THROWS_WITH(result_of(code::expand_dims, {numbered({2, 3}), ints({}, {3})}), "shape: data of an operand");
}

TEST_CASE("REVERSE_V2 and REVERSE_SEQUENCE") {
  const value x = numbered({2, 3, 2});
  CHECK(result_of(code::reverse_v2, {x, list({-1, 0})}) == integers{8, 7, 10, 9, 12, 11, 2, 1, 4, 3, 6, 5});
  aeq::operation_options options;
  options.seq_dim = 1;
  options.batch_dim = 0;
  CHECK(result_of(code::reverse_sequence, {x, list({2, 3})}, options) ==
        integers{3, 4, 1, 2, 5, 6, 11, 12, 9, 10, 7, 8});
  CHECK_THROWS_WITH(result_of(code::reverse_sequence, {x, list({2, 4})}, options), "check: data of an operand");
  CHECK_THROWS_WITH(result_of(code::reverse_v2, {x, list({3})}), "check: data of an operand");
}
