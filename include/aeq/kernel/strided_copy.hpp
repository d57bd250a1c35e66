// SPDX-License-Identifier: Apache-2.0
// Moving elements from one arrangement of axes to another: what transposing, slicing, tiling, reversing and joining
// have in common. Freestanding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <aeq/kernel/work_sharing.hpp>

namespace aeq::inline AEQ_ABI::kernel {

/// to[to_offset + sum i_k * to_k] = from[from_offset + sum i_k * from_k] for all i_k below extent_k. Offsets and
/// strides count elements; strides may be 0 (from) or negative. Places written to differ from each other and from those
/// read.
class strided_copy {
 public:
  static constexpr std::size_t max_axes = 16;

  std::ptrdiff_t from_offset = 0;
  std::ptrdiff_t to_offset = 0;

  /// Adds an axis inside of those before. Neighbours that are one run in memory become one axis.
  constexpr void axis(std::size_t extent, std::ptrdiff_t from, std::ptrdiff_t to) noexcept {
    if (extent == 0) is_empty_ = true;
    if (extent <= 1) return;
    const auto length = static_cast<std::ptrdiff_t>(extent);
    if (count_ > 0) {
      one& outer = axes_[count_ - 1];
      if (outer.from == from * length && outer.to == to * length) {
        outer = {outer.extent * length, from, to};
        return;
      }
    }
    axes_[count_++] = {length, from, to};
  }

  /// Elements of 1, 2, 4 or 8 bytes.
  void run(std::size_t element_bytes, const std::byte* from, std::byte* to, const work_sharing& share) const noexcept {
    if (is_empty_) return;
    switch (element_bytes) {
      case 1: return run_as<std::uint8_t>(from, to, share);
      case 2: return run_as<std::uint16_t>(from, to, share);
      case 4: return run_as<std::uint32_t>(from, to, share);
      default: return run_as<std::uint64_t>(from, to, share);
    }
  }

 private:
  struct one {
    std::ptrdiff_t extent = 1;
    std::ptrdiff_t from = 0;
    std::ptrdiff_t to = 0;
  };

  template <class Element>
  void run_as(const std::byte* from, std::byte* to, const work_sharing& share) const noexcept {
    const auto* source = reinterpret_cast<const Element*>(from) + from_offset;
    auto* target = reinterpret_cast<Element*>(to) + to_offset;
    if (count_ < 2) {
      copy_row(source, target, count_ == 0 ? one{} : axes_[0]);
      return;
    }
    std::ptrdiff_t inside = 1;  // elements of one index of the outermost axis
    for (std::size_t k = 1; k < count_; ++k) inside *= axes_[k].extent;
    constexpr std::size_t least = 32768;  // elements that are worth another thread
    share.for_ranges(static_cast<std::size_t>(axes_[0].extent), least / static_cast<std::size_t>(inside) + 1,
                     [&](std::size_t begin, std::size_t end) {
                       const auto b = static_cast<std::ptrdiff_t>(begin);
                       const auto rows = static_cast<std::ptrdiff_t>(end) - b;
                       walk(source + b * axes_[0].from, target + b * axes_[0].to, rows);
                     });
  }

  /// All axes, with `rows` indices of the outermost.
  template <class Element>
  void walk(const Element* source, Element* target, std::ptrdiff_t rows) const noexcept {
    const one& inner = axes_[count_ - 1];
    const one& middle = axes_[count_ - 2];
    const bool is_turned = inner.from != 1 && middle.from == 1;  // the two innermost axes change places
    std::array<std::ptrdiff_t, max_axes> index{};
    for (;;) {
      const std::ptrdiff_t count = count_ == 2 ? rows : middle.extent;
      if (is_turned) {
        turn(source, target, count, middle, inner);
      } else {
        for (std::ptrdiff_t i = 0; i < count; ++i) copy_row(source + i * middle.from, target + i * middle.to, inner);
      }
      std::size_t k = count_ - 2;
      for (;;) {  // the next index of the axes around
        if (k == 0) return;
        --k;
        source += axes_[k].from;
        target += axes_[k].to;
        const std::ptrdiff_t extent = k == 0 ? rows : axes_[k].extent;
        if (++index[k] < extent) break;
        source -= axes_[k].from * extent;
        target -= axes_[k].to * extent;
        index[k] = 0;
      }
    }
  }

  /// In squares, so that what is read together is used while it is near.
  template <class Element>
  static void turn(const Element* source, Element* target, std::ptrdiff_t count, const one& middle,
                   const one& inner) noexcept {
    constexpr std::ptrdiff_t side = 16;
    for (std::ptrdiff_t i = 0; i < count; i += side) {
      const std::ptrdiff_t rows = std::min(side, count - i);
      for (std::ptrdiff_t j = 0; j < inner.extent; j += side) {
        const one columns{std::min(side, inner.extent - j), inner.from, inner.to};
        for (std::ptrdiff_t r = i; r < i + rows; ++r) {
          copy_row(source + r * middle.from + j * inner.from, target + r * middle.to + j * inner.to, columns);
        }
      }
    }
  }

  template <class Element>
  static void copy_row(const Element* source, Element* target, const one& row) noexcept {
    if (row.from == 1 && row.to == 1 && row.extent > 7) {
      std::memmove(target, source, static_cast<std::size_t>(row.extent) * sizeof(Element));
    } else if (row.from == 0 && row.to == 1) {
      std::fill_n(target, row.extent, *source);
    } else {
      for (std::ptrdiff_t i = 0; i < row.extent; ++i) target[i * row.to] = source[i * row.from];
    }
  }

  std::array<one, max_axes> axes_{};
  std::size_t count_ = 0;
  bool is_empty_ = false;
};

/// Writes one element of 1, 2, 4 or 8 bytes `count` times.
inline void fill_elements(std::size_t element_bytes, const std::byte* element, std::byte* to, std::size_t count,
                          const work_sharing& share) noexcept {
  share.for_ranges(count, 65536, [&](std::size_t begin, std::size_t end) {
    strided_copy repeat;
    repeat.to_offset = static_cast<std::ptrdiff_t>(begin);
    repeat.axis(end - begin, 0, 1);
    repeat.run(element_bytes, element, to, {});
  });
}

}  // namespace aeq::inline AEQ_ABI::kernel
