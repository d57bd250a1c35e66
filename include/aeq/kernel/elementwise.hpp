// SPDX-License-Identifier: Apache-2.0
// How ops on single elements walk: rows of neighbours, in blocks that compilers vectorize without being asked to, with
// or without broadcasting. What is computed is in unary.hpp, binary.hpp and their like. Freestanding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include <aeq/kernel/extents.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/pieces.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Elements that are computed together: a whole number of vectors of any width.
inline constexpr std::size_t block_elements = 16;

/// y[i] = function(x[i]) for n elements; y may be x.
template <class From, class To, class Function>
void map_row(const From* x, To* y, std::size_t n, const Function& function) noexcept {
  std::array<To, block_elements> block{};
  std::size_t i = 0;
  for (; i + block_elements <= n; i += block_elements) {
    for (std::size_t j = 0; j < block_elements; ++j) block[j] = function(x[i + j]);
    std::memcpy(y + i, block.data(), sizeof(block));
  }
  for (; i < n; ++i) y[i] = function(x[i]);
}

/// y[i] = function(a[i], b[i]) for n elements. Of an operand that is single, the one element is taken each time. y may
/// be one that is not.
template <class From, class To, class Function>
void map_rows(const From* a, bool a_is_single, const From* b, bool b_is_single, To* y, std::size_t n,
              const Function& function) noexcept {
  std::array<From, block_elements> many_a{};
  std::array<From, block_elements> many_b{};
  if (a_is_single && n != 0) {
    many_a.fill(*a);
    a = many_a.data();
  }
  if (b_is_single && n != 0) {
    many_b.fill(*b);
    b = many_b.data();
  }
  const std::size_t a_step = a_is_single ? 0 : block_elements;
  const std::size_t b_step = b_is_single ? 0 : block_elements;
  std::array<To, block_elements> block{};
  std::size_t i = 0;
  for (; i + block_elements <= n; i += block_elements) {
    for (std::size_t j = 0; j < block_elements; ++j) block[j] = function(a[j], b[j]);
    std::memcpy(y + i, block.data(), sizeof(block));
    a += a_step;
    b += b_step;
  }
  for (std::size_t j = 0; i + j < n; ++j) y[i + j] = function(a[j], b[j]);
}

/// Two or three operands of broadcast shapes, row by row. Axes along which all of them run on, or all repeat, are one.
template <std::size_t Operands>
class broadcast_walk {
 public:
  /// A row: where it begins in the result and in each operand, counted in elements.
  struct row {
    std::size_t result = 0;
    std::array<std::size_t, Operands> from{};
  };

  /// False if the shapes do not go together, or not to `result`.
  [[nodiscard]] constexpr bool prepare(std::span<const std::int32_t> result,
                                       const std::array<std::span<const std::int32_t>, Operands>& shapes) noexcept {
    if (result.size() > max_rank) return false;
    count_ = 0;
    std::array<std::size_t, max_rank> extents{};
    std::array<std::array<std::size_t, Operands>, max_rank> steps{};
    std::array<std::size_t, Operands> inside{};
    inside.fill(1);
    for (std::size_t k = 0; k < result.size(); ++k) {  // from the innermost axis
      std::int32_t together = 1;
      std::array<std::size_t, Operands> step{};
      for (std::size_t o = 0; o < Operands; ++o) {
        const std::span<const std::int32_t> shape = shapes[o];
        if (shape.size() > result.size()) return false;
        const std::int32_t extent = k < shape.size() ? shape[shape.size() - 1 - k] : 1;
        if (extent == 1) continue;
        if (together != 1 && together != extent) return false;
        together = extent;
        step[o] = inside[o];
        inside[o] *= static_cast<std::size_t>(extent);
      }
      if (together != result[result.size() - 1 - k]) return false;
      if (together == 1) continue;
      const auto extent = static_cast<std::size_t>(together);
      if (count_ > 0) {
        bool continues = true;
        for (std::size_t o = 0; o < Operands; ++o) {
          continues = continues && step[o] == steps[count_ - 1][o] * extents[count_ - 1];
        }
        if (continues) {
          extents[count_ - 1] *= extent;
          continue;
        }
      }
      extents[count_] = extent;
      steps[count_++] = step;
    }
    if (count_ == 0) extents[count_++] = 1;
    extents_ = extents;
    steps_ = steps;
    return true;
  }

  /// Whether an operand has one element in all of a row.
  [[nodiscard]] constexpr bool is_single(std::size_t operand) const noexcept { return steps_[0][operand] == 0; }

  /// Calls task(row, elements) for rows that together are the result. Pieces of them are other threads' to compute.
  template <class Task>
  void run(const work_sharing& share, const Task& task) const noexcept {
    std::size_t rows = 1;
    for (std::size_t k = 1; k < count_; ++k) rows *= extents_[k];
    const std::size_t length = extents_[0];
    if (rows == 0 || length == 0) return;
    if (rows == 1) {
      share.for_ranges(length, elements_per_thread, [&](std::size_t begin, std::size_t end) {
        row at{begin, {}};
        for (std::size_t o = 0; o < Operands; ++o) at.from[o] = begin * steps_[0][o];
        task(at, end - begin);
      });
      return;
    }
    share.for_ranges(rows, elements_per_thread / length + 1, [&](std::size_t begin, std::size_t end) {
      std::array<std::size_t, max_rank> index{};
      row at{begin * length, {}};
      for (std::size_t k = 1, rest = begin; k < count_; ++k) {
        index[k] = rest % extents_[k];
        rest /= extents_[k];
        for (std::size_t o = 0; o < Operands; ++o) at.from[o] += index[k] * steps_[k][o];
      }
      for (std::size_t i = begin; i < end; ++i) {
        task(at, length);
        at.result += length;
        for (std::size_t k = 1; k < count_; ++k) {
          for (std::size_t o = 0; o < Operands; ++o) at.from[o] += steps_[k][o];
          if (++index[k] < extents_[k]) break;
          for (std::size_t o = 0; o < Operands; ++o) at.from[o] -= steps_[k][o] * extents_[k];
          index[k] = 0;
        }
      }
    });
  }

 private:
  std::array<std::size_t, max_rank> extents_{};  // innermost first
  std::array<std::array<std::size_t, Operands>, max_rank> steps_{};
  std::size_t count_ = 0;
};

/// An operation made from the op's options, or from nothing.
template <class Operation>
[[nodiscard]] constexpr Operation operation_from(const operation_options& options) noexcept {
  if constexpr (requires { Operation(options); }) {
    return Operation(options);
  } else {
    return Operation();
  }
}

/// A set of element types.
template <class... Type>
[[nodiscard]] constexpr std::uint32_t types_of(Type... type) noexcept {
  return ((std::uint32_t(1) << static_cast<unsigned>(type)) | ... | 0u);
}
[[nodiscard]] constexpr bool has_type(std::uint32_t types, element_type type) noexcept {
  return (types >> static_cast<unsigned>(type) & 1u) != 0;
}
inline constexpr std::uint32_t float_only = types_of(element_type::float32);
inline constexpr std::uint32_t wide_numbers = types_of(element_type::float32, element_type::int32, element_type::int64);
inline constexpr std::uint32_t all_numbers =
    wide_numbers | types_of(element_type::int8, element_type::uint8, element_type::int16);
inline constexpr std::uint32_t all_integers = all_numbers & ~float_only;
inline constexpr std::uint32_t signed_integers = all_integers & ~types_of(element_type::uint8);
inline constexpr std::uint32_t truth_values = types_of(element_type::boolean);

// What is compiled per operation: a row of floats, and a piece of all other types. Null where an op does not have them.

using unary_float_row = void (*)(const float* x, float* y, std::size_t n, const operation_options& options) noexcept;
using unary_integer_piece = void (*)(integer_piece& x, const operation_options& options) noexcept;
using binary_float_row = void (*)(const float* a, bool a_is_single, const float* b, bool b_is_single, std::byte* y,
                                  std::size_t n, const operation_options& options) noexcept;
using binary_integer_piece = void (*)(integer_piece& a, const integer_piece& b,
                                      const operation_options& options) noexcept;

[[nodiscard]] inline status operands_broadcast(const kernel_arguments& call, std::uint32_t types,
                                               bool result_is_truth) noexcept {
  if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
  const operand& a = call.inputs[0];
  const operand& b = call.inputs[1];
  const element_type result = result_is_truth ? element_type::boolean : a.type;
  if (a.type != b.type || !has_type(types, a.type) || call.outputs[0].type != result) return status::wrong_type;
  broadcast_walk<2> walk;
  return walk.prepare(call.outputs[0].shape, {a.shape, b.shape}) ? status::ready : status::wrong_shape;
}

inline void run_unary(const kernel_arguments& call, unary_float_row floats, unary_integer_piece integers) noexcept {
  const operand& x = call.inputs[0];
  const result_operand& y = call.outputs[0];
  if (x.type == element_type::float32) {
    const auto* from = reinterpret_cast<const float*>(x.data.data());
    auto* to = reinterpret_cast<float*>(y.data.data());
    call.share.for_ranges(y.elements(), elements_per_thread, [&](std::size_t begin, std::size_t end) {
      floats(from + begin, to + begin, end - begin, call.options);
    });
    return;
  }
  for_each_piece(y.elements(), call.share, [&](std::size_t begin, std::size_t n) {
    integer_piece piece{};
    load(x, begin, n, piece);
    integers(piece, call.options);
    store(y, begin, n, piece);
  });
}

inline void run_binary(const kernel_arguments& call, binary_float_row floats, binary_integer_piece integers) noexcept {
  const operand& a = call.inputs[0];
  const operand& b = call.inputs[1];
  const result_operand& y = call.outputs[0];
  broadcast_walk<2> walk;
  (void)walk.prepare(y.shape, {a.shape, b.shape});
  const std::array<bool, 2> is_single{walk.is_single(0), walk.is_single(1)};
  const auto load_or_fill = [&](std::size_t which, std::size_t row, std::size_t begin, std::size_t n,
                                integer_piece& piece) {
    if (is_single[which]) {
      load(call.inputs[which], row, 1, piece);
      piece.fill(piece[0]);
    } else {
      load(call.inputs[which], row + begin, n, piece);
    }
  };
  walk.run(call.share, [&](const broadcast_walk<2>::row& row, std::size_t n) {
    if (a.type == element_type::float32) {
      floats(reinterpret_cast<const float*>(a.data.data()) + row.from[0], is_single[0],
             reinterpret_cast<const float*>(b.data.data()) + row.from[1], is_single[1],
             y.data.data() + row.result * bytes_of(y.type), n, call.options);
      return;
    }
    for (std::size_t begin = 0; begin < n; begin += piece_elements) {
      const std::size_t count = std::min(piece_elements, n - begin);
      integer_piece left{}, right{};
      load_or_fill(0, row.from[0], begin, count, left);
      load_or_fill(1, row.from[1], begin, count, right);
      integers(left, right, call.options);
      store(y, row.result + begin, count, left);
    }
  });
}

/// y = f(x), element by element, x and y of one of the types; Operation is called with float or, for all other types,
/// with int64: results wrap when they are stored. y may be x.
template <class Operation, std::uint32_t Types = float_only>
struct unary {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != y.type || !has_type(Types, x.type)) return status::wrong_type;
    return x.elements() == y.elements() && x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    unary_float_row floats = nullptr;
    unary_integer_piece integers = nullptr;
    if constexpr (has_type(Types, element_type::float32)) {
      floats = [](const float* x, float* y, std::size_t n, const operation_options& options) noexcept {
        map_row(x, y, n, operation_from<Operation>(options));
      };
    }
    if constexpr (Types != float_only) {
      integers = [](integer_piece& x, const operation_options& options) noexcept {
        const auto operation = operation_from<Operation>(options);
        for (std::int64_t& value : x) value = operation(value);
      };
    }
    run_unary(call, floats, integers);
  }
};

/// What binary asks besides: whether setup accepts a call, and whether the data are such that there is a result.
struct no_rules {
  static constexpr status accepts(const kernel_arguments&) noexcept { return status::ready; }
  static constexpr status check(const kernel_arguments&) noexcept { return status::ready; }
};

/// y = f(a, b), element by element, with broadcasting (spec: kernels, section 1), a and b of one of the types. y has it
/// too, or is truth values (Result is bool). Operation is called with float or, for all other types, with int64:
/// results wrap when they are stored. y may be a if it has its type and shape.
template <class Operation, std::uint32_t Types, class Rules = no_rules, class Result = float>
struct binary {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    constexpr bool is_truth = std::is_same_v<Result, bool>;
    if (const status fits = operands_broadcast(call, Types, is_truth); fits != status::ready) return fits;
    return Rules::accepts(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return Rules::check(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    binary_float_row floats = nullptr;
    binary_integer_piece integers = nullptr;
    if constexpr (has_type(Types, element_type::float32)) {
      floats = [](const float* a, bool a_is_single, const float* b, bool b_is_single, std::byte* y, std::size_t n,
                  const operation_options& options) noexcept {
        using result = std::conditional_t<std::is_same_v<Result, bool>, std::uint8_t, float>;
        map_rows(a, a_is_single, b, b_is_single, reinterpret_cast<result*>(y), n, operation_from<Operation>(options));
      };
    }
    if constexpr (Types != float_only) {
      integers = [](integer_piece& a, const integer_piece& b, const operation_options& options) noexcept {
        const auto operation = operation_from<Operation>(options);
        for (std::size_t i = 0; i < piece_elements; ++i) a[i] = operation(a[i], b[i]);
      };
    }
    run_binary(call, floats, integers);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel
