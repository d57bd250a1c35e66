// SPDX-License-Identifier: Apache-2.0
// Reductions over axes: MEAN, SUM, REDUCE_PROD, REDUCE_MAX, REDUCE_MIN, REDUCE_ANY, REDUCE_ALL. Freestanding.
// (spec: kernels, section 6)
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include <aeq/kernel/extents.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// Which axes of x go: those that the second input names, negative ones counted from the end, none twice.
struct reduced_axes {
  std::array<bool, max_rank> goes{};
  std::size_t rank = 0;

  [[nodiscard]] status read(std::span<const std::int32_t> x, const operand& axes) noexcept {
    if (!is_index(axes.type)) return status::wrong_type;
    if (x.size() > max_rank || !is_index_list(axes)) return status::wrong_shape;
    rank = x.size();
    for (std::size_t i = 0; i < axes.elements(); ++i) {
      std::size_t axis = 0;
      if (!to_axis(index_at(axes, i), rank, axis)) return status::wrong_data;
      goes[axis] = true;
    }
    return status::ready;
  }
};

/// Axes as a loop over x meets them: neighbours of one kind are one axis; those of extent 1 are left out.
struct reduction_walk {
  struct axis {
    std::size_t extent = 1;
    bool goes = false;
  };
  std::array<axis, max_rank> axes{};
  std::size_t count = 0;
  std::size_t reduced = 1;  ///< elements of x per element of y

  reduction_walk(std::span<const std::int32_t> x, const reduced_axes& which) noexcept {
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::size_t extent = extent_of(x, k);
      if (which.goes[k]) reduced *= extent;
      if (extent == 1) continue;
      if (count > 0 && axes[count - 1].goes == which.goes[k]) {
        axes[count - 1].extent *= extent;
      } else {
        axes[count++] = {extent, which.goes[k]};
      }
    }
  }
};

// What is done with the elements. `first` is what no element gives.

struct add_elements {
  template <class T>
  static constexpr T first = T(0);
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    if constexpr (std::is_integral_v<T>) {  // wraps
      using bits = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<bits>(a) + static_cast<bits>(b));
    } else {
      return a + b;
    }
  }
};
struct multiply_elements {
  template <class T>
  static constexpr T first = T(1);
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    } else {
      return a * b;
    }
  }
};
struct greatest_element {
  template <class T>
  static constexpr T first = std::numeric_limits<T>::lowest();
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    return a < b ? b : a;
  }
};
struct least_element {
  template <class T>
  static constexpr T first = std::numeric_limits<T>::max();
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    return b < a ? b : a;
  }
};
struct any_element {
  template <class T>
  static constexpr T first = T(0);
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    return static_cast<T>(a != 0 || b != 0);
  }
};
struct every_element {
  template <class T>
  static constexpr T first = T(1);
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    return static_cast<T>(a != 0 && b != 0);
  }
};

/// y = join of x along the walk. Sums of a row run in eight lanes, which are joined at its end: as fast as memory, and
/// the same at any number of threads.
template <class Join, class T>
class reducer {
 public:
  reducer(const reduction_walk& walk, std::span<const T> x, std::span<T> y) noexcept : walk_(walk), x_(x), y_(y) {
    std::size_t kept = 1, all = 1;
    for (std::size_t k = walk.count; k-- > 0;) {
      inputs_[k] = all;
      results_[k] = kept;
      all *= walk.axes[k].extent;
      if (!walk.axes[k].goes) kept *= walk.axes[k].extent;
    }
  }

  void run(const work_sharing& share) const noexcept {
    std::fill(y_.begin(), y_.end(), Join::template first<T>);
    if (x_.empty()) return;
    constexpr std::size_t least = 32768;  // elements of x that are worth another thread
    if (walk_.count == 0 || walk_.axes[0].goes) return along(0, 0, 0);
    share.for_ranges(walk_.axes[0].extent, least / inputs_[0] + 1, [&](std::size_t begin, std::size_t end) {
      if (walk_.count == 1) return kept_run(begin, begin, end - begin);
      for (std::size_t i = begin; i < end; ++i) along(1, i * inputs_[0], i * results_[0]);
    });
  }

 private:
  void along(std::size_t k, std::size_t from, std::size_t to) const noexcept {
    if (k == walk_.count) return kept_run(from, to, 1);
    const reduction_walk::axis axis = walk_.axes[k];
    if (k + 1 == walk_.count) return axis.goes ? row(from, to, axis.extent) : kept_run(from, to, axis.extent);
    for (std::size_t i = 0; i < axis.extent; ++i) {
      along(k + 1, from + i * inputs_[k], to + (axis.goes ? 0 : i * results_[k]));
    }
  }

  void kept_run(std::size_t from, std::size_t to, std::size_t count) const noexcept {
    const T* x = x_.data() + from;
    T* y = y_.data() + to;
    for (std::size_t i = 0; i < count; ++i) y[i] = Join::join(y[i], x[i]);
  }

  void row(std::size_t from, std::size_t to, std::size_t count) const noexcept {
    constexpr std::size_t width = 8;
    const T* x = x_.data() + from;
    std::array<T, width> lanes;
    lanes.fill(Join::template first<T>);
    std::size_t i = 0;
    for (; i + width <= count; i += width) {
      for (std::size_t k = 0; k < width; ++k) lanes[k] = Join::join(lanes[k], x[i + k]);
    }
    for (; i < count; ++i) lanes[0] = Join::join(lanes[0], x[i]);
    T joined = lanes[0];
    for (std::size_t k = 1; k < width; ++k) joined = Join::join(joined, lanes[k]);
    y_[to] = Join::join(y_[to], joined);
  }

  const reduction_walk& walk_;
  std::span<const T> x_;
  std::span<T> y_;
  std::array<std::size_t, max_rank> inputs_{};   // elements of x per index of an axis
  std::array<std::size_t, max_rank> results_{};  // of y
};

/// Inputs: x, axes. float32, int32, int64; extremes also of int8, uint8, int16 whose input and output have one scale;
/// any and all of bool. IsMean divides by the number of elements (integers toward zero).
template <class Join, bool IsMean = false>
struct reduce {
  static constexpr std::uint32_t data_inputs = 2;
  static constexpr bool is_extreme = std::is_same_v<Join, greatest_element> || std::is_same_v<Join, least_element>;
  static constexpr bool is_logical = std::is_same_v<Join, any_element> || std::is_same_v<Join, every_element>;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    reduced_axes which;
    if (const status known = which.read(inputs[0].shape, inputs[1]); known != status::ready) return known;
    for (std::size_t k = 0; k < which.rank; ++k) {
      if (!which.goes[k]) {
        (void)result.push(inputs[0].shape[k]);
      } else if (options.keep_dims) {
        (void)result.push(1);
      }
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != y.type || !takes(x.type)) return status::wrong_type;
    const bool same = std::equal(x.scale.begin(), x.scale.end(), y.scale.begin(), y.scale.end()) &&
                      std::equal(x.zero_point.begin(), x.zero_point.end(), y.zero_point.begin(), y.zero_point.end());
    if (is_extreme && !same) return status::wrong_parameters;
    return shape_is_as_said_if_known<reduce>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<reduce>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    switch (call.inputs[0].type) {
      case element_type::float32: return of_type<float>(call);
      case element_type::int32: return of_type<std::int32_t>(call);
      case element_type::int64: return of_type<std::int64_t>(call);
      case element_type::int16: return of_type<std::int16_t>(call);
      case element_type::int8: return of_type<std::int8_t>(call);
      default: return of_type<std::uint8_t>(call);
    }
  }

 private:
  [[nodiscard]] static constexpr bool takes(element_type type) noexcept {
    if (is_logical) return type == element_type::boolean;
    switch (type) {
      case element_type::float32:
      case element_type::int32:
      case element_type::int64: return true;
      case element_type::int8:
      case element_type::uint8:
      case element_type::int16: return is_extreme;
      default: return false;
    }
  }

  template <class T>
  static void of_type(const kernel_arguments& call) noexcept {
    constexpr bool is_small = sizeof(T) < 4;
    if constexpr (is_logical ? std::is_same_v<T, std::uint8_t> : (is_extreme || !is_small)) {
      const operand& x = call.inputs[0];
      const result_operand& y = call.outputs[0];
      reduced_axes which;
      (void)which.read(x.shape, call.inputs[1]);
      const reduction_walk walk(x.shape, which);
      const std::span<T> results = y.template values<T>().first(y.elements());
      reducer<Join, T>(walk, x.template values<T>().first(x.elements()), results).run(call.share);
      if constexpr (IsMean) {
        const auto count = static_cast<T>(walk.reduced);
        if (std::is_integral_v<T> && count == 0) return;
        for (T& value : results) value /= count;
      }
    }
  }
};

using reduce_mean = reduce<add_elements, true>;
using reduce_sum = reduce<add_elements>;
using reduce_prod = reduce<multiply_elements>;
using reduce_max = reduce<greatest_element>;
using reduce_min = reduce<least_element>;
using reduce_any = reduce<any_element>;
using reduce_all = reduce<every_element>;

}  // namespace aeq::inline AEQ_ABI::kernel
